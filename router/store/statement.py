"""Statements that every text runs: written as SQLAlchemy's, compiled once, run at the driver.

SQLAlchemy's way of running a statement costs several times what the database takes for it, and a
text runs seven. Whatever is run less often goes that way all the same, on the same connection.
"""

from collections import namedtuple
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol, cast

from sqlalchemy import Connection, Dialect, Insert, Select, Update
from sqlalchemy.engine.interfaces import DBAPIModule
from sqlalchemy.exc import DBAPIError

from router.store.rows import AnyRow

Values = Mapping[str, Any]
RawRows = Sequence[tuple[Any, ...]]
AnyStatement = Select[*tuple[Any, ...]] | Insert | Update
Convert = Callable[[Any], Any]


class Driver(Protocol):
    """A connection of sqlite3 or psycopg, as statements use it."""

    def tell(self, sql: str, rows: Sequence[Values]) -> None:
        """Run for each of `rows`. What goes wrong is raised now, or with what is run later."""

    def ask(self, sql: str, values: Values) -> Callable[[], RawRows]:
        """Run; the function waits for what is given back."""


class Statement:
    """One statement, whose parameters are `bindparam`s and the columns that are written."""

    def __init__(self, written: AnyStatement) -> None:
        self._written = written
        self._forms: dict[tuple[str, tuple[str, ...]], _Form] = {}

    def run(self, connection: Connection, *rows: Values) -> None:
        """Run it for each of `rows`, which have the same columns.

        What goes wrong may be raised later, by the commit at the latest: see `Driver.tell`.
        """
        form = self.form(connection.dialect, tuple(rows[0]))
        bound = [form.bind(row) for row in rows]
        _show(connection, form.sql, bound)
        _tell(connection, form.sql, bound)

    def all(self, connection: Connection, wanted: Values) -> list[AnyRow]:
        """The rows that it gives for these parameters."""
        (rows,) = ask(connection, (self, wanted))
        return rows

    def first(self, connection: Connection, wanted: Values) -> AnyRow | None:
        """The first row that it gives for these parameters."""
        rows = self.all(connection, wanted)
        return rows[0] if rows else None

    def form(self, dialect: Dialect, columns: tuple[str, ...] = ()) -> "_Form":
        """The statement as a kind of database takes it, compiled on first use."""
        form = self._forms.get((dialect.name, columns))
        if form is None:
            form = self._forms[dialect.name, columns] = _compile(self._written, dialect, columns)
        return form


Question = tuple[Statement, Values]


def ask(connection: Connection, *questions: Question) -> list[list[AnyRow]]:
    """The rows that each statement gives, run in this order and waited for only once."""
    forms = [(statement.form(connection.dialect), wanted) for statement, wanted in questions]
    try:
        answers = [_ask(connection, form.sql, form.bind(wanted)) for form, wanted in forms]
        return [form.read(wait()) for (form, _), wait in zip(forms, answers, strict=True)]
    except _errors(connection) as error:
        raise _translated(connection, error) from error


def tell(connection: Connection, sql: str) -> None:
    """Run a command without parameters, such as BEGIN."""
    _tell(connection, sql, [{}])


def _tell(connection: Connection, sql: str, rows: Sequence[Values]) -> None:
    try:
        _driver(connection).tell(sql, rows)
    except _errors(connection) as error:
        raise _translated(connection, error) from error


def _ask(connection: Connection, sql: str, values: Values) -> Callable[[], RawRows]:
    _show(connection, sql, values)
    return _driver(connection).ask(sql, values)


def _driver(connection: Connection) -> Driver:
    return cast("Driver", connection.connection.dbapi_connection)


def _show(connection: Connection, sql: str, values: object) -> None:
    """Show a statement to those who listen to SQLAlchemy's: tests and benches count them."""
    listeners = connection.engine.dispatch.before_cursor_execute
    if listeners:
        for listener in listeners:
            listener(connection, None, sql, values, None, isinstance(values, list))


def _errors(connection: Connection) -> type[Exception]:
    dbapi = cast("DBAPIModule", connection.dialect.dbapi)
    return cast("type[Exception]", dbapi.Error)


def _translated(connection: Connection, error: Exception) -> Exception:
    """The driver's error as SQLAlchemy would raise it; it quotes no values."""
    base = _errors(connection)
    return DBAPIError.instance(
        None, None, error, base, hide_parameters=True, dialect=connection.dialect
    )


@dataclass(frozen=True, slots=True)
class _Form:
    """A compiled statement, and what turns our values into the driver's and back."""

    sql: str
    constants: dict[str, Any]
    binds: tuple[tuple[str, Convert], ...]
    row: Callable[[Sequence[Any]], AnyRow]
    loads: tuple[tuple[int, Convert], ...]

    def bind(self, row: Values) -> dict[str, Any]:
        """The driver's parameters for our values."""
        values = {**self.constants, **row}
        for name, convert in self.binds:
            values[name] = convert(values[name])
        return values

    def read(self, rows: RawRows) -> list[AnyRow]:
        """Our rows for the driver's."""
        return [self.row(self._load(row)) for row in rows]

    def _load(self, row: Sequence[Any]) -> Sequence[Any]:
        values = list(row)
        for place, convert in self.loads:
            values[place] = convert(values[place])
        return values


def _compile(written: AnyStatement, dialect: Dialect, columns: tuple[str, ...]) -> _Form:
    compiled = written.compile(dialect=dialect, column_keys=columns)
    required = {name for bind, name in compiled.bind_names.items() if bind.required}
    final = compiled.construct_expanded_state(dict.fromkeys(required))
    types = {name: bind.type.dialect_impl(dialect) for bind, name in compiled.bind_names.items()}
    binds = {name: found for name, it in types.items() if (found := it.bind_processor(dialect))}
    return _Form(
        sql=final.statement,
        constants={
            name: binds[name](value) if name in binds else value
            for name, value in final.parameters.items()
            if name not in required
        },
        binds=tuple((name, convert) for name, convert in binds.items() if name in required),
        **_reading(written, dialect),
    )


def _reading(written: AnyStatement, dialect: Dialect) -> dict[str, Any]:
    """How the rows of a statement are read: the fields `row` and `loads` of its form."""
    columns = list(written.selected_columns) if isinstance(written, Select) else []
    loads = [it.type.dialect_impl(dialect).result_processor(dialect, None) for it in columns]
    found = namedtuple("Found", [str(it.key) for it in columns], rename=True)  # type: ignore[misc]  # its fields are known when it runs
    return {
        "row": found._make,
        "loads": tuple((place, load) for place, load in enumerate(loads) if load),
    }
