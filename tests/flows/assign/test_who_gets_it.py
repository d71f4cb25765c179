"""Who has a thread once a text has come in."""

from collections.abc import Callable
from datetime import timedelta
from zoneinfo import ZoneInfo

import pytest

from router.flows.assign.queue import drain_queues
from router.flows.inbox import claim, close
from router.flows.letter import Letter, reply
from router.flows.shifts import set_shift
from router.flows.world import World
from router.now import MovableNow
from tests.flows.assign.conftest import BOOK, Guest, Hire, hands, waits
from tests.flows.conftest import TENANT


@pytest.fixture
def at_hour(hotel: World, now: MovableNow) -> Callable[[int], None]:
    """Moves the time on to an hour of the hotel's own clock."""

    def move(hour: int) -> None:
        local = now().astimezone(ZoneInfo("America/Chicago"))
        wanted = local.replace(hour=hour, minute=30)
        wanted += timedelta(days=wanted <= local)
        now.advance(wanted.astimezone(ZoneInfo("UTC")) - local.astimezone(ZoneInfo("UTC")))

    return move


def test_round_robin_goes_on_in_turn_whoever_asks_and_whatever_is_done_meanwhile(
    hotel: World, hire: Hire, guest: Guest
) -> None:
    staff = {handle: hire(handle, "porters") for handle in ("ann", "ben", "cleo")}
    picked = []
    for number in range(6):
        guest(number).texts("my bags please")
        handle = guest(number).thread["assignee"]
        picked.append(handle)
        close(hotel, staff[handle], guest(number).thread["id"])
    assert picked == ["ann", "ben", "cleo"] * 2


def test_a_turn_taken_in_one_team_is_none_in_another(hire: Hire, guest: Guest) -> None:
    hire("ann", "porters", "desk")
    hire("ben", "porters", "desk")
    guest(1).texts("turns")
    guest(2).texts("my bags please")
    assert (hands(guest(1)), hands(guest(2))) == (("desk", "ann"), ("porters", "ben"))
    guest(3).texts("turns")
    assert hands(guest(3)) == ("desk", "ben")


def test_least_busy_counts_open_threads_of_every_team(hire: Hire, guest: Guest) -> None:
    hire("ann", "desk", "porters")
    hire("ben", "desk")
    guest(1).texts("my bags please")
    guest(2).texts("hello")
    guest(3).texts("hello")
    assert [hands(guest(number))[1] for number in (1, 2, 3)] == ["ann", "ben", "ann"]


def test_the_person_who_had_a_guest_before_has_them_again(
    hotel: World, hire: Hire, guest: Guest, at_hour: Callable[[int], None]
) -> None:
    at_hour(12)
    hire("ann", "spa")
    ben = hire("ben", "spa")
    guest(1).texts("massage at five?")
    assert hands(guest(1)) == ("spa", "ann")
    claim(hotel, ben, guest(1).thread["id"])
    close(hotel, ben, guest(1).thread["id"])
    guest(1).texts("another massage")
    assert hands(guest(1)) == ("spa", "ben")


def test_everyone_s_thread_is_nobody_s_until_it_is_claimed(
    hotel: World, hire: Hire, guest: Guest
) -> None:
    ann = hire("ann", "managers")
    guest(1).texts("smoke in the hall")
    assert (hands(guest(1)), waits(guest(1))) == (("managers", None), False)
    claim(hotel, ann, guest(1).thread["id"])
    assert hands(guest(1)) == ("managers", "ann")


def test_a_picked_thread_is_not_claimed_until_it_is_answered(
    hotel: World, hire: Hire, guest: Guest
) -> None:
    ann = hire("ann", "desk")
    hire("ben", "porters")
    guest(1).texts("hello")
    assert not guest(1).thread["claimed"]
    guest(1).texts("my bags please")
    assert hands(guest(1)) == ("porters", "ben"), "routes may still move it"
    guest(2).texts("hello")
    reply(hotel, ann, guest(2).thread["id"], Letter("Good morning."))
    guest(2).texts("my bags please")
    assert (hands(guest(2)), guest(2).thread["claimed"]) == (("desk", "ann"), True)


def test_only_people_on_shift_are_picked(hire: Hire, guest: Guest) -> None:
    hire("ann", "desk", on_shift=False)
    hire("ben", "desk")
    for number in (1, 2):
        guest(number).texts("hello")
    assert {hands(guest(number)) for number in (1, 2)} == {("desk", "ben")}


def test_a_team_without_anyone_free_falls_to_its_backup(
    hire: Hire, guest: Guest, at_hour: Callable[[int], None]
) -> None:
    at_hour(12)
    hire("ann", "spa")
    hire("ben", "desk")
    for number in (1, 2):
        guest(number).texts("a massage")
    assert (hands(guest(1)), hands(guest(2))) == (("spa", "ann"), ("desk", "ben"))
    assert guest(2).thread["asked_team"] == "spa"


def test_out_of_its_hours_a_team_s_people_are_not_picked(
    hire: Hire, guest: Guest, at_hour: Callable[[int], None]
) -> None:
    at_hour(23)
    hire("ann", "spa")
    hire("ben", "desk")
    guest(1).texts("a massage")
    assert hands(guest(1)) == ("desk", "ben")


def test_please_hurry_is_not_torn_from_the_people_who_have_the_thread(
    hotel: World, hire: Hire, guest: Guest
) -> None:
    hire("ann", "managers")
    guest(1).texts("my bags please")
    assert hands(guest(1)) == ("managers", None), "the backup has it"
    hire("ben", "porters")
    for hurry in ("please hurry", "my bags please, hurry", "broken, and my bags!"):
        guest(1).texts(hurry)
        assert hands(guest(1)) == ("managers", None), hurry
    drain_queues(hotel)
    assert hands(guest(1)) == ("managers", None)


def test_a_rule_s_named_person_has_the_thread_even_off_shift(hire: Hire, guest: Guest) -> None:
    hire("carl", "desk", on_shift=False)
    hire("ben", "porters")
    guest(1).texts("is carl there?")
    assert (guest(1).thread["assignee"], guest(1).thread["claimed"]) == ("carl", True)
    guest(1).texts("my bags please")
    assert guest(1).thread["assignee"] == "carl"


def test_a_rule_s_person_who_is_not_there_is_flagged_and_loses_no_thread(
    hire: Hire, guest: Guest
) -> None:
    hire("ann", "desk")
    guest(1).texts("is carl there?")
    thread = guest(1).thread
    assert (hands(guest(1)), thread["claimed"]) == (("desk", "ann"), False)
    assert thread["flags"] == ["misdirected"]


def test_what_waits_for_a_team_that_is_gone_goes_to_the_fallback_s(
    hotel: World, hire: Hire, guest: Guest, publish: Callable[[str], None]
) -> None:
    guest(1).texts("my bags please")
    assert (hands(guest(1)), waits(guest(1))) == (("porters", None), True)
    hire("ann", "desk")
    publish(
        BOOK.replace("  porters: {strategy: round-robin, backup: managers}\n", "").replace(
            "assign: porters", "assign: desk"
        ).replace("escalate: {after: 10m, to: {team: desk}}", "tag: leak")
    )  # fmt: skip
    drain_queues(hotel)
    assert hands(guest(1)) == ("desk", "ann")


def test_a_first_text_with_somebody_picked_takes_twelve_statements_at_most(
    hotel: World, hire: Hire, guest: Guest, count_statements: Callable[[], int]
) -> None:
    hire("ann", "porters")
    guest(1).texts("hello")  # what is read once a process is no cost of a text
    count_statements()
    guest(2).texts("my room is broken")
    assert count_statements() <= 12
    assert hands(guest(2)) == ("porters", "ann")


def test_a_shift_of_nobody_known_is_refused(hotel: World) -> None:
    with pytest.raises(Exception, match="no account"):
        set_shift(hotel, TENANT, "nobody", on=True)
