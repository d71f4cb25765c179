"""Finding the few phrases that a run of words may hold, among thousands.

Each phrase is looked up by the rarest of the words that it must hold, so that everyday texts meet
hardly any of them.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cache

from keywords.phrases import Shape
from keywords.reading import Meaning

_SHORT = 3  # letters: most words as short as this are everyday words


@dataclass(frozen=True, slots=True)
class Phrase:
    """A phrase that counts anywhere in a text; it matches words each followed by a space."""

    shape: Shape
    meaning: Meaning
    language: str

    @property
    def pattern(self) -> re.Pattern[str]:
        """Its regular expression, compiled when a text first needs it."""
        return _compiled(self.shape.source)

    def counts_in(self, line: str) -> bool:
        """Whether what must stand elsewhere in the text stands in the whole of it, `line`."""
        beside = self.shape.beside
        return not beside or _compiled(rf"(?:^|(?<= )){beside}").search(line) is not None


@dataclass(frozen=True, slots=True)
class Index:
    """Phrases as the bits of numbers: for each word, those that it stands in, in three places.

    The places of a phrase are those of its parts whose words are the rarest; a run of words can
    hold the phrase only if each of the three holds one of them.
    """

    phrases: tuple[Phrase, ...]
    places: tuple[dict[str, int], ...]

    def candidates(self, run: Iterable[str]) -> Sequence[Phrase]:
        """Return the phrases that the words of `run` may hold; none where all say nothing."""
        present = frozenset(run)
        bits = -1
        for place in self.places:
            found_here = 0
            for word in place.keys() & present:
                found_here |= place[word]
            bits &= found_here
            if not bits:
                return ()
        found = [
            phrase
            for phrase in _chosen(self.phrases, bits)
            if not any(map(present.isdisjoint, phrase.shape.needs))
        ]
        return found if any(phrase.meaning is not Meaning.NONE for phrase in found) else ()


def index(phrases: Iterable[Phrase], everyday: frozenset[str]) -> Index:
    """Return an index of `phrases`; `everyday` words are looked up last."""
    found = Index(tuple(phrases), ({}, {}, {}))
    for number, phrase in enumerate(found.phrases):
        parts = sorted(phrase.shape.needs, key=lambda part: _commonness(part, everyday))
        for at, place in enumerate(found.places):
            for word in parts[min(at, len(parts) - 1)]:
                place[word] = place.get(word, 0) | 1 << number
    return found


def _chosen(phrases: Sequence[Phrase], bits: int) -> Iterator[Phrase]:
    while bits:
        lowest = bits & -bits
        yield phrases[lowest.bit_length() - 1]
        bits ^= lowest


def _commonness(part: frozenset[str], everyday: frozenset[str]) -> tuple[int, int]:
    return sum(word in everyday or len(word) <= _SHORT for word in part), len(part)


@cache  # as many as there are phrases
def _compiled(source: str) -> re.Pattern[str]:
    return re.compile(source)
