"""A clock that was hours ahead wrote that down, and is right again: no thread waits for it."""

import re
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import insert, select, update
from sqlmodel import col

from router.carrier.api import Delay, Inbound, Outcome, Unknown
from router.flows.ahead import set_right
from router.flows.privacy.erase import erase
from router.flows.ripples import CALM
from router.flows.sending.leases import LONGEST_LEASE
from router.flows.sending.outcomes import record
from router.flows.sending.settle import unsettled
from router.flows.spool import drain_spool, spool
from router.flows.sweep import sweep
from router.flows.world import World
from router.store import server_clock
from router.store.ids import new_id
from router.store.tables import Dispatch, Message, PrivacyRequest
from tests.flows.conftest import MAIN, TENANT, Line, Person, claims_of

AHEAD = timedelta(hours=9)


def answers(person: Person) -> list[tuple[str, str | None]]:
    return [(one["state"], one["reason"]) for one in person.messages if one["direction"] == "out"]


def try_ahead(person: Person, outcome: Outcome | None) -> str:
    """The answer to a text is tried by a machine that is ahead; None: its process dies. The sender
    (opaque id).
    """
    (sender_id,) = person.texts("towels").ripples.senders
    right = person.world
    ahead = replace(right, now=lambda: right.now() + AHEAD)
    (claimed,) = claims_of(ahead, sender_id)
    if outcome is not None:
        record(ahead, claimed, outcome)
    return sender_id


def test_what_was_tried_in_a_time_to_come_is_a_persons_to_decide(
    alice: Person, line: Line, advance: Callable[..., None]
) -> None:
    try_ahead(alice, Unknown("no answer"))
    alice.texts("towels")
    advance(minutes=4)
    assert not unsettled(alice.world)
    assert set_right(alice.world).threads == {(TENANT, alice.thread["id"])}
    assert answers(alice)[0] == ("review", "clock was ahead")
    line.drain()
    assert answers(alice)[1][0] in {"accepted", "sent", "delivered"}
    assert not set_right(alice.world).threads


def test_what_may_still_be_under_way_goes_to_a_person_once_a_lease_has_passed(
    alice: Person, line: Line, advance: Callable[..., None]
) -> None:
    try_ahead(alice, None)
    alice.texts("towels")
    for _ in range(2):
        set_right(alice.world)
        line.drain()
        assert [state for state, _ in answers(alice)] == ["sending", "queued"]
        assert not unsettled(alice.world)
    advance(seconds=LONGEST_LEASE.total_seconds() + 1)
    assert not unsettled(alice.world)
    assert answers(alice)[0] == ("unknown", "lease ran out")
    set_right(alice.world)
    assert answers(alice)[0] == ("review", "clock was ahead")


def test_what_was_to_be_tried_again_later_leaves_and_is_rung_for(
    alice: Person, line: Line, advance: Callable[..., None]
) -> None:
    sender_id = try_ahead(alice, Delay(None, 5.0))
    advance(minutes=4)
    line.drain()
    assert not sweep(alice.world).senders
    set_right(alice.world)
    advance(seconds=3)
    assert sweep(alice.world).senders == {sender_id}
    line.drain()
    assert answers(alice)[0][0] in {"accepted", "sent", "delivered"}


def test_what_waits_for_as_long_as_something_may_goes_on_waiting(alice: Person, line: Line) -> None:
    (sender_id,) = alice.texts("towels").ripples.senders
    (claimed,) = claims_of(alice.world, sender_id)
    record(alice.world, claimed, Delay(None, 3600.0))
    assert not set_right(alice.world).threads
    line.drain()
    assert answers(alice)[0][0] == "queued"


@pytest.mark.parametrize("database", ["postgresql"])
def test_a_machine_that_is_behind_its_database_takes_nothing_for_ahead(
    alice: Person, hotel: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    try_ahead(alice, None)
    monkeypatch.setattr(server_clock, "real_now", lambda: alice.world.now() - AHEAD)
    assert not set_right(hotel).threads
    assert answers(alice)[0][0] == "sending"


@pytest.mark.parametrize(
    "waiting",
    [
        [("updated_at",)],
        [("not_before", "updated_at")],
        [("not_before",), ("lease_until", "updated_at")],
    ],
)
def test_an_erasure_and_whoever_is_to_be_told_wait_for_no_time_of_a_clock_that_was_ahead(
    alice: Person, line: Line, advance: Callable[..., None], waiting: list[tuple[str, ...]]
) -> None:
    alice.texts("there is smoke")
    alice.texts("DELETE")
    code = re.findall(r"\b\d{6}\b", alice.messages[-1]["body"])[0]
    alice.texts(code)
    line.drain()
    world = alice.world
    ahead = world.now() + AHEAD
    with world.store.write() as connection:
        connection.execute(update(PrivacyRequest).values(retry_at=ahead))
        for times in waiting:
            state = "sending" if "lease_until" in times else "queued"
            row = told(world, state) | dict.fromkeys(times, ahead)
            connection.execute(insert(Dispatch).values(row))
    assert sweep(world) == CALM
    set_right(world)
    advance(seconds=3)
    found = sweep(world)
    assert found.erasures
    assert found.dispatches == {TENANT}
    with world.store.read() as connection:
        rows = connection.execute(select(col(Dispatch.lease_until), col(Dispatch.not_before))).all()
    assert all(row.not_before is None for row in rows)
    assert all(row.lease_until <= world.now() + LONGEST_LEASE for row in rows if row.lease_until)


def test_an_erasure_that_a_clock_ahead_confirmed_takes_no_text_along_that_came_after_it(
    alice: Person, advance: Callable[..., None]
) -> None:
    before = Inbound("SM0", alice.address, MAIN, None, "before", sent_at=alice.world.now())
    advance(seconds=5)
    alice.texts("DELETE")
    alice.texts(re.findall(r"\b\d{6}\b", alice.messages[-1]["body"])[0])
    with alice.world.store.write() as connection:
        ahead = alice.world.now() + AHEAD
        connection.execute(update(PrivacyRequest).values(confirmed_at=ahead))
    for count in range(1, 5):
        advance(seconds=5)
        spool(alice.world, Inbound(f"SM{count}", alice.address, MAIN, None, f"hello {count}"))
        if count == 3:
            set_right(alice.world)
        spool(alice.world, before)
        drain_spool(alice.world)
    heard = [one["body"] for one in alice.messages if one["direction"] == "in"]
    assert heard[-4:] == [f"hello {count}" for count in range(1, 5)]
    assert "before" not in heard


def test_a_clock_that_is_behind_rewrites_no_erasure(alice: Person) -> None:
    alice.texts("DELETE")
    alice.texts(re.findall(r"\b\d{6}\b", alice.messages[-1]["body"])[0])
    confirmed = select(col(PrivacyRequest.confirmed_at))
    with alice.world.store.read() as connection:
        noted = connection.execute(confirmed).scalar_one()
    set_right(replace(alice.world, now=lambda: noted - timedelta(days=365)))
    with alice.world.store.read() as connection:
        assert connection.execute(confirmed).scalar_one() == noted


def told(world: World, state: str) -> dict[str, object]:
    """A webhook call that a clock which was ahead has put off, or begun."""
    long_ago = world.now() - timedelta(minutes=1)
    return {
        "tenant_id": TENANT,
        "id": new_id(),
        "kind": "webhook",
        "recipient": "pms",
        "thread_id": "thread",
        "message_id": "message",
        "rule": "fault",
        "number": "+16125550100",
        "state": state,
        "created_at": long_ago,
        "updated_at": long_ago,
    }


def test_an_erasure_waits_for_no_receipt_that_a_clock_ahead_has_dated(
    alice: Person, line: Line
) -> None:
    """The carrier tells no end of the receipt; by our own time it has had long enough."""
    line.breaks(on="callback", kind="drop", times=None)
    alice.texts("DELETE")
    line.drain()
    alice.texts(re.findall(r"\b\d{6}\b", alice.messages[-1]["body"])[0])
    line.drain()
    line.delivers_all(alice)
    (request,) = alice.shown()["privacy_requests"]
    erase(alice.world, line.carrier, TENANT, request["id"])
    assert alice.messages, "the receipt is waited for"
    with alice.world.store.write() as connection:
        ahead = alice.world.now() + AHEAD
        connection.execute(update(Message).values(updated_at=ahead))
    erase(alice.world, line.carrier, TENANT, request["id"])
    assert not alice.messages
