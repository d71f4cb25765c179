"""Machines that share a database: one whose clock goes otherwise decides nothing about others."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import pytest

from router.flows.sending.pump import Pump
from router.flows.sending.settle import settle, unsettled
from router.flows.world import World
from router.now import real_now
from router.store import server_clock
from router.store.server_clock import MOST_ASTRAY, clock_ahead
from tests.flows.conftest import Line, Person, claims_of

AHEAD = timedelta(seconds=125)


@pytest.fixture
def database() -> str:
    """Only PostgreSQL has machines of several clocks."""
    return "postgresql"


@pytest.fixture
def ahead(alice: Person, monkeypatch: pytest.MonkeyPatch) -> Callable[[timedelta], World]:
    """The world of a machine whose clock is so far ahead. This process is on it from now on."""

    def of(by: timedelta) -> World:
        monkeypatch.setattr(server_clock, "real_now", lambda: real_now() + by)
        return replace(alice.world, now=lambda: real_now() + by)

    return of


def claimed(world: World, sender_id: str) -> int:
    return len(claims_of(world, sender_id))


def states(person: Person) -> list[str]:
    return [one["state"] for one in person.messages if one["direction"] == "out"]


def test_a_clock_that_is_ahead_does_not_end_what_another_machine_has_just_begun(
    alice: Person, line: Line, ahead: Callable[[timedelta], World]
) -> None:
    (sender_id,) = alice.texts("towels").ripples.senders
    assert claimed(alice.world, sender_id) == 1
    world = ahead(AHEAD)
    assert unsettled(world) == frozenset()
    settle(world, line.carrier, sender_id)
    assert states(alice) == ["sending"]


@pytest.mark.parametrize("by", [AHEAD, -AHEAD])
def test_a_machine_whose_clock_is_astray_sends_nothing_until_it_is_set(
    alice: Person, line: Line, ahead: Callable[[timedelta], World], by: timedelta
) -> None:
    (sender_id,) = alice.texts("towels").ripples.senders
    for off, sent in ((by, []), (timedelta(seconds=5), ["Towels are on the way."])):
        pump = Pump(ahead(off), line.carrier, lambda _: None)
        pump.wake(sender_id)
        assert pump.finish(15)
        pump.close()
        assert line.log(alice) == sent


def test_the_difference_is_told_with_its_sign(
    alice: Person, ahead: Callable[[timedelta], World]
) -> None:
    with alice.world.store.read() as connection:
        assert abs(clock_ahead(connection)) < MOST_ASTRAY / 3
        ahead(-AHEAD)
        assert abs(clock_ahead(connection) + AHEAD) < MOST_ASTRAY / 3
