"""How an import goes: where it comes from, how far it is, and what came of it."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Generic, TypeVar

from router.flows.people.problems import Fault, Notice, Problem

TRIES = 5
EVERY = 5_000
RESTLESS = Fault("these people keep changing while they are imported", "run the import again")

Tell = Callable[[str, int], None]
"""Told what has been done (read, checked, prepared, written) to how many rows."""

_Counts = TypeVar("_Counts")


def tell_nobody(_done: str, _rows: int) -> None:
    """For whoever does not want to be told."""


@dataclass(frozen=True, slots=True)
class Source:
    """Where rows come from: the file's name, and the handle of whoever imports it."""

    file: str
    author: str | None = None


@dataclass(slots=True)
class ContactCounts:
    """What became of the rows of a file of contacts; `suppressed` ones count among the others."""

    rows: int = 0
    created: int = 0
    updated: int = 0
    unchanged: int = 0
    consents: int = 0
    suppressed: int = 0
    erased_skipped: int = 0


@dataclass(slots=True)
class SuppressionCounts:
    """What became of the rows of a suppression list; `canceled` counts contacts whose waiting
    messages ended; `opted_in_since` rows and the `carrier`'s own blocks were not taken.
    """

    rows: int = 0
    added: int = 0
    unchanged: int = 0
    opted_in_since: int = 0
    carrier: int = 0
    canceled: int = 0


@dataclass(frozen=True, slots=True)
class Refused:
    """Nothing was written, because of these."""

    problems: tuple[Problem, ...]


@dataclass(frozen=True, slots=True)
class Imported(Generic[_Counts]):
    """What was written (or would be, on a dry run), and what of it was not taken."""

    counts: _Counts
    notices: tuple[Notice, ...]


class Moved(Exception):
    """Somebody of the file was changed since its rows were made."""
