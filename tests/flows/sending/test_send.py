"""A text goes out: once, in order, whatever the carrier does."""

import threading
import time
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from sqlalchemy import ColumnElement, event, select, update
from sqlmodel import col

from router.carrier.api import Delay, Outgoing, StatusUpdate
from router.flows.ahead import set_right
from router.flows.sending.claims import Claim
from router.flows.sending.leases import LONGEST_LEASE
from router.flows.sending.outcomes import record
from router.flows.sending.settle import unsettled
from router.flows.sending.status import record_status
from router.flows.sending.stranded import let_go_stranded
from router.flows.sweep import sweep
from router.flows.world import World
from router.now import steady_seconds
from router.store.tables import Message
from tests.flows.conftest import TENANT, Line, Person, claims_of, wait_for
from tests.parts.drain import drain


def out(person: Person) -> list[str]:
    return [one["state"] for one in person.messages if one["direction"] == "out"]


def test_a_reply_is_sent_and_its_delivery_comes_back(alice: Person, line: Line) -> None:
    alice.texts("towels")
    line.drain()
    wait_for(lambda: out(alice) == ["delivered"])
    assert line.log(alice) == ["Towels are on the way."]


def test_draining_twice_sends_once(alice: Person, line: Line) -> None:
    alice.texts("towels")
    both = [threading.Thread(target=line.drain) for _ in range(4)]
    for one in both:
        one.start()
    for one in both:
        one.join()
    assert len(line.log(alice)) == 1


def test_texts_of_a_thread_arrive_in_the_order_they_were_decided(alice: Person, line: Line) -> None:
    for body in ("towels", "the shower is broken", "soap please", "SUMMIT26"):
        alice.texts(body)
    line.drain()
    templates = [one["body"] for one in alice.messages if one["direction"] == "out"]
    assert line.log(alice) == templates


@pytest.mark.parametrize("kind", ["500_before", "500_after", "timeout", "reset", "bad_json"])
def test_what_cannot_be_known_is_settled_and_never_sent_twice(
    alice: Person, line: Line, advance: Callable[..., None], kind: str
) -> None:
    line.breaks(on="callback", kind="drop", times=None)
    line.breaks(on="create", kind=kind, seconds=30)
    alice.texts("towels")
    if kind == "timeout":
        line.drain_impatiently()
        line.delivers_all(alice)
    else:
        line.drain()
    assert out(alice) == ["unknown"]
    line.settle()
    assert out(alice) == ["unknown"], "not before the grace has passed"
    advance(minutes=3)
    line.settle()
    line.drain()
    assert out(alice) in (["accepted"], ["sent"], ["delivered"])
    assert line.log(alice) == ["Towels are on the way."]


def test_a_code_that_may_have_been_sent_goes_to_a_person(
    alice: Person, line: Line, advance: Callable[..., None]
) -> None:
    line.breaks(on="create", kind="500_before")
    alice.texts("DELETE")
    line.drain()
    advance(minutes=3)
    line.settle()
    assert out(alice) == ["review"]


def test_a_process_that_dies_while_sending_leaves_a_doubt_not_a_second_text(
    alice: Person, line: Line, advance: Callable[..., None]
) -> None:
    alice.texts("towels")
    (sender_id,) = alice.texts("soap").ripples.senders
    assert len(claims_of(alice.world, sender_id)) == 1, "of a thread only its first"
    assert claims_of(alice.world, sender_id) == ()
    advance(minutes=4)
    line.settle()
    line.drain()
    assert line.log(alice) == ["Towels are on the way.", "Housekeeping will be with you shortly."]


def test_too_many_requests_are_tried_again_later(
    alice: Person, line: Line, advance: Callable[..., None]
) -> None:
    line.breaks(on="create", kind="429", retry_after=7)
    alice.texts("towels")
    line.drain()
    assert out(alice) == ["queued"]
    assert sweep(alice.world).senders == frozenset()
    advance(seconds=30)
    assert sweep(alice.world).senders
    line.drain()
    assert line.log(alice) == ["Towels are on the way."]


def test_a_text_that_was_delayed_for_days_is_delayed_as_ever(alice: Person) -> None:
    record(alice.world, replace(claimed(alice), attempt=2_000), Delay(None, 0.0))
    assert out(alice) == ["queued"]


def test_a_refused_text_fails_and_does_not_block_the_thread(alice: Person, line: Line) -> None:
    line.breaks(on="create", kind="21408")
    alice.texts("towels")
    alice.texts("soap")
    line.drain()
    assert out(alice)[0] == "failed"
    assert line.log(alice) == ["Housekeeping will be with you shortly."]


def test_a_number_that_the_carrier_bars_is_suppressed(alice: Person, line: Line) -> None:
    line.breaks(on="create", kind="21610")
    alice.texts("towels")
    line.drain()
    assert alice.shown()["consent"]["opted_out"]


def test_a_refused_account_pauses_the_sender_and_loses_nothing(
    alice: Person, line: Line, advance: Callable[..., None]
) -> None:
    line.breaks(on="create", kind="401")
    alice.texts("towels")
    line.drain()
    line.drain()
    assert out(alice) == ["queued"]
    advance(minutes=6)
    assert sweep(alice.world).senders
    line.drain()
    assert line.log(alice) == ["Towels are on the way."]


def test_an_opt_out_before_the_claim_wins(alice: Person, line: Line) -> None:
    alice.texts("towels")
    with alice.world.store.write() as connection:
        connection.execute(update(Message).where(col(Message.state) == "queued").values(kind="x"))
    alice.texts("STOP")
    with alice.world.store.write() as connection:
        connection.execute(
            update(Message).where(col(Message.state) == "canceled").values(state="queued")
        )
    line.drain()
    assert out(alice) == ["suppressed"]
    assert line.log(alice) == []


def statuses(person: Person, *order: str) -> list[str]:
    message = [one for one in person.messages if one["direction"] == "out"][-1]
    seen = []
    for status in order:
        news = StatusUpdate("SMout", status, None, message["id"], 1, TENANT)
        record_status(person.world, news)
        seen.append(person.messages[-1]["state"])
    return seen


def test_callbacks_merge_in_any_order_and_before_the_send_returns(alice: Person) -> None:
    claimed(alice)
    assert statuses(alice, "delivered", "sent", "queued", "delivered") == ["delivered"] * 4


def test_an_unknown_status_changes_nothing(alice: Person) -> None:
    claimed(alice)
    assert statuses(alice, "teleported") == ["sending"]


def test_a_callback_for_an_unknown_message_changes_nothing(hotel: World) -> None:
    news = StatusUpdate("SMx", "delivered", None, "nobody", 1, TENANT)
    assert not record_status(hotel, news).threads


def test_a_job_for_a_sender_that_is_gone_does_nothing(line: Line) -> None:
    assert not drain(line.world, line.carrier, "nobody").senders


def test_a_text_that_does_not_open_fails_and_stops_no_other_of_its_number(
    alice: Person, bob: Person, line: Line
) -> None:
    alice.texts("towels")
    with alice.world.store.write() as connection:
        spoiled = update(Message).where(col(Message.direction) == "out").values(body=b"\x01spoiled")
        connection.execute(spoiled)
    bob.texts("towels")
    line.drain()
    with alice.world.store.read() as connection:
        rows = connection.execute(
            select(col(Message.state), col(Message.reason)).where(
                col(Message.state).in_(["failed", "queued"])
            )
        ).all()
    assert [tuple(row) for row in rows] == [("failed", "unreadable")]
    assert len(line.log(bob)) == 1


def test_a_doubt_that_does_not_open_keeps_no_other_from_being_settled(
    alice: Person, bob: Person, line: Line, advance: Callable[..., None]
) -> None:
    line.breaks(on="callback", kind="drop", times=None)
    line.breaks(on="create", kind="500_after", times=2)
    alice.texts("towels")
    line.drain()
    with alice.world.store.write() as connection:
        spoiled = update(Message).where(col(Message.state) == "unknown")
        connection.execute(spoiled.values(body=b"\x01spoiled"))
    bob.texts("towels")
    line.drain()
    advance(minutes=3)
    line.settle()
    assert out(bob) in (["accepted"], ["sent"], ["delivered"])
    advance(minutes=11)
    line.settle()
    with alice.world.store.read() as connection:
        states = connection.execute(select(col(Message.state)).where(is_unreadable())).scalars()
        assert list(states) == ["review"]


def is_unreadable() -> ColumnElement[bool]:
    return col(Message.body) == b"\x01spoiled"


@pytest.mark.parametrize("database", ["sqlite"])  # PostgreSQL plans by statistics
@pytest.mark.parametrize("look", ["claim", "sweep", "unsettled", "stranded", "ahead"])
def test_looking_for_work_reads_the_outbox_index_and_not_what_was_sent(
    alice: Person, line: Line, look: str
) -> None:
    statements: list[tuple[str, Any]] = []
    event.listen(
        alice.world.store.engine,
        "before_cursor_execute",
        lambda _c, _cursor, statement, given, *_: statements.append((statement, given)),
    )
    ways: dict[str, Callable[[], object]] = {
        "claim": line.drain,
        "sweep": lambda: sweep(alice.world),
        "unsettled": lambda: unsettled(alice.world),
        "stranded": lambda: let_go_stranded(alice.world),
        "ahead": lambda: set_right(alice.world),
    }
    ways[look]()
    looks = [each for each in statements if each[0].startswith("SELECT")]
    about = [each for each in looks if "FROM message" in each[0]]
    assert about
    with alice.world.store.read() as connection:
        for statement, given in about:
            plan = connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", given).all()
            first = next(row[-1] for row in plan if " message" in row[-1])
            assert "ix_message_outbox" in first or "ix_message_unfinished" in first, plan


@pytest.mark.parametrize("database", ["postgresql"])
def test_what_holds_a_message_up_is_looked_for_in_its_thread_alone(
    alice: Person, line: Line
) -> None:
    """Also by a planner that knows nothing yet of how long an outbox is."""
    statements: list[tuple[str, Any]] = []
    event.listen(
        alice.world.store.engine,
        "before_cursor_execute",
        lambda _c, _cursor, statement, given, *_: statements.append((statement, given)),
    )
    alice.texts("towels")
    line.drain()
    ready = [each for each in statements if each[0].startswith("SELECT message.id, message.thread")]
    assert ready
    with alice.world.store.read() as connection:
        for statement, given in ready:
            plan = connection.exec_driver_sql(f"EXPLAIN {statement}", given).scalars().all()
            (place,) = [number for number, row in enumerate(plan) if " message message_1" in row]
            assert "thread_id" in plan[place + 1], plan


def claimed(person: Person) -> Claim:
    (sender_id,) = person.texts("towels").ripples.senders
    (only,) = claims_of(person.world, sender_id)
    return only


def test_a_process_that_slept_past_its_deadline_sends_nothing(alice: Person, line: Line) -> None:
    late = claimed(alice)
    assert late.deadline - steady_seconds() <= LONGEST_LEASE.total_seconds() / 3
    outcome = line.carrier.send(
        Outgoing(late.to, late.number, late.body, None, "http://127.0.0.1:1/", steady_seconds())
    )
    assert isinstance(outcome, Delay)
    assert line.log(alice) == []


@pytest.mark.skipif(not hasattr(time, "CLOCK_BOOTTIME"), reason="Linux alone counts on meanwhile")
def test_a_machine_that_was_suspended_past_the_deadline_sends_nothing(
    alice: Person, line: Line, monkeypatch: pytest.MonkeyPatch
) -> None:
    late, tell = claimed(alice), time.clock_gettime
    asleep = {time.CLOCK_BOOTTIME: 60.0}  # time.monotonic does not count it
    monkeypatch.setattr(time, "clock_gettime", lambda clock: tell(clock) + asleep.get(clock, 0.0))
    outcome = line.carrier.send(
        Outgoing(late.to, late.number, late.body, None, "http://127.0.0.1:1/", late.deadline)
    )
    assert isinstance(outcome, Delay)
    assert line.log(alice) == []
