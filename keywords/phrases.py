"""The notation of phrases in a language file, and their compilation to regular expressions.

    stop <texting>               <name>: any entry of the file's set `name`
    (take|get) me off            (a|b): one of these
    no more [of] <messages>      [a]: may be missing; [<a>...]: up to three of it
    leave me alone .             .: the sentence ends here    ,: at least a comma stands here
    stop it ;                    ;: the clause ends here: a comma, or a word that begins another
    ^ stop <messages>            ^: the sentence begins here, or what follows a comma
    make it stop & <messages>    &: elsewhere in the text stands this
    no ~3 <messages>             ~3: at most three words, whatever they are (1 to 6)
    use <number> instead         <number>: a phone number of 7 digits or more, whatever the sets

Brackets may stand inside each other, and the entries of a set may use the notation too. Polite
words around a phrase count as its edge for `^`, `,`, `;` and `.`. Phrases are compared folded.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from keywords.tokens import CLOSING, PhraseError, pieces, rows, run_of, tokenize

Sets = Mapping[str, tuple[str, ...]]

_NUMBER = r"(?=(?:\d ?){7})(?:\d+ ){1,6}"
_EDGES = frozenset("^,.;&")
_GAP = re.compile(r"~([1-6])")
_ANY_WORD = r"(?:\S+ )"
_DEEPEST = 12  # brackets and sets inside each other


@dataclass(frozen=True, slots=True)
class Shape:
    """A compiled phrase. `source` matches words that are each followed by one space."""

    source: str
    firsts: frozenset[str]
    at_start: bool
    at_end: str  # "", ",", ";" or "."
    beside: str  # the source of what must stand elsewhere in the text
    needs: tuple[frozenset[str], ...]  # one word of each of these stands in what it matches

    @property
    def is_loose(self) -> bool:
        """Whether it has a gap, so that words of any language may stand in it."""
        return _ANY_WORD in self.source


@dataclass(frozen=True, slots=True)
class _Part:
    """A piece of a phrase: what it matches, the words it may begin with, whether it may be empty.

    A part without first words may begin with any word.
    """

    source: str
    firsts: frozenset[str]
    optional: bool = False


@dataclass(frozen=True, slots=True)
class _Choices:
    """What may stand in one place: runs of plain words, and parts that are more than words."""

    plain: set[tuple[str, ...]]
    parts: list[_Part]


class Notation:
    """The notation with the sets of one file, each of which is read once."""

    def __init__(self, sets: Sets) -> None:
        self._sets = sets
        self._read: dict[str, _Choices] = {}
        self._made: dict[tuple[str, ...], _Part] = {}

    def compile(self, phrase: str) -> Shape:
        """Return the shape of `phrase`; raise PhraseError where the notation is broken."""
        tokens = tokenize(phrase)
        beside = ""
        if "&" in tokens:
            at = tokens.index("&")
            beside = self._row(tokens[at + 1 :], phrase).source
            tokens = tokens[:at]
        at_start = tokens[:1] == ["^"]
        at_end = tokens[-1] if tokens and tokens[-1] in {",", ";", "."} else ""
        tokens = tokens[at_start : len(tokens) - bool(at_end)]
        if not tokens or not _EDGES.isdisjoint(tokens):
            raise PhraseError(
                f"{phrase!r}: ^ stands first, a comma, semicolon or full stop last, words between"
            )
        if _GAP.fullmatch(tokens[0]) or _GAP.fullmatch(tokens[-1]):
            raise PhraseError(f"{phrase!r}: a gap stands between words")
        parts = self._parts(tokens, phrase)
        whole = _joined(parts)
        if whole.optional:
            raise PhraseError(f"{phrase!r}: every word of it may be missing")
        if not whole.firsts:
            raise PhraseError(f"{phrase!r}: a phrase begins with a word")
        needs = tuple(part.firsts for part in parts if part.firsts and not part.optional)
        return Shape(whole.source, whole.firsts, at_start, at_end, beside, needs)

    def alternation(self, phrases: Iterable[str]) -> str:
        """Return the source of a regex that matches any of `phrases` ("": there are none).

        Here a phrase may begin or end with a gap.
        """
        sources = [self._row(tokenize(phrase), phrase).source for phrase in phrases]
        return "|".join(sorted(sources, key=len, reverse=True))

    def _row(self, tokens: list[str], phrase: str, depth: int = 0) -> _Part:
        """Return the part that a row of tokens without choices stands for."""
        return _joined(self._parts(tokens, phrase, depth))

    def _parts(self, tokens: list[str], phrase: str, depth: int = 0) -> list[_Part]:
        if depth > _DEEPEST:
            raise PhraseError(f"{phrase!r}: sets or brackets stand too deep inside each other")
        return [self._known_part(piece, phrase, depth) for piece in pieces(tokens, phrase)]

    def _known_part(self, tokens: list[str], phrase: str, depth: int) -> _Part:
        """Return the part of a piece; the same pieces stand in hundreds of phrases."""
        key = tuple(tokens)
        if key not in self._made:
            self._made[key] = self._part(tokens, phrase, depth)
        return self._made[key]

    def _part(self, tokens: list[str], phrase: str, depth: int) -> _Part:
        token = tokens[0]
        if gap := _GAP.fullmatch(token):
            return _Part(f"{_ANY_WORD}{{0,{gap[1]}}}?", frozenset(), optional=True)
        if token[0] == "~":
            raise PhraseError(f"{phrase!r}: a gap holds 1 to 6 words")
        if token == "<number>":  # noqa: S105 - a sign of the notation, no secret
            return _Part(_NUMBER, frozenset())
        if token not in CLOSING:
            return _one_of(self._choices([tokens], phrase, depth))
        inner = tokens[1:-1]
        repeated = token == "[" and inner[-1:] == ["..."]  # noqa: S105 - brackets
        choices = rows(inner[:-1] if repeated else inner, phrase)
        part = _one_of(self._choices(choices, phrase, depth))
        if token == "(":  # noqa: S105 - a bracket
            return part
        return _Part(part.source + ("{0,3}" if repeated else "?"), part.firsts, optional=True)

    def _choices(self, choices: list[list[str]], phrase: str, depth: int) -> _Choices:
        found = _Choices(set(), [])
        for tokens in choices:
            if len(tokens) == 1 and tokens[0][0] == "<" and tokens[0] != "<number>":
                of_set = self._set(tokens[0][1:-1], phrase, depth)
                found.plain.update(of_set.plain)
                found.parts.extend(of_set.parts)
            elif any(token in CLOSING or token[0] in "<~" for token in tokens):
                found.parts.append(self._row(tokens, phrase, depth + 1))
            else:
                found.plain.add(run_of(tokens, phrase))
        return found

    def _set(self, name: str, phrase: str, depth: int) -> _Choices:
        if name not in self._sets:
            raise PhraseError(f"{phrase!r}: <{name}> is not the name of a set")
        if name not in self._read:
            entries = [tokenize(entry) for entry in self._sets[name]]
            self._read[name] = self._choices(entries, phrase, depth + 1)
        return self._read[name]


def _one_of(choices: _Choices) -> _Part:
    """Return one of `choices`; those of plain words the longest first."""
    runs = sorted(choices.plain, key=lambda run: (-len(run), run))
    sources = [part.source for part in choices.parts]
    sources += [re.escape(" ".join(run)) + " " for run in runs]
    firsts = frozenset(run[0] for run in runs).union(*(part.firsts for part in choices.parts))
    return _Part(f"(?:{'|'.join(sources)})", firsts, any(part.optional for part in choices.parts))


def _joined(parts: list[_Part]) -> _Part:
    """Return `parts` as one; it may begin with any of the parts up to the first that must be."""
    firsts: frozenset[str] = frozenset()
    for part in parts:
        firsts |= part.firsts
        if not part.optional:
            break
    source = "".join(part.source for part in parts)
    return _Part(source, firsts, all(part.optional for part in parts))
