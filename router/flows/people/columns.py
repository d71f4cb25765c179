"""The columns that a kind of file may have, and what a heading means."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from router.flows.people.problems import Fault, unknown

ATTRIBUTE = "attr:"
_NUMBERED = re.compile(r"([a-z_]+):([2-9]|[1-9][0-9])")
_LONGEST = 60
_MEANT = {
    "phone": "number",
    "mobile": "number",
    "telephone": "number",
    "cell": "number",
    "to": "number",
    "full name": "name",
    "lang": "language",
    "group": "groups",
    "tags": "groups",
    "date": "consent_at",
    "evidence": "consent_evidence",
}


@dataclass(frozen=True, slots=True)
class Columns:
    """`numbered` ones may come again as `NAME:2`, `NAME:3` …; `ignored` ones are of an export.

    `attributes`: whether `attr:NAME` is a column, for any name.
    """

    plain: tuple[str, ...]
    numbered: tuple[str, ...] = ()
    ignored: tuple[str, ...] = ()
    attributes: bool = False

    @property
    def names(self) -> tuple[str, ...]:
        """What to tell whoever has named another column."""
        more = (f"{ATTRIBUTE}NAME",) if self.attributes else ()
        return (*self.plain, *self.numbered, *self.ignored, *more)


CONTACTS = Columns(
    plain=("number", "name", "language", "groups"),
    numbered=("consent", "consent_at", "consent_how", "consent_evidence", "disclosure"),
    ignored=("opted_out", "suppressed_scopes", "created_at"),
    attributes=True,
)
SUPPRESSIONS = Columns(
    plain=("number", "hash", "scope", "since", "evidence"),
    ignored=("how",),
)


def read_heading(columns: Columns, heading: str) -> str | Fault:
    """The column that a heading names, `attr:` ones as written; capitals do not matter else."""
    name = heading.strip()
    if columns.attributes and name.lower().startswith(ATTRIBUTE):
        return _read_attribute(name[len(ATTRIBUTE) :].strip())
    folded = name.lower()
    if folded in (*columns.plain, *columns.numbered, *columns.ignored):
        return folded
    numbered = _NUMBERED.fullmatch(folded)
    if numbered and numbered[1] in columns.numbered:
        return folded
    return _unknown(columns, name)


def read_headings(columns: Columns, headings: Sequence[str]) -> list[str | Fault]:
    """Every heading's column; a second one of the same name is a fault."""
    seen: set[str] = set()
    read: list[str | Fault] = []
    for heading in headings:
        column = read_heading(columns, heading)
        if isinstance(column, str) and column in seen:
            column = Fault("there is a column of this name already", "keep one of the two")
        elif isinstance(column, str):
            seen.add(column)
        read.append(column)
    return read


def _read_attribute(name: str) -> str | Fault:
    if name == "name":
        return Fault("a person's name has a column of its own", "call the column name")
    if not name or len(name) > _LONGEST:
        return Fault(
            f"an attribute's name has 1 to {_LONGEST} characters", f"write {ATTRIBUTE}tier"
        )
    return ATTRIBUTE + name


def _unknown(columns: Columns, name: str) -> Fault:
    if not name:
        return Fault("a column without a name", "name it, or take it out")
    fault = unknown("column", name, columns.names)
    meant = _MEANT.get(name.lower())
    if meant in (*columns.plain, *columns.numbered):
        return Fault(fault.problem, f"did you mean “{meant}”? {fault.hint.rpartition('? ')[2]}")
    if columns.attributes and "did you mean" not in fault.hint:
        return Fault(fault.problem, f"for an attribute write {ATTRIBUTE}{name[:40]}; {fault.hint}")
    return fault
