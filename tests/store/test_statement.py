"""Statements at the driver: the same values and the same errors as by way of SQLAlchemy."""

from contextlib import suppress
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import pytest
from sqlalchemy import bindparam, delete, insert, select, update
from sqlalchemy.exc import IntegrityError
from sqlmodel import col

from router.flows.world import World
from router.store.rows import table
from router.store.statement import Statement, ask
from router.store.tables import Thread

AT = datetime(2026, 1, 2, 3, 4, 5, 678900, tzinfo=UTC)
ROW: dict[str, Any] = {
    "tenant_id": "hotel",
    "id": "thread1",
    "contact_id": "contact1",
    "number": "+16125550100",
    "state": "open",
    "team": None,
    "claimed": True,
    "flags": ["doubt", "é"],
    "memory": {"replies": ["2026"]},
    "tags": [],
    "dialog": b"\x00\xff",
    "prompt": None,
    "asked_at": AT.astimezone(timezone(timedelta(hours=-6))),
    "last_activity_at": AT,
    "next_seq": 7,
}
_COLUMNS = [col(getattr(Thread, name)) for name in ROW]
_MINE = (col(Thread.tenant_id) == bindparam("tenant"), col(Thread.id) == bindparam("thread"))
MAKE = Statement(insert(table(Thread)))
FIND = Statement(select(*_COLUMNS).where(*_MINE))
OPEN = Statement(select(col(Thread.id)).where(*_MINE, col(Thread.state) == "open"))
SAVE = Statement(update(table(Thread)).where(*_MINE))
KEY = {"tenant": "hotel", "thread": "thread1"}


def test_what_is_written_is_found_by_either_way(world: World) -> None:
    with world.store.write() as connection:
        MAKE.run(connection, ROW)
        ours = FIND.first(connection, KEY)
        theirs = connection.execute(select(*_COLUMNS)).one()
    assert ours is not None
    assert dict(zip(ROW, ours, strict=True)) == ROW
    assert tuple(ours) == tuple(theirs)
    assert (ours.asked_at, ours.asked_at.tzinfo) == (AT, UTC)


def test_what_sqlalchemy_writes_is_found(world: World) -> None:
    with world.store.write() as connection:
        connection.execute(insert(Thread), ROW)
        found = FIND.first(connection, KEY)
    assert found is not None
    assert dict(zip(ROW, found, strict=True)) == ROW


def test_an_update_changes_the_columns_that_it_is_given(world: World) -> None:
    with world.store.write() as connection:
        MAKE.run(connection, ROW)
        SAVE.run(connection, {"state": "closed", "tags": ["vip"]} | KEY)
        SAVE.run(connection, {"team": "desk"} | KEY)
        found = FIND.first(connection, KEY)
    assert found is not None
    assert (found.state, found.tags, found.team, found.next_seq) == ("closed", ["vip"], "desk", 7)


def test_several_questions_are_answered_in_their_order(world: World) -> None:
    other = ROW | {"id": "thread2", "contact_id": "contact2", "state": "closed"}
    with world.store.write() as connection:
        MAKE.run(connection, ROW, other)
        answers = ask(connection, (OPEN, KEY), (FIND, KEY), (OPEN, KEY | {"thread": "thread2"}))
    assert [len(rows) for rows in answers] == [1, 1, 0]
    assert answers[1][0].id == "thread1"


def test_they_are_undone_with_their_transaction(world: World) -> None:
    with suppress(KeyError), world.store.write() as connection:
        MAKE.run(connection, ROW)
        raise KeyError
    with world.store.read() as connection:
        assert FIND.first(connection, KEY) is None


def test_a_violation_is_sqlalchemy_s_error_and_quotes_no_value(world: World) -> None:
    with world.store.write() as connection:
        MAKE.run(connection, ROW)
    with pytest.raises(IntegrityError) as raised, world.store.write() as connection:
        MAKE.run(connection, ROW | {"id": "thread2"})
    assert "+16125550100" not in str(raised.value)
    with world.store.write() as connection:  # and the database goes on
        connection.execute(delete(Thread))
        MAKE.run(connection, ROW)
