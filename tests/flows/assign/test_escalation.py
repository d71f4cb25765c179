"""An escalation finds a person as any assignment does, and is sent once."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest
from sqlalchemy import Connection, event

from router.flows.inbox import close
from router.flows.letter import Letter, reply
from router.flows.timers import fire_due
from router.flows.world import World
from tests.flows.assign.conftest import Guest, Hire, hands, waits


class Broken(Exception):
    """The last statement of a transaction did not come through."""


@contextmanager
def saving_fails(world: World) -> Iterator[None]:
    """What a transaction has done is lost when it saves the thread, at its end."""

    def fail(_connection: Connection, _cursor: object, statement: str, *_: object) -> None:
        if statement.startswith("UPDATE thread"):
            raise Broken

    event.listen(world.store.engine, "before_cursor_execute", fail)
    yield
    event.remove(world.store.engine, "before_cursor_execute", fail)


def test_it_moves_ownership_and_picks_somebody_there(
    hotel: World, hire: Hire, guest: Guest, advance: Callable[..., None]
) -> None:
    hire("ann", "porters")
    hire("ben", "desk")
    guest(1).texts("there is a leak")
    assert hands(guest(1)) == ("porters", "ann")
    advance(minutes=11)
    fire_due(hotel)
    assert (hands(guest(1)), guest(1).thread["claimed"]) == (("desk", "ben"), False)


def test_it_does_not_pick_whoever_left_the_thread_unanswered_while_another_is_free(
    hotel: World, hire: Hire, guest: Guest, advance: Callable[..., None]
) -> None:
    hire("ann", "porters", "desk")
    guest(1).texts("there is a leak")
    hire("ben", "desk")
    guest(2).texts("hello")  # ben has more to do now
    advance(minutes=11)
    fire_due(hotel)
    assert hands(guest(1)) == ("desk", "ben")


def test_where_nobody_is_there_it_waits_with_the_team_it_came_to(
    hotel: World, hire: Hire, guest: Guest, advance: Callable[..., None]
) -> None:
    hire("ann", "porters")
    guest(1).texts("my shower is broken")
    advance(minutes=11)
    fire_due(hotel)
    assert (hands(guest(1)), waits(guest(1))) == (("managers", None), True)
    assert guest(1).replies() == ["waiting"]


def test_to_a_person_who_is_not_there_it_goes_to_the_fallback_s_team(
    hotel: World, hire: Hire, guest: Guest, advance: Callable[..., None]
) -> None:
    hire("ann", "porters")
    hire("ben", "desk")
    guest(1).texts("my ring is missing")
    advance(minutes=11)
    fire_due(hotel)
    assert (hands(guest(1)), guest(1).thread["claimed"]) == (("desk", "ben"), False)
    assert guest(1).thread["flags"] == ["misdirected"]


@pytest.mark.parametrize("ends", ["answered", "closed"])
def test_it_does_not_come_to_what_is_answered_or_closed(
    hotel: World, hire: Hire, guest: Guest, advance: Callable[..., None], ends: str
) -> None:
    ann = hire("ann", "porters")
    guest(1).texts("my shower is broken")
    if ends == "answered":
        reply(hotel, ann, guest(1).thread["id"], Letter("On my way."))
    else:
        close(hotel, ann, guest(1).thread["id"])
    advance(minutes=11)
    fire_due(hotel)
    assert hands(guest(1)) == ("porters", "ann" if ends == "answered" else None)
    assert "waiting" not in guest(1).replies()


def test_a_timer_whose_transaction_failed_and_is_retried_sends_once(
    hotel: World, hire: Hire, guest: Guest, advance: Callable[..., None]
) -> None:
    hire("dave", "managers")
    guest(1).texts("my shower is broken")
    advance(minutes=11)
    for _ in range(2):
        with saving_fails(hotel):
            fire_due(hotel)  # it is logged, and holds up no other timer
        assert guest(1).replies() == []
    for _ in range(3):
        fire_due(hotel)
    assert guest(1).replies() == ["waiting"]
    assert hands(guest(1)) == ("managers", None)
