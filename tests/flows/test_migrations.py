"""A database of an earlier version comes up to date with what it holds, and serves that one too."""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from alembic import command
from alembic.config import Config
from sqlalchemy import MetaData, Table, insert, inspect, select
from sqlmodel import col

import router.store
from router.store import schema
from router.store.engine import Store
from router.store.rows import table
from router.store.tables import Contact, Staff, Thread
from tests.parts.later_schema import LATER, later_schema

MIGRATIONS = Path(router.store.__file__).parent / "migrations"
LONG_AGO = datetime(2026, 1, 2, 3, tzinfo=UTC)


@pytest.fixture
def first(empty_database_url: str) -> Iterator[Store]:
    """A database as the first version made it."""
    store = Store(empty_database_url)
    migrate(store, "0001")
    yield store
    store.close()


def migrate(store: Store, revision: str) -> None:
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    config.set_main_option("path_separator", "os")
    with store.write() as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, revision)


Columns = dict[tuple[str, str], dict[str, Any]]


def columns_of(store: Store) -> Columns:
    """Every column, by its table's name and its own."""
    with store.read() as connection:
        made = inspect(connection)
        return {
            (name, column["name"]): dict(column)
            for name in made.get_table_names()
            for column in made.get_columns(name)
        }


def keep(store: Store, of: Table, **values: Any) -> None:
    """Insert a row with whatever columns the table has at this version."""
    with store.write() as connection:
        known = {column["name"] for column in inspect(connection).get_columns(of.name)}
        old = Table(of.name, MetaData(), autoload_with=connection)
        assert set(values) <= known
        connection.execute(insert(old).values(**values))


def test_flags_and_persons_come_along(first: Store, rows: Callable[..., None]) -> None:
    rows(first)
    schema.upgrade(first)
    assert schema.standing(first) == "current"
    with first.read() as connection:
        threads = connection.execute(
            select(col(Thread.id), col(Thread.flags), col(Thread.doubt_since)).order_by(
                col(Thread.id)
            )
        ).all()
        persons = connection.execute(select(col(Contact.person), col(Contact.lookup))).all()
    assert [(row.id, row.flags) for row in threads] == [("t1", ["doubt"]), ("t2", [])]
    assert threads[0].doubt_since == LONG_AGO
    assert all(row.person == row.lookup for row in persons)


def test_what_nobody_had_claimed_waits_for_whoever_comes_on_shift(first: Store) -> None:
    for number, (state, team, assignee) in enumerate(
        [("open", "desk", None), ("open", "desk", "ann"), ("open", None, None),
         ("closed", "desk", None)]
    ):  # fmt: skip
        keep(
            first,
            table(Thread),
            tenant_id="t",
            id=f"t{number}",
            contact_id=f"c{number}",
            number="+1",
            state=state,
            team=team,
            assignee=assignee,
            claimed=assignee is not None,
            flagged=False,
            tags=[],
            last_activity_at=LONG_AGO,
            next_seq=2,
        )
    keep(
        first,
        table(Staff),
        tenant_id="t",
        id="s",
        handle="ann",
        name=b"sealed",
        email=b"sealed",
        email_lookup=b"hash",
        role="agent",
        teams=["desk"],
        on_shift=True,
        password_hash="",
        session_epoch=0,
        created_at=LONG_AGO,
    )
    schema.upgrade(first)
    with first.read() as connection:
        waiting = connection.execute(
            select(col(Thread.id), col(Thread.asked_team), col(Thread.waiting_since)).where(
                col(Thread.waiting_since).is_not(None)
            )
        ).all()
        turns = connection.execute(select(col(Staff.turns))).scalar_one()
    assert waiting == [("t0", "desk", LONG_AGO)]
    assert turns == {}


@pytest.fixture
def rows() -> Callable[[Store], None]:
    """Two contacts, one of them with a text in doubt."""

    def fill(store: Store) -> None:
        for number, flagged in ((1, True), (2, False)):
            keep(
                store,
                table(Contact),
                tenant_id="t",
                id=f"c{number}",
                lookup=bytes([number]),
                address=b"sealed",
                groups=[],
                created_at=LONG_AGO,
            )
            keep(
                store,
                table(Thread),
                tenant_id="t",
                id=f"t{number}",
                contact_id=f"c{number}",
                number="+1",
                state="open",
                claimed=False,
                flagged=flagged,
                tags=[],
                last_activity_at=LONG_AGO,
                next_seq=1,
            )

    return fill


def test_what_the_migrations_make_is_what_the_tables_say(first: Store) -> None:
    schema.upgrade(first)
    with first.read() as connection:
        made = inspect(connection)
        for of in table(Contact).metadata.sorted_tables:
            columns = {column["name"] for column in made.get_columns(of.name)}
            assert columns == {column.name for column in of.columns}, of.name
            indexes = {index["name"] for index in made.get_indexes(of.name)}
            assert {index.name for index in of.indexes} <= indexes, of.name


def test_from_the_fifth_on_migrations_only_add(first: Store) -> None:
    """So that the version before goes on working, as docs/operations.md promises: what it reads is
    there as it was, and what it does not know of it need not write.
    """
    migrate(first, "0004")
    before = columns_of(first)
    tables = {name for name, _ in before}
    schema.upgrade(first)
    after = columns_of(first)
    assert before.keys() <= after.keys()
    for key, column in after.items():
        if key in before:
            was = before[key]
            assert str(column["type"]) == str(was["type"]), key
            assert column["nullable"] >= was["nullable"], key
        elif key[0] in tables:
            assert column["nullable"] or column["default"] is not None, key


def test_a_schema_of_a_later_version_is_told_and_left_alone(first: Store) -> None:
    assert schema.standing(first) == "behind"
    schema.upgrade(first)
    assert schema.standing(first) == "current"
    with later_schema(first):
        assert schema.standing(first) == "newer"
        with pytest.raises(schema.SchemaNewer, match=LATER):
            schema.upgrade(first)
        assert schema.standing(first) == "newer"
