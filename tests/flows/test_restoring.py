"""After a backup was restored nothing is sent twice, nobody who opted out is written to."""

import errno
import os
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import delete, select, update
from sqlmodel import col

from router.flows.consent.audit import count_differences
from router.flows.letter import Letter, reply
from router.flows.restoring.age import Older, beat, check_age
from router.flows.restoring.restored import Counts, follow_ledger, make_safe
from router.flows.restoring.withheld import RESTORED
from router.flows.staff import StaffIdentity
from router.flows.timers import fire_due
from router.flows.watermarks import mark, raise_mark
from router.flows.world import World
from router.store.high_water import HighWater
from router.store.ledger import Ledger
from router.store.tables import ConsentEvent, Dispatch, Message, Suppression, Watermark
from tests.flows.conftest import TENANT, Person

HOUR = timedelta(hours=1)


def go_back(world: World, by: timedelta) -> None:
    """As if a backup of then were put in place: its clock mark is that of its day."""
    with world.store.write() as connection:
        at = mark(connection, "clock")
        assert at is not None
        connection.execute(
            update(Watermark).where(col(Watermark.name) == "clock").values(at=at - by)
        )


def states(person: Person) -> list[str]:
    return [one["state"] for one in person.messages if one["direction"] == "out"]


def set_states(world: World, *wanted: str) -> None:
    """Give the outgoing messages of the world these states, in order."""
    with world.store.write() as connection:
        rows = connection.execute(
            select(col(Message.id)).where(col(Message.direction) == "out").order_by(col(Message.id))
        ).scalars()
        for message_id, state in zip(rows.all(), wanted, strict=True):
            connection.execute(
                update(Message).where(col(Message.id) == message_id).values(state=state, token="t")
            )


def test_a_database_that_goes_on_is_never_taken_for_an_older_one(
    world: World, advance: Callable[..., None]
) -> None:
    assert check_age(world) is None, "no clock has run yet"
    for _ in range(3):
        beat(world)
        assert check_age(world) is None
        advance(seconds=5)
    note = HighWater(world.settings.ledger)
    with world.store.read() as connection:
        assert note.read() == mark(connection, "clock")


def test_a_database_behind_its_note_is_older(world: World) -> None:
    beat(world)
    check_age(world)
    go_back(world, HOUR)
    older = check_age(world)
    assert isinstance(older, Older)
    assert older.had_come_to - HOUR == older.ends_at
    assert str(older).startswith("the database ends ")


def test_a_new_database_under_an_old_note_is_older(world: World) -> None:
    HighWater(world.settings.ledger).note(world.now())
    older = check_age(world)
    assert older is not None
    assert str(older).startswith("the database is new")


def test_a_note_that_cannot_be_read_stops_nothing(world: World) -> None:
    beat(world)
    note = HighWater(world.settings.ledger)
    note.note(world.now())
    note.path.write_text("not a time")
    assert check_age(world) is None
    assert note.read() is not None


def test_the_mark_of_the_clock_never_goes_back(world: World) -> None:
    with world.store.write() as connection:
        raise_mark(connection, "clock", world.now() + HOUR)
    beat(world)
    with world.store.read() as connection:
        at = mark(connection, "clock")
    assert at is not None
    assert at > world.now()


def test_whatever_may_have_left_is_put_before_a_person(
    alice: Person, bob: Person, clerk: StaffIdentity
) -> None:
    for person in (alice, bob):
        person.texts("HELP")
        person.texts("towels please")
        reply(person.world, clerk, person.thread["id"], Letter("At once."))
    many = len(states(alice)) + len(states(bob))
    wanted = ["queued", "sending", "unknown", "held", "delivered", "suppressed"]
    set_states(alice.world, *(wanted * many)[:many])
    beat(alice.world)
    counts = make_safe(alice.world)
    left = {*states(alice), *states(bob)}
    assert left <= {"review", "delivered", "suppressed"}
    assert counts.texts == (states(alice) + states(bob)).count("review") > 0
    assert make_safe(alice.world).texts == 0


def test_notices_and_calls_are_not_told_again(alice: Person) -> None:
    with alice.world.store.write() as connection:
        for place, (kind, state) in enumerate(
            [("sms", "queued"), ("webhook", "sending"), ("email", "done")]
        ):
            connection.execute(
                Dispatch.__table__.insert(),  # type: ignore[attr-defined]
                {"tenant_id": TENANT, "id": str(place), "kind": kind, "recipient": "r",
                 "thread_id": "t", "message_id": "m", "rule": "r", "number": "n", "state": state,
                 "attempt": 0, "created_at": alice.world.now(), "updated_at": alice.world.now()},
            )  # fmt: skip
    assert make_safe(alice.world).dispatches == 2
    with alice.world.store.read() as connection:
        found = connection.execute(select(col(Dispatch.state)).order_by(col(Dispatch.id)))
        assert found.scalars().all() == ["unknown", "unknown", "done"]


def test_an_escalation_that_waits_moves_its_thread_and_says_nothing(
    alice: Person, advance: Callable[..., None]
) -> None:
    alice.texts("the shower is broken")
    said = len(states(alice))
    assert make_safe(alice.world).escalations == 1
    advance(hours=1)
    fire_due(alice.world)
    assert alice.thread["team"] == "duty-manager"
    assert len(states(alice)) == said


def test_a_text_from_before_the_restore_is_taken_in_and_answered_by_nobody(
    alice: Person, bob: Person, advance: Callable[..., None]
) -> None:
    written_at = alice.world.now()
    advance(minutes=5)
    make_safe(alice.world)
    advance(minutes=5)
    alice.texts("HELP", received_late=True, sent_at=written_at)
    bob.texts("HELP", received_late=True, sent_at=alice.world.now() - timedelta(minutes=1))
    assert (states(alice), states(bob)) == (["review"], ["queued"])
    [message] = [one for one in alice.messages if one["direction"] == "out"]
    assert message["reason"] == RESTORED


def test_an_opt_out_since_the_backup_holds_again(alice: Person) -> None:
    """One of a person who is in the backup, and one that was lifted since."""
    world = alice.world
    beat(world)
    alice.texts("STOP")
    _forget_opt_outs(world)
    person = _person(alice)
    for what, scope in (("suppressed", "topic:ads"), ("lifted", "topic:ads")):
        world.ledger.append(world.now(), TENANT, what, person, scope)  # type: ignore[arg-type]
    world.ledger.append(world.now(), "another-tenant", "suppressed", person)
    assert make_safe(world).opt_outs == 1
    assert alice.shown()["consent"]["opted_out"] is True
    assert count_differences(world) == 0
    assert make_safe(world).opt_outs == 0


def test_an_opt_out_of_another_machines_ledger_holds_again_and_nothing_else_is_done(
    alice: Person, bob: Person, tmp_path: Path, advance: Callable[..., None]
) -> None:
    """It is older than what the database had come to when the first machine was done."""
    world = alice.world
    other = replace(world, ledger=Ledger(tmp_path / "other" / "ledger.jsonl"))
    Person(other, alice.address).texts("STOP")
    _forget_opt_outs(world)
    advance(minutes=10)
    beat(world)
    assert make_safe(world).opt_outs == 0
    bob.texts("HELP")
    assert follow_ledger(other) == Counts(opt_outs=1)
    assert alice.shown()["consent"]["opted_out"] is True
    assert count_differences(world) == 0
    assert states(bob) == ["queued"]
    assert follow_ledger(other) == Counts()


def test_an_opt_out_that_was_lifted_on_another_machine_stays_lifted(
    alice: Person, tmp_path: Path, advance: Callable[..., None]
) -> None:
    other = replace(alice.world, ledger=Ledger(tmp_path / "other" / "ledger.jsonl"))
    alice.texts("STOP")
    advance(minutes=1)
    Person(other, alice.address).texts("START")
    assert alice.shown()["consent"]["opted_out"] is False
    assert follow_ledger(alice.world) == Counts()
    assert make_safe(alice.world).opt_outs == 0


def test_who_was_erased_since_and_is_back_is_named(alice: Person, bob: Person) -> None:
    bob.texts("hello")
    alice.texts("hello")
    beat(alice.world)
    lookup = _lookup(alice)
    alice.world.ledger.append(alice.world.now(), TENANT, "erased", lookup)
    assert make_safe(alice.world).erased == [(TENANT, alice.shown()["id"])]


def test_afterwards_the_database_is_no_older_one(world: World) -> None:
    beat(world)
    check_age(world)
    go_back(world, HOUR)
    assert check_age(world) is not None
    make_safe(world)
    assert check_age(world) is None


def _forget_opt_outs(world: World) -> None:
    with world.store.write() as connection:
        connection.execute(delete(Suppression))
        connection.execute(delete(ConsentEvent))


def _person(person: Person) -> bytes:
    return bytes.fromhex(next(e.lookup for e in person.world.ledger.entries()))


def _lookup(person: Person) -> bytes:
    with person.world.store.read() as connection:
        keys = person.world.keys(connection, TENANT)
    return keys.lookup("address", person.address)


def test_many_note_at_once_how_far_the_database_has_come(tmp_path: Path) -> None:
    note = HighWater(tmp_path / "ledger.jsonl")
    at = datetime(2026, 11, 29, 12, tzinfo=UTC)
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda _: note.note(at), range(400)))
    assert note.read() == at
    assert [file.name for file in tmp_path.iterdir()] == ["ledger.jsonl.high-water"]


def test_a_note_that_the_disk_does_not_take_leaves_the_one_before(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    note = HighWater(tmp_path / "ledger.jsonl")
    at = datetime(2026, 11, 29, 12, tzinfo=UTC)
    note.note(at)

    def fail(_file: int) -> None:
        raise OSError(errno.EIO, "input/output error")

    monkeypatch.setattr(os, "fsync", fail)
    with pytest.raises(OSError, match="input/output"):
        note.note(at + HOUR)
    assert note.read() == at
