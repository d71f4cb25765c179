"""A row of a file of contacts, read: whom it is about, what is known, what they agreed to."""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from typing import TypeVar

from router.flows.people.addresses import Address, read_address
from router.flows.people.columns import ATTRIBUTE
from router.flows.people.problems import Fault, Problem, at, unknown
from router.flows.people.table import Row
from router.flows.people.terms import Terms

HOWS = ("web", "paper", "phone", "in person", "text", "other")
OURS = Fault("this is a number of your own", "leave the row out")
_NO_NUMBER = Fault("a number is missing", "write it as +16125550123, or take the row out")
_BETWEEN = re.compile(r"[|\s]+")
_LONGEST_GROUP = 60
_Value = TypeVar("_Value")


@dataclass(frozen=True, slots=True)
class Consent:
    """What a person agreed to. `how` is one of HOWS; `column` is where the row says so."""

    column: str
    scope: str
    at: datetime
    how: str
    evidence: str
    disclosure: str | None = None


@dataclass(frozen=True, slots=True)
class ContactRow:
    """One contact of a file; what the row does not say is empty or None."""

    line: int
    address: Address
    language: str | None = None
    groups: frozenset[str] = frozenset()
    attributes: dict[str, str] = field(default_factory=dict)
    consents: tuple[Consent, ...] = ()


def read_contact_row(row: Row, terms: Terms, problems: list[Problem]) -> ContactRow | None:
    """The row's contact; None where it names none. All its faults are added to `problems`."""
    reader = _Reader(row, terms)
    address = reader.cell("number", lambda cell: _their_address(cell, terms), missing=_NO_NUMBER)
    language = reader.cell("language", terms.read_language)
    groups = reader.cell("groups", _read_groups)
    consents = tuple(reader.consents())
    problems += reader.problems
    if address is None:
        return None
    return ContactRow(
        line=row.line,
        address=address,
        language=language,
        groups=groups or frozenset(),
        attributes=_attributes(row),
        consents=consents,
    )


@dataclass(slots=True)
class _Reader:
    row: Row
    terms: Terms
    problems: list[Problem] = field(default_factory=list)

    def cell(
        self, column: str, read: Callable[[str], _Value | Fault], missing: Fault | None = None
    ) -> _Value | None:
        """What a cell means; a fault in it, or a `missing` one, is noted."""
        text = self.row.cells.get(column)
        value = missing if text is None else read(text)
        if isinstance(value, Fault):
            self.problems.append(at(self.row.line, column, value))
            return None
        return value

    def consents(self) -> Iterator[Consent]:
        """Those of `consent`, `consent:2` …; all that belongs to one must be there."""
        endings = {column.partition(":")[2] for column in self.row.cells if _is_of_consent(column)}
        for ending in sorted(endings):
            consent = self._consent(f":{ending}" if ending else "")
            if consent is not None:
                yield consent

    def _consent(self, ending: str) -> Consent | None:
        column = f"consent{ending}"
        missing = Fault("it says how or when, and not to what", "write service, marketing or all")
        scope = self.cell(column, self.terms.read_consent, missing)
        no_time = Fault("a consent needs its time", "write when it was given: 2026-11-10")
        moment = self.cell(f"consent_at{ending}", self.terms.read_time, no_time)
        how = self.cell(f"consent_how{ending}", _read_how)
        no_proof = Fault(
            "a consent needs its evidence", "write the exact words, or where the paper is kept"
        )
        evidence = self.cell(f"consent_evidence{ending}", str, no_proof)
        if scope is None or moment is None or evidence is None:
            return None
        disclosure = self.row.cells.get(f"disclosure{ending}")
        return Consent(column, scope, moment, how or "other", evidence, disclosure)


def _their_address(cell: str, terms: Terms) -> Address | Fault:
    address = read_address(cell, terms.country)
    is_ours = isinstance(address, Address) and terms.is_ours(address.text)
    return OURS if is_ours else address


def _is_of_consent(column: str) -> bool:
    return column.startswith(("consent", "disclosure"))


def _read_how(cell: str) -> str | Fault:
    folded = cell.lower().replace("-", " ").replace("_", " ")
    return folded if folded in HOWS else unknown("way of consenting", cell, HOWS)


def _read_groups(cell: str) -> frozenset[str] | Fault:
    groups = frozenset(name for name in _BETWEEN.split(cell) if name)
    if any(len(name) > _LONGEST_GROUP for name in groups):
        return Fault(
            f"a group's name has {_LONGEST_GROUP} characters at most", "separate groups by |"
        )
    return groups


def _attributes(row: Row) -> dict[str, str]:
    named = {
        column.removeprefix(ATTRIBUTE): text
        for column, text in row.cells.items()
        if column.startswith(ATTRIBUTE)
    }
    return named | ({"name": row.cells["name"]} if "name" in row.cells else {})
