"""Topics that the rulebook names, so that "STOP ads" may end the ads alone.

Each topic named in a text is marked by a word that nobody types; an opt-out whose whole object is
such a mark is confined to the topic.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from keywords.normalize import fold

SIGN = "\N{CYRILLIC LETTER MULTIOCULAR O}"
"""What a mark begins with: a letter, so that it survives being cut into words."""

MARKS = tuple(SIGN + letter for letter in "abcd")
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

    def named_in(self, quotes: Iterable[str]) -> tuple[str, ...]:
        """Return the topics whose marks stand in `quotes`, each once; () if one has none."""
        found: dict[str, None] = {}
        for quote in quotes:
            marks = _MARK.findall(quote)
            if not marks:
                return ()
            found.update(dict.fromkeys(name for mark in marks for name in self.topics[mark]))
        return tuple(found)

    def unmarked(self, quote: str) -> str:
        """Return `quote` with the words that the marks stand for."""
        return _MARK.sub(lambda mark: self.said[mark[0]], quote)


@dataclass(frozen=True, slots=True)
class Topics:
    """The topics of a rulebook, compiled: one pattern for all their phrases."""

    pattern: re.Pattern[str] | None = None
    names: Mapping[str, tuple[str, ...]] = field(default_factory=dict)

    def mark(self, folded: str) -> Marked | None:
        """Return a folded text with its first four topics marked; None where it names none."""
        if self.pattern is None or not self.pattern.search(folded):
            return None
        said: dict[str, str] = {}

        def mark_of(match: re.Match[str]) -> str:
            mark = MARKS[len(said)]
            said[mark] = match[0]
            return mark

        marked = self.pattern.sub(mark_of, folded.replace(SIGN, " "), count=len(MARKS))
        topics = {mark: self.names[_squeezed(words)] for mark, words in said.items()}
        return Marked(_BETWEEN_MARKS.sub(" ", marked), said, topics)


NO_TOPICS = Topics()


def compile_topics(names: Mapping[str, Iterable[str]]) -> Topics:
    """Return the topics of `names`: from a topic's name to its phrases, as people write them.

    Spaces, dashes and case do not matter, so a code may be a phrase (SUMMIT26, "summit 26").
    Phrases without a letter or digit are left out.

    >>> compile_topics({"ads": ["ads", "promos"]}).mark("stop promos").topics
    {'ꙮa': ('ads',)}
    """
    found: dict[str, dict[str, None]] = {}
    sources: dict[str, None] = {}
    for name, phrases in names.items():
        for folded in map(fold, phrases):
            if _squeezed(folded):
                found.setdefault(_squeezed(folded), {})[name] = None
                sources[_source(folded)] = None
    if not found:
        return NO_TOPICS
    longest_first = "|".join(sorted(sources, key=len, reverse=True))
    pattern = re.compile(rf"(?<![^\W_])(?:{longest_first})(?![^\W_])")
    return Topics(pattern, {squeezed: tuple(of) for squeezed, of in found.items()})


def _source(folded: str) -> str:
    words = [_PARTS.findall(word) for word in _GAPS_OF_WORDS.split(folded) if _PARTS.search(word)]
    return r"[\W_]{1,3}".join(r"[\W_]?".join(map(re.escape, parts)) for parts in words)


def _squeezed(words: str) -> str:
    return _GAPS.sub("", words)
