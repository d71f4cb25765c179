"""Threads are closed and put aside, by rules and by staff, and wake once."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from router.flows.assign.queue import drain_queues
from router.flows.inbox import claim, close
from router.flows.snooze import SNOOZES, snooze, wake_up
from router.flows.threads import list_threads
from router.flows.timers import fire_due
from router.flows.world import World
from rules.decision import Assign, Close, Snooze, ThreadState
from rules.moves import closed
from tests.flows.assign.conftest import Guest, Hire, bring_about, hands, waits
from tests.flows.conftest import Person

HOUR = timedelta(hours=1)


def timers(person: Person) -> list[tuple[str, str]]:
    return [(each["kind"], each["state"]) for each in person.shown()["timers"]]


def put_aside(person: Person, *effects: Assign, **after: str) -> None:
    bring_about(person, *effects, Snooze(HOUR), state="snoozed", **after)


def test_a_rule_closes_a_thread_and_ends_what_waited_for_it(
    hotel: World, hire: Hire, guest: Guest, advance: Callable[..., None]
) -> None:
    hire("ann", "porters")
    guest(1).texts("my shower is broken")
    bring_about(guest(1), Close(), state="closed", claimed=False)
    thread = guest(1).thread
    assert (thread["state"], thread["assignee"], waits(guest(1))) == ("closed", None, False)
    assert timers(guest(1)) == [("escalate", "canceled")]
    advance(minutes=11)
    fire_due(hotel)
    assert (guest(1).thread["state"], guest(1).replies()) == ("closed", [])


def test_a_rule_that_assigns_and_closes_picks_nobody(hire: Hire, guest: Guest) -> None:
    hire("ann", "desk")
    guest(1).texts("hello")
    bring_about(guest(1), Assign("porters"), Close(), state="closed", team="porters")
    assert hands(guest(1)) == ("porters", None)
    assert not waits(guest(1))


def test_thanks_after_a_close_leave_the_thread_closed_and_with_nobody(
    hotel: World, hire: Hire, guest: Guest
) -> None:
    ann = hire("ann", "desk")
    guest(1).texts("hello")
    close(hotel, ann, guest(1).thread["id"])
    bring_about(guest(1), farewell=True)
    drain_queues(hotel)
    thread = guest(1).thread
    assert (thread["state"], thread["assignee"], waits(guest(1))) == ("closed", None, False)


def test_a_rule_puts_a_thread_aside_and_it_wakes_once(
    hotel: World, hire: Hire, guest: Guest, advance: Callable[..., None]
) -> None:
    ann = hire("ann", "desk")
    guest(1).texts("hello")
    put_aside(guest(1))
    assert guest(1).thread["state"] == "snoozed"
    assert list_threads(hotel, ann, "mine") == []
    assert [line.thread_id for line in list_threads(hotel, ann, "snoozed")]
    advance(minutes=59)
    assert not fire_due(hotel).threads
    advance(minutes=2)
    assert fire_due(hotel).threads
    assert not fire_due(hotel).threads
    assert (guest(1).thread["state"], hands(guest(1))) == ("open", ("desk", "ann"))


def test_nobody_is_picked_for_what_is_put_aside_until_it_wakes(
    hotel: World, hire: Hire, guest: Guest, advance: Callable[..., None]
) -> None:
    hire("ann", "desk")
    hire("ben", "porters")
    guest(1).texts("hello")
    put_aside(guest(1), Assign("porters", strategy="round-robin"), team="porters")
    drain_queues(hotel)
    assert (hands(guest(1)), waits(guest(1))) == (("porters", None), False)
    advance(hours=2)
    fire_due(hotel)
    assert hands(guest(1)) == ("porters", "ben")


def test_a_text_wakes_a_thread_and_its_timer_then_does_nothing(
    hotel: World, hire: Hire, guest: Guest, advance: Callable[..., None]
) -> None:
    ann = hire("ann", "desk")
    guest(1).texts("hello")
    put_aside(guest(1))
    advance(minutes=10)
    guest(1).texts("are you there?")
    assert guest(1).thread["state"] == "open"
    close(hotel, ann, guest(1).thread["id"])
    before = list_threads(hotel, ann, "closed")
    advance(hours=1)
    fire_due(hotel)
    assert timers(guest(1)) == [("wake", "fired")]
    assert list_threads(hotel, ann, "closed") == before


def test_a_second_snooze_takes_the_place_of_the_first(
    hotel: World, hire: Hire, guest: Guest, advance: Callable[..., None]
) -> None:
    ann = hire("ann", "desk")
    guest(1).texts("hello")
    thread_id = guest(1).thread["id"]
    for length in ("hour", "week"):
        assert snooze(hotel, ann, thread_id, length).refusal is None
    advance(hours=2)
    fire_due(hotel)
    assert guest(1).thread["state"] == "snoozed"
    assert timers(guest(1)) == [("wake", "canceled"), ("wake", "waiting")]


def test_whoever_puts_aside_what_nobody_claimed_has_it_when_it_wakes(
    hotel: World, hire: Hire, guest: Guest
) -> None:
    ann, _ben = hire("ann", "porters"), hire("ben", "desk")
    guest(1).texts("hello")
    thread_id = guest(1).thread["id"]
    snooze(hotel, ann, thread_id, "morning")
    assert wake_up(hotel, ann, thread_id).refusal is None
    assert (guest(1).thread["state"], hands(guest(1))) == ("open", ("desk", "ann"))
    assert wake_up(hotel, ann, thread_id).refusal


def test_what_a_colleague_has_claimed_stays_theirs_when_it_is_put_aside(
    hotel: World, hire: Hire, guest: Guest
) -> None:
    ann, ben = hire("ann", "desk"), hire("ben", "desk")
    guest(1).texts("hello")
    claim(hotel, ben, guest(1).thread["id"])
    snooze(hotel, ann, guest(1).thread["id"], "hour")
    assert hands(guest(1)) == ("desk", "ben")


def test_a_closed_thread_is_not_put_aside(hotel: World, hire: Hire, guest: Guest) -> None:
    ann = hire("ann", "desk")
    guest(1).texts("hello")
    close(hotel, ann, guest(1).thread["id"])
    assert "closed" in (snooze(hotel, ann, guest(1).thread["id"], "hour").refusal or "")


def test_what_is_put_aside_counts_against_nobody_s_capacity(hire: Hire, guest: Guest) -> None:
    hire("ann", "desk")
    for number in range(2):
        guest(number).texts("hello")
    put_aside(guest(0))
    guest(3).texts("hello")
    assert hands(guest(3)) == ("desk", "ann")


def test_an_escalation_wakes_what_was_put_aside_without_an_answer(
    hotel: World, hire: Hire, guest: Guest, advance: Callable[..., None]
) -> None:
    hire("ann", "porters")
    hire("dave", "managers")
    guest(1).texts("my shower is broken")
    put_aside(guest(1))
    advance(minutes=11)
    fire_due(hotel)
    assert (guest(1).thread["state"], hands(guest(1))) == ("open", ("managers", None))


@pytest.mark.parametrize(
    ("length", "until"),
    [
        ("hour", "2026-11-10 23:30"),
        ("morning", "2026-11-11 09:00"),
        ("week", "2026-11-17 22:30"),
    ],
)
def test_staff_s_lengths_go_by_the_clock_of_the_business(length: str, until: str) -> None:
    zone = ZoneInfo("America/Chicago")
    late = datetime(2026, 11, 10, 22, 30, tzinfo=zone).astimezone(UTC)
    assert f"{SNOOZES[length](late, zone):%Y-%m-%d %H:%M}" == until


def test_the_morning_after_a_change_of_clocks_is_at_nine() -> None:
    zone = ZoneInfo("America/Chicago")
    before = datetime(2026, 10, 31, 22, tzinfo=zone).astimezone(UTC)
    assert SNOOZES["morning"](before, zone).astimezone(UTC).hour == 15


def test_closing_leaves_of_the_flags_only_the_doubt() -> None:
    state = ThreadState(
        "open", "desk", True, frozenset({"vip"}), flags=frozenset({"doubt", "limit"})
    )
    after = closed(state)
    assert (after.state, after.claimed, after.tags) == ("closed", False, frozenset())
    assert after.flags == {"doubt"}
