"""A row of a suppression list, read: who must not be written to, about what, since when."""

from dataclasses import dataclass
from datetime import datetime

from router.flows.people.addresses import Address, read_address
from router.flows.people.contact_rows import OURS
from router.flows.people.hashes import read_hash
from router.flows.people.identity import identify
from router.flows.people.problems import Fault, Problem, at
from router.flows.people.table import Row
from router.flows.people.terms import Terms
from router.store.sealing import TenantKeys
from rules.decision import EVERYTHING

_NOBODY = Fault("the row names nobody", "write a number, or the hash of an export")
_BOTH = Fault("the row names a number and a hash", "keep one of the two")


@dataclass(frozen=True, slots=True)
class SuppressionRow:
    """One line of a list. `doubt`: why the number is refused unless a contact has it. `since` is
    None where the list does not say.
    """

    line: int
    person: bytes
    scope: str
    since: datetime | None
    evidence: str | None
    doubt: Fault | None = None


def read_suppression_row(
    row: Row, terms: Terms, keys: TenantKeys, problems: list[Problem]
) -> SuppressionRow | None:
    """The row's suppression; None where it names nobody. All its faults are added to `problems`."""
    cells = row.cells
    column, who = _who(cells.get("number"), cells.get("hash"), terms, keys)
    scope = terms.read_scope(cells["scope"]) if "scope" in cells else EVERYTHING
    since = terms.read_time(cells["since"]) if "since" in cells else None
    read = ((column, who), ("scope", scope), ("since", since))
    problems += [at(row.line, name, value) for name, value in read if isinstance(value, Fault)]
    if isinstance(who, Fault):
        return None
    return SuppressionRow(
        line=row.line,
        person=who if isinstance(who, bytes) else identify(keys, who.text).person,
        scope=EVERYTHING if isinstance(scope, Fault) else scope,
        since=None if isinstance(since, Fault) else since,
        evidence=cells.get("evidence"),
        doubt=None if isinstance(who, bytes) else who.doubt,
    )


def _who(
    number: str | None, digest: str | None, terms: Terms, keys: TenantKeys
) -> tuple[str, Address | bytes | Fault]:
    """The column that names the person, and whom it names."""
    if digest is not None:
        return "hash", read_hash(keys, digest) if number is None else _BOTH
    if number is None:
        return "number", _NOBODY
    address = read_address(number, terms.country)
    is_ours = isinstance(address, Address) and terms.is_ours(address.text)
    return "number", OURS if is_ours else address
