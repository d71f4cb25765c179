"""Many texts at once: nobody gets more than they have room for, and no two wait for one another."""

from concurrent.futures import ThreadPoolExecutor

import pytest

from router.flows.assign.queue import drain_queues
from router.flows.inbox import close
from router.flows.shifts import set_shift
from router.flows.world import World
from tests.flows.assign.conftest import Guest, Hire, hands, waits
from tests.flows.conftest import TENANT

GUESTS = range(10)


@pytest.fixture
def database() -> str:
    """On SQLite one writer works at a time."""
    return "postgresql"


def test_two_texts_at_once_do_not_both_get_the_last_place_of_one_person(
    hire: Hire, guest: Guest
) -> None:
    hire("ann", "desk")
    hire("ben", "desk")
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda number: guest(number).texts("hello"), GUESTS))
    handles = [hands(guest(number))[1] for number in GUESTS]
    assert (handles.count("ann"), handles.count("ben")) == (2, 2)
    assert sum(waits(guest(number)) for number in GUESTS) == 6


def test_turns_go_round_when_all_write_at_once(hire: Hire, guest: Guest) -> None:
    for handle in ("ann", "ben"):
        hire(handle, "porters")
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda number: guest(number).texts("my bags please"), GUESTS))
    handles = [hands(guest(number))[1] for number in GUESTS]
    assert (handles.count("ann"), handles.count("ben")) == (5, 5)


def test_texts_shifts_closings_and_clocks_at_once_lose_no_thread_and_lock_none_out(
    hotel: World, hire: Hire, guest: Guest
) -> None:
    ann, _ben = hire("ann", "desk"), hire("ben", "desk")
    for number in GUESTS:
        guest(number).texts("hello")

    def disturb(number: int) -> None:
        match number % 4:
            case 0:
                drain_queues(hotel)
            case 1:
                set_shift(hotel, TENANT, "ben", on=number % 8 == 1)
            case 2:
                close(hotel, ann, guest(number % 10).thread["id"])
            case _:
                guest(number % 10).texts("hello again")

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(disturb, range(40)))
    set_shift(hotel, TENANT, "ben", on=True)
    drain_queues(hotel)
    for number in GUESTS:
        thread = guest(number).thread
        is_cared_for = thread["assignee"] is not None or thread["waiting_since"] is not None
        assert is_cared_for == (thread["state"] == "open"), thread
    handles = [hands(guest(number))[1] for number in GUESTS]
    assert max(handles.count("ann"), handles.count("ben")) <= 2
