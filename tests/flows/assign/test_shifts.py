"""Shifts end, and what was merely picked for somebody does not end with them."""

from collections.abc import Callable

from router.flows.assign.queue import drain_queues
from router.flows.inbox import claim
from router.flows.letter import Letter, reply
from router.flows.shifts import Shift, list_staff, set_shift, shift_of
from router.flows.world import World
from tests.flows.assign.conftest import Guest, Hire, bring_about, hands, waits
from tests.flows.conftest import TENANT


def test_whoever_goes_keeps_what_they_claimed_and_hands_back_what_was_picked_for_them(
    hotel: World, hire: Hire, guest: Guest
) -> None:
    ann = hire("ann", "porters")
    for number in range(3):
        guest(number).texts("my bags please")
    claim(hotel, ann, guest(0).thread["id"])
    reply(hotel, ann, guest(1).thread["id"], Letter("On my way."))
    ripples = set_shift(hotel, TENANT, "ann", on=False)
    assert ripples.staff == {(TENANT, ann.staff_id)}
    drain_queues(hotel)
    assert [hands(guest(number))[1] for number in range(3)] == ["ann", "ann", None]
    assert waits(guest(2))
    assert shift_of(hotel, TENANT, "ann") == Shift(on=False, kept=2)


def test_what_is_handed_back_goes_to_a_colleague_who_is_free(
    hotel: World, hire: Hire, guest: Guest
) -> None:
    hire("ann", "porters")
    guest(1).texts("my bags please")
    hire("ben", "porters")
    set_shift(hotel, TENANT, "ann", on=False)
    drain_queues(hotel)
    assert (hands(guest(1)), waits(guest(1))) == (("porters", "ben"), False)


def test_what_is_handed_back_waits_at_the_front_by_its_age(
    hotel: World, hire: Hire, guest: Guest, advance: Callable[..., None]
) -> None:
    hire("ann", "desk")
    for number in range(3):
        guest(number).texts("hello")
        advance(minutes=1)
    set_shift(hotel, TENANT, "ann", on=False)
    drain_queues(hotel)
    assert all(waits(guest(number)) for number in range(3))
    hire("ben", "desk")
    drain_queues(hotel)
    assert [hands(guest(number))[1] for number in range(3)] == ["ben", "ben", None]


def test_what_a_backup_leaves_goes_back_to_the_team_that_was_asked(
    hotel: World, hire: Hire, guest: Guest
) -> None:
    hire("ann", "managers")
    guest(1).texts("my bags please")
    assert hands(guest(1)) == ("managers", None)
    set_shift(hotel, TENANT, "ann", on=False)
    drain_queues(hotel)
    assert (hands(guest(1)), waits(guest(1))) == (("porters", None), True)


def test_what_a_whole_team_sees_waits_once_nobody_of_it_is_there(
    hotel: World, hire: Hire, guest: Guest
) -> None:
    hire("ann", "managers")
    hire("ben", "managers")
    guest(1).texts("smoke!")
    set_shift(hotel, TENANT, "ann", on=False)
    drain_queues(hotel)
    assert not waits(guest(1))
    set_shift(hotel, TENANT, "ben", on=False)
    drain_queues(hotel)
    assert waits(guest(1))
    set_shift(hotel, TENANT, "ann", on=True)
    drain_queues(hotel)
    assert (hands(guest(1)), waits(guest(1))) == (("managers", None), False)


def test_a_sleeping_thread_of_somebody_who_left_finds_another_when_it_wakes(
    hotel: World, hire: Hire, guest: Guest
) -> None:
    hire("ann", "desk")
    guest(1).texts("hello")
    bring_about(guest(1), state="snoozed")
    set_shift(hotel, TENANT, "ann", on=False)
    drain_queues(hotel)
    assert (hands(guest(1)), waits(guest(1))) == (("desk", None), False)
    hire("ben", "desk")
    guest(1).texts("hello again")
    assert hands(guest(1)) == ("desk", "ben")


def test_the_list_of_accounts_says_who_is_there_with_how_much_to_do(
    hotel: World, hire: Hire, guest: Guest
) -> None:
    hire("ben", "desk", "porters")
    hire("ann", "desk", on_shift=False)
    guest(1).texts("hello")
    listed = [(each.handle, each.on_shift, each.open_threads) for each in list_staff(hotel, TENANT)]
    assert listed == [("ann", False, 0), ("ben", True, 1)]
