"""The notation of phrases in a language file, and their compilation to regular expressions.

    stop <texting>               <name>: any entry of the file's set `name`
    (take|get) me off            (a|b): one of these
    no more [of] <messages>      [a]: may be missing; [<a>...]: up to three of it
    leave me alone .             .: the sentence ends here    ,: at least a comma stands here
    ^ stop <messages>            ^: the sentence begins here
    no ~3 <messages>             ~3: at most three words, whatever they are (1 to 6)
    use <number> instead         <number>: a phone number of 7 digits or more, whatever the sets

Polite words around a phrase count as its edge for `^`, `,` and `.`. Phrases are compared folded.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from keywords.normalize import words

Sets = Mapping[str, tuple[str, ...]]

_TOKENS = re.compile(r"\[[^()\[\]]*\]|\([^()\[\]]*\)|<[\w-]+>|[.,^]|[^\s\[\]()<>.,^]+")
_NUMBER = r"(?=(?:\d ?){7})(?:\d+ ){1,6}"
_EDGES = "^,."
_GAP = re.compile(r"~([1-6])")


class PhraseError(ValueError):
    """A phrase that the notation does not allow; the message says which and why."""


@dataclass(frozen=True, slots=True)
class Shape:
    """A compiled phrase. `source` matches words that are each followed by one space."""

    source: str
    firsts: frozenset[str]
    at_start: bool
    at_end: str  # "", "," or "."


def compile_phrase(phrase: str, sets: Sets) -> Shape:
    """Return the shape of `phrase`; raise PhraseError where the notation is broken."""
    tokens = _TOKENS.findall(phrase)
    if "".join(tokens).replace(" ", "") != phrase.replace(" ", ""):
        raise PhraseError(f"{phrase!r}: a bracket is not closed, or stands inside another")
    at_start = tokens[:1] == ["^"]
    at_end = tokens[-1] if tokens and tokens[-1] in ".," else ""
    tokens = tokens[at_start : len(tokens) - bool(at_end)]
    if not tokens or any(token in _EDGES for token in tokens):
        raise PhraseError(f"{phrase!r}: ^ stands first, a comma or full stop last, words between")
    if _GAP.fullmatch(tokens[0]) or _GAP.fullmatch(tokens[-1]):
        raise PhraseError(f"{phrase!r}: a gap stands between words")
    parts = [_part(token, sets, phrase) for token in tokens]
    source = "".join(part.source for part in parts)
    return Shape(source, _firsts(parts, phrase), at_start, at_end)


def alternation(phrases: Iterable[str], sets: Sets) -> str:
    """Return the source of a regex that matches any of `phrases` ("" matches nothing extra)."""
    sources = sorted((compile_phrase(phrase, sets).source for phrase in phrases), key=len)
    return "|".join(reversed(sources))


@dataclass(frozen=True, slots=True)
class _Part:
    source: str
    firsts: frozenset[str]
    optional: bool = False


def _part(token: str, sets: Sets, phrase: str) -> _Part:
    if gap := _GAP.fullmatch(token):
        return _Part(rf"(?:\S+ ){{0,{gap[1]}}}?", frozenset(), optional=True)
    if token == "<number>":  # noqa: S105 - a sign of the notation, no secret
        return _Part(_NUMBER, frozenset())
    optional = token[0] == "["
    inner = token[1:-1] if token[0] in "[(" else token
    repeated = optional and inner.endswith("...")
    runs = _runs(inner.removesuffix("..."), sets, phrase)
    source = "(?:" + "|".join(re.escape(" ".join(run)) + " " for run in runs) + ")"
    source += "{0,3}" if repeated else "?" if optional else ""
    return _Part(source, frozenset(run[0] for run in runs), optional)


def _runs(inner: str, sets: Sets, phrase: str) -> list[tuple[str, ...]]:
    """Return the runs of words that a piece of a phrase stands for, the longest first."""
    entries: list[str] = []
    for choice in inner.split("|"):
        name = choice.strip()
        if "<" not in name:
            entries.append(name)
        elif name[1:-1] in sets:
            entries.extend(sets[name[1:-1]])
        else:
            raise PhraseError(f"{phrase!r}: {name} is not the name of a set, alone in its choice")
    runs = [words(entry) for entry in entries]
    if not all(runs):
        raise PhraseError(f"{phrase!r}: an empty choice in {inner!r}")
    return sorted(set(runs), key=lambda run: (-len(run), run))


def _firsts(parts: list[_Part], phrase: str) -> frozenset[str]:
    found: frozenset[str] = frozenset()
    for part in parts:
        found |= part.firsts
        if not part.optional:
            if not part.firsts:
                raise PhraseError(f"{phrase!r}: a phrase begins with a word")
            return found
    raise PhraseError(f"{phrase!r}: every word of it may be missing")
