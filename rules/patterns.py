"""Regexes that admins write, run by RE2: in time that grows with the text and with nothing else."""

import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

import re2  # type: ignore[import-untyped]

_MOST_MEMORY = 8 << 20  # bytes for one pattern's automata
_MOST_MEMORY_OF_A_SET = 64 << 20
_SAMPLES = ("", "q", "Ok 7.", "é\n¿")


class PatternError(ValueError):
    """A pattern that RE2 does not take; the message says why."""


@dataclass(frozen=True, slots=True)
class Pattern:
    """A pattern as written, and compiled: NFKC, without case."""

    text: str
    compiled: Any = field(repr=False, compare=False)

    def occurs(self, plain: str) -> bool:
        """Whether it matches anywhere in a text that is NFKC."""
        return self.compiled.search(plain) is not None

    @property
    def steps(self) -> int:
        """How large it is: the steps of RE2's program for it."""
        size: int = self.compiled.programsize
        return size

    @property
    def matches_everything(self) -> bool:
        """Whether every text matches, as far as samples tell."""
        return all(self.occurs(sample) for sample in _SAMPLES)


def compile_pattern(text: str) -> Pattern:
    """A pattern ready for matching; raises PatternError."""
    try:
        return Pattern(text, re2.compile(unicodedata.normalize("NFKC", text), _options()))
    except re2.error as error:
        said = b"".join(each for each in error.args if isinstance(each, bytes))
        raise PatternError(said.decode("utf-8", "replace")) from None


class PatternSet:
    """Many patterns, matched in one pass over a text; one by one where that takes too much."""

    def __init__(self, patterns: Iterable[Pattern]) -> None:
        self._patterns = tuple(patterns)
        self._set, self._always = _compile_set(self._patterns)

    def find(self, plain: str) -> list[int]:
        """The places of the patterns that match a text that is NFKC, in no order.

        A set that runs out of memory finds nothing, not even the pattern that matches always: then
        each pattern is asked by itself.
        """
        found: list[int] = self._set.Match(plain) if self._set else []
        if self._always in found:
            found.remove(self._always)
            return found
        return [place for place, one in enumerate(self._patterns) if one.occurs(plain)]


def _compile_set(patterns: tuple[Pattern, ...]) -> tuple[Any, int]:
    """A set, None where it takes too much memory; and the place in it that always matches."""
    made = re2.Set.SearchSet(_options(_MOST_MEMORY_OF_A_SET))
    for pattern in patterns:
        made.Add(unicodedata.normalize("NFKC", pattern.text))
    always: int = made.Add("")
    try:
        made.Compile()
    except re2.error:
        return None, always
    return made, always


@lru_cache(maxsize=4)
def _options(most_memory: int = _MOST_MEMORY) -> Any:
    options = re2.Options()
    options.case_sensitive = False
    options.log_errors = False
    options.max_mem = most_memory
    return options
