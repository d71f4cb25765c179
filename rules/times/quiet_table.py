"""The table of quiet hours by place that comes with the product, with sources and days."""

from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from pathlib import Path

from rules.file.findings import Problems
from rules.file.scalars import read_day, read_text
from rules.file.scope import Scope
from rules.file.shape import Shape, read_fields, read_list
from rules.file.source import Node, Table, parse
from rules.times.hours import read_week
from rules.times.quiet import QuietHours
from rules.times.week import Week

FILE = Path(__file__).with_name("quiet_hours.yaml")
_KEYS = ("place", "hours", "source", "as_of")
_ROW = Shape("a row of quiet hours", _KEYS, required=_KEYS)


@dataclass(frozen=True, slots=True)
class Row:
    """When texts are allowed at a place, by which law, and on which day that was looked up."""

    place: str
    week: Week
    source: str
    as_of: date


@lru_cache(maxsize=1)
def quiet_rows() -> tuple[Row, ...]:
    """The table, the default first; raises ValueError where the file is not as it should be."""
    problems = Problems(FILE.name)
    root = parse(FILE.read_text("utf-8"), problems)
    scope = Scope(problems, Table(1, 1))
    rows = [_read_row(item, scope) for item in read_list(root, "the table", scope)] if root else []
    if problems.blocked:
        raise ValueError("; ".join(map(str, problems.sorted())))
    return tuple(rows)


def of_the_table() -> QuietHours:
    """The quiet hours of a rulebook that says nothing else."""
    return QuietHours({row.place: row.week for row in quiet_rows()})


def _read_row(node: Node, scope: Scope) -> Row:
    fields = read_fields(node, _ROW, scope)
    if len(fields) < len(_KEYS):
        return Row("", {}, "", date.min)
    return Row(
        read_text(fields["place"], "place", scope),
        read_week(fields["hours"], "hours", scope),
        read_text(fields["source"], "source", scope),
        read_day(fields["as_of"], "as_of", scope),
    )
