"""What phrases say of one another: which texts that meet some must meet, or cannot meet, others.

All of it rests on runs of whole words: a text with `need towels now` in it has `towels` in it. What
is a phrase with accents is one without as well, and not the other way round.
"""

import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

from keywords.normalize import words
from rules.heard import Phrase, run_of
from rules.model import Condition

IS, STARTS, HAS = "message_is", "message_starts", "message_has"
BY_PHRASES = (IS, STARTS, HAS)
_ELIDED = ("l", "d", "j", "n", "s", "c", "m", "t", "qu", "jusqu", "lorsqu", "puisqu")
_LONGEST = 24  # words of a phrase whose parts are looked at


@dataclass(frozen=True, slots=True)
class _Runs:
    """Phrases to be looked up. `softened`: all of them, as they are without accents."""

    plain: frozenset[str]
    exact: frozenset[str]
    softened: frozenset[str]
    all_softened: bool


class Wording:
    """Compares conditions made of phrases; what it makes of a list of them it remembers."""

    def __init__(self) -> None:
        self._known: dict[int, tuple[tuple[Phrase, ...], _Runs]] = {}

    def implies(self, one: Condition, other: Condition) -> bool:
        """Whether every text that meets `one` meets `other`."""
        if not one.value or BY_PHRASES.index(one.key) > BY_PHRASES.index(other.key):
            return False
        if one.value is other.value:
            return True
        runs = self._runs(other.value)
        return all(_stands_for(phrase, other.key, runs) for phrase in one.value)

    def excludes(self, one: Condition, other: Condition) -> bool:
        """Whether no text meets both."""
        if not (one.value and other.value):
            return False  # phrases that were refused
        narrow, wide = sorted((one, other), key=lambda each: BY_PHRASES.index(each.key))
        if narrow.key == IS:
            return self._are_apart(narrow, wide)
        if wide.key == STARTS:
            return self._are_apart(narrow, wide) and self._are_apart(wide, narrow)
        return False

    def _are_apart(self, one: Condition, other: Condition) -> bool:
        """Whether no phrase of `other` stands where it would have to in a phrase of `one`."""
        theirs = self._runs(other.value)
        return theirs.all_softened and not any(
            _may_hold(phrase, other.key, theirs) for phrase in one.value
        )

    def _runs(self, phrases: tuple[Phrase, ...]) -> _Runs:
        known = self._known.get(id(phrases))
        if known is None:
            softened = [soften(phrase) for phrase in phrases]
            runs = _Runs(
                frozenset(phrase.run for phrase in phrases if not phrase.exact),
                frozenset(phrase.run for phrase in phrases if phrase.exact),
                frozenset(run for run in softened if run is not None),
                None not in softened,
            )
            known = self._known[id(phrases)] = phrases, runs  # kept, so that the id stays theirs
        return known[1]


def soften(phrase: Phrase) -> str | None:
    """The run of a phrase as it is without accents; None where that cannot be told for sure."""
    return phrase.run if not phrase.exact else _soften(phrase.run)


@lru_cache(maxsize=4096)
def _soften(run: str) -> str | None:
    loose = any(unicodedata.category(char)[0] == "M" for char in run)
    softened = words(run)
    may_split = any(map(_splits_without_accents, run.split(), softened))
    return None if loose or may_split else run_of(softened)


def _splits_without_accents(word: str, softened: str) -> bool:
    """Whether an apostrophe in a text would split a word only once its accents are gone: of "ç'a"
    the words are "ça" with them, "c" and "a" without.
    """
    return any(softened.startswith(one) and not word.startswith(one) for one in _ELIDED)


def _stands_for(phrase: Phrase, other: str, runs: _Runs) -> bool:
    """Whether a text that meets a phrase meets one of `runs`."""
    if not phrase.exact:
        return any(part in runs.plain for part in parts(phrase.run, other))
    softened = soften(phrase)
    return any(part in runs.exact for part in parts(phrase.run, other)) or (
        softened is not None and any(part in runs.plain for part in parts(softened, other))
    )


def _may_hold(phrase: Phrase, other: str, runs: _Runs) -> bool:
    """Whether a phrase may hold one of `runs` as `other` asks for it."""
    softened = soften(phrase)
    if softened is None or len(phrase.run.split()) > _LONGEST:
        return True
    theirs = runs.plain if phrase.exact else runs.softened
    return any(part in theirs for part in parts(softened, other)) or (
        phrase.exact and any(part in runs.exact for part in parts(phrase.run, other))
    )


def parts(run: str, key: str) -> Iterator[str]:
    """The runs that a text which is `run` meets by `key`: itself, its beginnings, or all in it."""
    said = run.split()
    if key == IS or len(said) > _LONGEST:
        yield run
        return
    starts = range(1) if key == STARTS else range(len(said))
    for start in starts:
        for end in range(start + 1, len(said) + 1):
            yield run_of(tuple(said[start:end]))
