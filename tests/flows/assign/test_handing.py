"""Staff passes threads on, and is told in plain words where that makes no sense."""

from router.flows.acting import Acted
from router.flows.assign.queue import drain_queues
from router.flows.handing import hand_to_colleague, hand_to_team, release
from router.flows.inbox import claim, close
from router.flows.shifts import set_shift
from router.flows.staff import StaffIdentity
from router.flows.world import World
from tests.flows.assign.conftest import Guest, Hire, hands, waits
from tests.flows.conftest import TENANT, Person


def to_colleague(staff: StaffIdentity, person: Person, handle: str) -> Acted:
    return hand_to_colleague(person.world, staff, person.thread["id"], handle)


def to_team(staff: StaffIdentity, person: Person, team: str) -> Acted:
    return hand_to_team(person.world, staff, person.thread["id"], team)


def test_a_colleague_has_what_is_handed_to_them(hire: Hire, guest: Guest) -> None:
    ann = hire("ann", "desk")
    hire("ben", "desk", "porters")
    guest(1).texts("hello")
    assert to_colleague(ann, guest(1), "ben").refusal is None
    assert (hands(guest(1)), guest(1).thread["claimed"]) == (("desk", "ben"), True)
    guest(1).texts("my bags please")
    assert hands(guest(1)) == ("desk", "ben")


def test_a_colleague_of_another_team_takes_the_thread_along_to_it(hire: Hire, guest: Guest) -> None:
    ann = hire("ann", "desk")
    hire("ben", "porters")
    guest(1).texts("hello")
    to_colleague(ann, guest(1), "ben")
    assert hands(guest(1)) == ("porters", "ben")


def test_a_team_shares_what_is_handed_to_it_as_it_shares_all_else(
    hotel: World, hire: Hire, guest: Guest
) -> None:
    ann = hire("ann", "desk", "porters")
    hire("ben", "porters")
    guest(1).texts("hello")
    claim(hotel, ann, guest(1).thread["id"])
    assert to_team(ann, guest(1), "porters").refusal is None
    assert (hands(guest(1)), guest(1).thread["claimed"]) == (("porters", "ben"), False)
    assert to_team(ann, guest(1), "managers").refusal is None
    assert (hands(guest(1)), waits(guest(1))) == (("managers", None), True)


def test_what_is_released_goes_to_somebody_else_or_waits_for_them(
    hotel: World, hire: Hire, guest: Guest
) -> None:
    ann, ben = hire("ann", "porters"), hire("ben", "porters")
    guest(1).texts("my bags please")
    assert release(hotel, ann, guest(1).thread["id"]).refusal is None
    assert (hands(guest(1)), guest(1).thread["claimed"]) == (("porters", "ben"), False)
    set_shift(hotel, TENANT, "ann", on=False)
    release(hotel, ben, guest(1).thread["id"])
    drain_queues(hotel)
    assert (hands(guest(1)), waits(guest(1))) == (("porters", None), True)
    guest(2).texts("my bags please")
    assert hands(guest(2)) == ("porters", "ben"), "one that ben gave back holds up nobody"
    set_shift(hotel, TENANT, "ann", on=True)
    drain_queues(hotel)
    assert hands(guest(1)) == ("porters", "ann")


def test_what_was_claimed_is_given_back_to_the_team_that_was_asked_at_its_age(
    hotel: World, hire: Hire, guest: Guest
) -> None:
    ann = hire("ann", "managers")
    guest(1).texts("my bags please")
    guest(2).texts("my bags please")
    claim(hotel, ann, guest(1).thread["id"])
    set_shift(hotel, TENANT, "ann", on=False)
    drain_queues(hotel)
    release(hotel, ann, guest(1).thread["id"])
    assert (hands(guest(1)), waits(guest(1))) == (("porters", None), True)
    assert guest(1).thread["waiting_since"] < guest(2).thread["waiting_since"]


def test_what_makes_no_sense_is_refused_in_plain_words(
    hotel: World, hire: Hire, guest: Guest
) -> None:
    ann = hire("ann", "desk")
    hire("ben", "desk", on_shift=False)
    guest(1).texts("hello")
    thread_id = guest(1).thread["id"]
    refused = [
        (to_colleague(ann, guest(1), "ben"), "ben is off shift"),
        (to_colleague(ann, guest(1), "zoe"), "nobody called zoe"),
        (to_team(ann, guest(1), "spies"), "no team spies"),
        (to_team(ann, guest(1), "desk"), "The team desk has this thread already"),
    ]
    claim(hotel, ann, thread_id)
    refused.append((to_colleague(ann, guest(1), "ann"), "You have this thread already"))
    close(hotel, ann, thread_id)
    refused += [
        (to_colleague(ann, guest(1), "ann"), "is closed"),
        (to_team(ann, guest(1), "porters"), "is closed"),
        (release(hotel, ann, thread_id), "is closed"),
    ]
    guest(2).texts("my bags please")
    refused.append((release(hotel, ann, guest(2).thread["id"]), "You do not have this thread"))
    assert [says in (acted.refusal or "") for acted, says in refused] == [True] * len(refused)
