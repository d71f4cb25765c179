"""Webhooks: told of a text at least once, of what is kept at that moment, for a day."""

import json
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import update
from sqlmodel import col

from router.couriers.outcome import Done
from router.couriers.webhook import sign
from router.flows.dispatches.claims import claim_dispatches
from router.flows.dispatches.send import BROKE, pause_seconds, record_outcome
from router.flows.publish import publish_folder
from router.flows.ripples import CALM
from router.flows.sweep import sweep
from router.flows.world import World
from router.now import real_now
from router.store import server_clock
from router.store.rows import AnyRow
from router.store.tables import Dispatch
from tests.couriers.receiver import Receiver
from tests.flows.conftest import MAIN, TENANT, Person
from tests.flows.dispatches.conftest import SECRET, Decided, Dispatcher

Rows = Callable[[], list[AnyRow]]
Fates = Callable[[], list[tuple[str, str | None]]]
Advance = Callable[..., None]


@pytest.fixture
def told(alice: Person, with_pms: Receiver, decided: Decided) -> Receiver:
    """Alice has written, and the webhook is to be told."""
    alice.texts("The shower is broken")
    decided.webhook(alice)
    return with_pms


def test_the_text_arrives_signed(told: Receiver, alice: Person, dispatcher: Dispatcher) -> None:
    dispatcher.send()
    ((_, headers, body),) = told.posts
    assert json.loads(body) == {
        "event": "text.received",
        "tenant": TENANT,
        "id": alice.messages[0]["id"],
        "thread": alice.thread["id"],
        "rule": "fault",
        "to": MAIN,
        "from": alice.address,
        "body": "The shower is broken",
        "language": "en",
        "tags": [],
        "groups": [],
        "attributes": {},
        "at": alice.messages[0]["created_at"],
    }
    assert headers["Bellhop-Event"] == dispatcher.rows()[0].id
    assert headers["Bellhop-Signature"] == sign(SECRET, headers["Bellhop-Timestamp"], body)
    assert dispatcher.rows()[0].state == "done"


@pytest.mark.usefixtures("long_pauses")
def test_a_webhook_that_fails_is_called_again_with_the_same_event(
    told: Receiver, dispatcher: Dispatcher
) -> None:
    told.answers = [500, 429]
    dispatcher.send()
    assert dispatcher.fates() == [("queued", "it answers 500")]
    assert sweep(dispatcher.means.world).dispatches == frozenset()
    dispatcher.advance(seconds=121)
    assert sweep(dispatcher.means.world).dispatches == {TENANT}
    dispatcher.send()
    assert dispatcher.fates() == [("queued", "it answers 429")]
    dispatcher.advance(seconds=241)
    dispatcher.send()
    assert dispatcher.fates() == [("done", None)]
    assert len({headers["Bellhop-Event"] for _, headers, _ in told.posts}) == 1
    assert len({headers["Bellhop-Timestamp"] for _, headers, _ in told.posts}) == 3


def test_after_a_day_it_is_given_up(told: Receiver, dispatcher: Dispatcher) -> None:
    told.answers = [503] * 20
    for minutes in (0, 23 * 60, *[11] * 8):
        dispatcher.advance(minutes=minutes)
        dispatcher.send()
    assert dispatcher.fates() == [("failed", "given up: it answers 503")]
    passed = dispatcher.rows()[0].updated_at - dispatcher.rows()[0].created_at
    assert timedelta(hours=23, minutes=40) < passed <= timedelta(hours=24, minutes=11)


def test_a_refusal_is_seen_at_once(told: Receiver, dispatcher: Dispatcher) -> None:
    told.answers = [404]
    dispatcher.send()
    assert dispatcher.fates() == [("failed", "it answers 404")]


def test_a_call_whose_sender_died_is_made_again(told: Receiver, dispatcher: Dispatcher) -> None:
    (claim,) = claim_dispatches(dispatcher.means.world, TENANT, 10)
    dispatcher.advance(seconds=61)
    assert sweep(dispatcher.means.world).dispatches == {TENANT}
    dispatcher.send()
    assert dispatcher.fates() == [("done", None)]
    record_outcome(dispatcher.means.world, claim, Done())
    assert len(told.posts) == 1


def test_a_fault_of_ours_with_one_stops_no_other(
    told: Receiver, alice: Person, dispatcher: Dispatcher, hotel: World
) -> None:
    dispatcher.decided.webhook(alice, rule="second")
    with hotel.store.write() as connection:
        first = dispatcher.rows()[0].id
        connection.execute(update(Dispatch).where(col(Dispatch.id) == first).values(kind="pigeon"))
    dispatcher.send()
    assert dispatcher.fates() == [("unknown", BROKE), ("done", None)]


def test_two_workers_never_hold_the_same(
    alice: Person, with_pms: Receiver, dispatcher: Dispatcher
) -> None:
    alice.texts("The shower is broken")
    for number in range(12):
        dispatcher.decided.webhook(alice, rule=f"rule-{number}")
    world = dispatcher.means.world
    first, second = (claim_dispatches(world, TENANT, 8) for _ in range(2))
    assert (len(first), len(second)) == (8, 4)
    assert {claim.id for claim in first}.isdisjoint(claim.id for claim in second)


@pytest.mark.usefixtures("long_pauses")
def test_a_webhook_that_does_not_answer_rests_and_notices_go_on(
    alice: Person,
    with_pms: Receiver,
    dispatcher: Dispatcher,
    hire: Callable[..., str],
) -> None:
    hire("dave", "duty-manager", mobile="+16125550188")
    alice.texts("The shower is broken")
    dispatcher.decided.webhook(alice)
    with_pms.silent_seconds = 0.6
    dispatcher.send()
    dispatcher.decided.webhook(alice, rule="second")
    dispatcher.decided.notify(alice)
    dispatcher.send()
    assert [(row.state, row.attempt) for row in dispatcher.rows()] == [
        ("queued", 1),
        ("queued", 0),
        ("done", 1),
    ]
    with_pms.silent_seconds = 0.0
    dispatcher.advance(seconds=121)
    dispatcher.send()
    assert {row.state for row in dispatcher.rows()} == {"done"}


@pytest.mark.parametrize("pms_secret", [""])
def test_a_secret_that_is_not_set_is_named_until_it_is(
    told: Receiver, dispatcher: Dispatcher
) -> None:
    dispatcher.send()
    assert dispatcher.fates() == [("queued", "WEBHOOK_SECRET_PMS is not set")]
    assert told.posts == []


def test_a_webhook_that_left_the_rulebook_is_not_called(
    told: Receiver,
    hotel: World,
    save_book: Callable[..., None],
    dispatcher: Dispatcher,
) -> None:
    save_book()
    publish_folder(hotel, hotel.settings.rules_dir)
    dispatcher.send()
    assert dispatcher.fates() == [("failed", "the rulebook does not have it any more")]
    assert told.posts == []


def test_pauses_double_up_to_ten_minutes_with_jitter() -> None:
    for attempt, longest in ((1, 5), (2, 10), (3, 20), (8, 600), (500, 600)):
        drawn = {pause_seconds("webhook", attempt, 0.0) for _ in range(50)}
        assert longest / 2 <= min(drawn) < max(drawn) <= longest
    assert pause_seconds("webhook", 1, 90.0) == 90.0
    assert pause_seconds("sms", 500, 0.0) <= 120.0


def test_nothing_to_tell_is_no_work(dispatcher: Dispatcher) -> None:
    assert dispatcher.send() == CALM


@pytest.mark.usefixtures("told")
@pytest.mark.parametrize("database", ["postgresql"], indirect=True)
def test_a_machine_whose_clock_is_astray_ends_no_call_of_another_and_makes_none(
    hotel: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert len(claim_dispatches(hotel, TENANT, 10)) == 1
    ahead = timedelta(minutes=5)
    monkeypatch.setattr(server_clock, "real_now", lambda: real_now() + ahead)
    elsewhere = replace(hotel, now=lambda: real_now() + ahead)
    assert claim_dispatches(elsewhere, TENANT, 10) == ()
    monkeypatch.setattr(server_clock, "real_now", real_now)
    assert len(claim_dispatches(elsewhere, TENANT, 10)) == 1, "its lease has run out by that clock"
