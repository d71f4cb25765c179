"""What is wrong with a file that was to be imported: where, what, and what to do."""

from collections.abc import Iterable
from dataclasses import dataclass
from difflib import get_close_matches


@dataclass(frozen=True, slots=True)
class Fault:
    """What is wrong with a cell, and what to do about it. Quotes no number and no name."""

    problem: str
    hint: str


@dataclass(frozen=True, slots=True, order=True)
class Problem:
    """A fault at its place. `line` is 1-based, 0 for the file as a whole; `column` as headed."""

    line: int
    column: str
    problem: str
    hint: str


@dataclass(frozen=True, slots=True, order=True)
class Notice:
    """Something of a row that was not taken, with good reason."""

    line: int
    notice: str


def at(line: int, column: str, fault: Fault) -> Problem:
    """A fault, placed."""
    return Problem(line, column, fault.problem, fault.hint)


def unknown(what: str, word: str, known: Iterable[str]) -> Fault:
    """A word that is none of those known: says which are, and which was meant."""
    names = sorted(known)
    near = get_close_matches(word.lower()[:60], names, n=1)
    meant = f"did you mean “{near[0]}”? " if near else ""
    return Fault(f"“{word[:60]}” is no {what}", f"{meant}known: {', '.join(names)}")
