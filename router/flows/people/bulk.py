"""Many rows for one table, made ready before the transaction that writes them.

SQLAlchemy turns values into what the driver takes while it executes. For many rows that takes
longer than writing them, and the writer's lock would be held all the while.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, Dialect, Insert, insert
from sqlmodel import SQLModel

from router.store.rows import insert_if_new, table

SLICE = 5_000


def slices(rows: Sequence[Any]) -> Iterator[Sequence[Any]]:
    """The rows in parts, for each of which the server has time enough."""
    for begin in range(0, len(rows), SLICE):
        yield rows[begin : begin + SLICE]


@dataclass(frozen=True, slots=True)
class Bulk:
    """A statement in the database's own words, and its rows."""

    sql: str
    rows: Sequence[Any]

    def write(self, connection: Connection) -> None:
        """Insert the rows."""
        for rows in slices(self.rows):
            connection.exec_driver_sql(self.sql, rows)


def prepare(
    dialect: Dialect, model: type[SQLModel], rows: Sequence[dict[str, Any]], *, anew: bool = True
) -> Bulk:
    """Make rows of a model ready. Columns that a row does not name are NULL; unless all rows are
    `anew`, those that are there already are passed over.
    """
    columns = table(model).columns
    compiled = _insert(dialect, model, anew=anew).compile(
        dialect=dialect, column_keys=list(columns.keys())
    )
    processors = [
        (name, column.type.dialect_impl(dialect).bind_processor(dialect))
        for name, column in columns.items()
    ]
    ready = [{name: _made(make, row.get(name)) for name, make in processors} for row in rows]
    if not compiled.positional:
        return Bulk(str(compiled), ready)
    order = compiled.positiontup or ()
    return Bulk(str(compiled), [tuple(row[name] for name in order) for row in ready])


def _insert(dialect: Dialect, model: type[SQLModel], *, anew: bool) -> Insert:
    return insert(table(model)) if anew else insert_if_new(model)[dialect.name]


def _made(make: Callable[[Any], Any] | None, value: Any) -> Any:
    return value if make is None or value is None else make(value)
