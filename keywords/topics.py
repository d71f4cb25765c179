"""Topics that the rulebook names, so that "STOP ads" may end the ads alone.

Each topic named in a text is marked by a word that nobody types; an opt-out whose whole object is
such a mark is confined to the topic.
"""

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from keywords.normalize import fold, split

SIGN = "\N{CYRILLIC LETTER MULTIOCULAR O}"
"""What a mark begins with: a letter, so that it survives being cut into words."""

MARKS = tuple(SIGN + letter for letter in "abcd")
EVERY = SIGN + "e"
"""The word that stands for what means every text."""

_GAPS = re.compile(r"[\W_]+")
_GAPS_OF_WORDS = re.compile(r"(?:[^\w']|_)+")  # an apostrophe stands inside a word
_PARTS = re.compile(r"[^\W\d_]+|\d+")
_BETWEEN_MARKS = re.compile(rf"(?<={SIGN}[a-d])\s*[,/&+]\s*(?={SIGN})")
_MARK = re.compile(rf"{SIGN}[a-d]")


@dataclass(frozen=True, slots=True)
class Marked:
    """A folded text whose topics stand as marks, with each mark's words and topics."""

    folded: str
    said: Mapping[str, str] = field(default_factory=dict)
    topics: Mapping[str, tuple[str, ...]] = field(default_factory=dict)

    codes: frozenset[str] = frozenset()
    """The marks that stand for nothing but a code."""

    def named_by(self, objects: Sequence[Sequence[str]]) -> tuple[str, ...]:
        """Return the topics that opt-outs are about, each once; () if one is about every text."""
        if not all(objects):
            return ()
        names = (name for about in objects for mark in about for name in self.topics[mark])
        return tuple(dict.fromkeys(names))

    def without_codes(self, sentence: Sequence[tuple[str, ...]]) -> tuple[tuple[str, ...], ...]:
        """Return a sentence with the words of its codes, whose marks count in bare words alone."""
        return tuple(tuple(said for word in run for said in self._said(word)) for run in sentence)

    def _said(self, word: str) -> tuple[str, ...]:
        return split(self.said[word]) if word in self.codes else (word,)

    def unmarked(self, quote: str) -> str:
        """Return `quote` with the words that the marks stand for."""
        return _MARK.sub(lambda mark: self.said[mark[0]], quote)


@dataclass(frozen=True, slots=True)
class Topics:
    """The topics of a rulebook, compiled: one pattern for all their phrases."""

    pattern: re.Pattern[str] | None = None
    names: Mapping[str, tuple[str, ...]] = field(default_factory=dict)

    codes: frozenset[str] = frozenset()

    def mark(self, folded: str, names_none: Callable[[str], bool]) -> Marked | None:
        """Return a folded text with its first four topics marked; None where it names none.

        Words of which `names_none` is true are no topic, whatever the rulebook says.
        """
        if self.pattern is None or not self.pattern.search(folded):
            return None
        said: dict[str, str] = {}

        def mark_of(match: re.Match[str]) -> str:
            if len(said) == len(MARKS) or names_none(match[0]):
                return match[0]
            mark = MARKS[len(said)]
            said[mark] = match[0]
            return mark

        marked = self.pattern.sub(mark_of, folded.replace(SIGN, " "))
        if not said:
            return None
        topics = {mark: self.names[_squeezed(words)] for mark, words in said.items()}
        codes = frozenset(mark for mark, names in topics.items() if self.codes.issuperset(names))
        return Marked(_BETWEEN_MARKS.sub(" ", marked), said, topics, codes)


def marks_in(quote: str) -> tuple[str, ...]:
    """Return the marks of topics that stand in `quote`."""
    return tuple(_MARK.findall(quote))


NO_TOPICS = Topics()


def compile_topics(names: Mapping[str, Iterable[str]], codes: Iterable[str] = ()) -> Topics:
    """Return the topics of `names`: from a topic's name to its phrases, as people write them.

    Spaces, dashes and case do not matter. Each of `codes` is a topic of its own name; it counts
    beside a bare STOP alone. Phrases without a letter or digit are left out.

    >>> compile_topics({"ads": ["ads", "promos"]}, ["SUMMIT26"]).names
    {'ads': ('ads',), 'promos': ('ads',), 'summit26': ('SUMMIT26',)}
    """
    codes = tuple(codes)
    named = [*names.items(), *((code, (code,)) for code in codes)]
    found: dict[str, dict[str, None]] = {}
    sources: dict[str, None] = {}
    for name, phrases in named:
        for folded in map(fold, phrases):
            if _squeezed(folded):
                found.setdefault(_squeezed(folded), {})[name] = None
                sources[_source(folded)] = None
    if not found:
        return NO_TOPICS
    longest_first = "|".join(sorted(sources, key=len, reverse=True))
    pattern = re.compile(rf"(?<![^\W_])(?:{longest_first})(?![^\W_])")
    every = {squeezed: tuple(of) for squeezed, of in found.items()}
    return Topics(pattern, every, frozenset(codes) - frozenset(names))


def _source(folded: str) -> str:
    words = [_PARTS.findall(word) for word in _GAPS_OF_WORDS.split(folded) if _PARTS.search(word)]
    return r"[\W_]{1,3}".join(r"[\W_]?".join(map(re.escape, parts)) for parts in words)


def _squeezed(words: str) -> str:
    return _GAPS.sub("", words)
