"""Who finds nobody waits, and is given to whoever comes first."""

import threading
from collections.abc import Callable

from sqlalchemy import update
from sqlmodel import col

from router.flows.assign.queue import drain_queues
from router.flows.assign.shown import Waiting
from router.flows.inbox import claim, close
from router.flows.publish import publish_folder
from router.flows.shifts import set_shift
from router.flows.staff import StaffIdentity
from router.flows.thread_page import open_thread
from router.flows.world import World, open_world
from router.store.tables import Revision
from tests.flows.assign.conftest import BOOK, Guest, Hire, hands, waits
from tests.flows.conftest import TENANT, Person


def place(person: Person) -> Waiting | None:
    page = open_thread(person.world, TENANT, person.thread["id"])
    assert page is not None
    return page.hands.waiting


def free(world: World, staff: StaffIdentity, person: Person) -> None:
    close(world, staff, person.thread["id"])
    drain_queues(world)


def test_without_anyone_free_a_thread_waits_with_the_team_that_was_asked(guest: Guest) -> None:
    guest(1).texts("my bags please")
    assert (hands(guest(1)), waits(guest(1))) == (("porters", None), True)


def test_the_queue_is_drained_first_in_first_out_as_someone_frees_up(
    hotel: World, hire: Hire, guest: Guest
) -> None:
    ann = hire("ann", "desk")
    for number in range(5):
        guest(number).texts("hello")
    assert [waits(guest(number)) for number in range(5)] == [False, False, True, True, True]
    assert place(guest(4)) == Waiting(3, anyone_here=True)
    drain_queues(hotel)
    assert place(guest(2)) == Waiting(1, anyone_here=True)
    free(hotel, ann, guest(0))
    assert [hands(guest(number))[1] for number in (2, 3, 4)] == ["ann", None, None]
    free(hotel, ann, guest(2))
    assert [hands(guest(number))[1] for number in (3, 4)] == ["ann", None]


def test_a_new_text_does_not_overtake_who_waits(hotel: World, hire: Hire, guest: Guest) -> None:
    ann = hire("ann", "desk")
    for number in range(3):
        guest(number).texts("hello")
    close(hotel, ann, guest(0).thread["id"])  # somebody is free, and no clock has run yet
    guest(4).texts("hello")
    assert waits(guest(4))
    drain_queues(hotel)
    assert (hands(guest(2))[1], waits(guest(4))) == ("ann", True)


def test_a_new_account_and_a_shift_that_begins_drain_the_queue(
    hotel: World, hire: Hire, guest: Guest
) -> None:
    hire("ann", "desk", on_shift=False)
    guest(1).texts("hello")
    guest(2).texts("my bags please")
    set_shift(hotel, TENANT, "ann", on=True)
    hire("ben", "porters")
    drained = drain_queues(hotel)
    assert len(drained.threads) == 2
    assert (hands(guest(1)), hands(guest(2))) == (("desk", "ann"), ("porters", "ben"))


def test_a_backup_that_comes_on_shift_takes_what_waits_in_another_team_s_queue(
    hotel: World, hire: Hire, guest: Guest
) -> None:
    guest(1).texts("my bags please")
    hire("ann", "managers")
    drain_queues(hotel)
    assert (hands(guest(1)), waits(guest(1))) == (("managers", None), False)


def test_more_capacity_drains_the_queue(
    hotel: World, hire: Hire, guest: Guest, publish: Callable[[str], None]
) -> None:
    hire("ann", "desk")
    for number in range(4):
        guest(number).texts("hello")
    publish(BOOK.replace("least-busy, capacity: 2", "least-busy, capacity: 3"))
    drain_queues(hotel)
    assert [waits(guest(number)) for number in range(4)] == [False, False, False, True]


def test_what_is_claimed_closed_or_moved_leaves_the_queue(
    hotel: World, hire: Hire, guest: Guest
) -> None:
    ann = hire("ann", "managers")
    for number in range(3):
        guest(number).texts("hello")
    claim(hotel, ann, guest(0).thread["id"])
    close(hotel, ann, guest(1).thread["id"])
    guest(2).texts("there is smoke")
    assert [waits(guest(number)) for number in range(3)] == [False, False, False]
    assert hands(guest(2)) == ("managers", None)


def test_a_text_while_it_waits_does_not_cost_a_thread_its_place(hire: Hire, guest: Guest) -> None:
    guest(1).texts("my bags please")
    guest(2).texts("my bags please")
    guest(1).texts("my bags please, now")
    assert place(guest(1)) == Waiting(1, anyone_here=False)


def test_many_clocks_drain_a_queue_once(hotel: World, hire: Hire, guest: Guest) -> None:
    for number in range(6):
        guest(number).texts("hello")
    for handle in ("ann", "ben"):
        hire(handle, "desk")
    clocks = [threading.Thread(target=drain_queues, args=(hotel,)) for _ in range(4)]
    for clock in clocks:
        clock.start()
    for clock in clocks:
        clock.join()
    handles = [hands(guest(number))[1] for number in range(6)]
    assert sorted(handles[:4]) == ["ann", "ann", "ben", "ben"]  # type: ignore[type-var]
    assert handles[4:] == [None, None]


def test_where_nothing_waits_nothing_is_written(
    hotel: World, hire: Hire, guest: Guest, count_statements: Callable[[], int]
) -> None:
    hire("ann", "desk")
    guest(1).texts("hello")
    count_statements()
    assert not drain_queues(hotel).threads
    assert count_statements("UPDATE", "INSERT", "BEGIN IMMEDIATE") == 0


def test_a_queue_that_cannot_be_drained_is_not_written_to(
    hotel: World, guest: Guest, count_statements: Callable[[], int]
) -> None:
    guest(1).texts("hello")
    count_statements()
    drain_queues(hotel)
    assert count_statements("UPDATE", "INSERT", "BEGIN IMMEDIATE") == 0


def test_a_lost_rulebook_keeps_no_other_tenant_waiting(
    hotel: World, hire: Hire, guest: Guest, save_book: Callable[..., None]
) -> None:
    inn = "inn"
    book = BOOK.replace(f"tenant: {TENANT}", f"tenant: {inn}").replace("+161255501", "+161255502")
    save_book(book, "inn.yaml")
    publish_folder(hotel, hotel.settings.rules_dir)
    guest(1).texts("hello")
    other = Person(hotel, "+16125550009")
    other.texts("hello", to="+16125550200")
    with hotel.store.write() as connection:
        theirs = update(Revision).where(col(Revision.tenant_id) == inn)
        connection.execute(theirs.values(text="nothing that loads: ["))
    newer = open_world(hotel.settings, hotel.now)
    hire("ann", "desk")
    drain_queues(newer)
    assert not waits(guest(1))
    newer.store.close()
