"""Who has a thread, on its page: handing over, giving back, putting aside; and the shift switch."""

from collections.abc import Callable
from dataclasses import replace

import pytest
from flask import Flask

from router.flows.assign.queue import drain_queues
from router.flows.ripples import Ripples
from router.flows.shifts import set_shift, shift_of
from router.flows.staff import NewStaff, add_staff
from router.flows.world import World
from router.jobs.live import ANY
from router.web.parts import Parts
from tests.web.desk import Desk
from tests.web.visitor import FRAGMENT, PASSWORD, Carrier, Visitor

HOTEL = "grand-hotel"


@pytest.fixture
def erin(businesses: World) -> str:
    """Erin of engineering, on shift."""
    new = NewStaff(HOTEL, "erin", "erin@example.com", "Erin Example", PASSWORD)
    add_staff(businesses, replace(new, teams=("engineering",), on_shift=True))
    return "erin"


def _says(page: str, words: str) -> bool:
    """Whether the page says this, however its markup breaks it up."""
    bare = page.replace("<b>", "").replace("</b>", "")
    return words in " ".join(bare.split())


@pytest.fixture
def read(desk: Desk) -> Callable[[str], bool]:
    """Whether the thread's page says this."""
    return lambda words: _says(desk.page, words)


def test_the_head_of_a_thread_says_for_whom_it_was_picked(
    desk: Desk, read: Callable[[str], bool]
) -> None:
    assert read("With front desk · picked for you")
    desk.acts("claim")
    assert read("With front desk · you")


def test_the_head_of_a_thread_says_its_place_in_the_queue(
    carrier: Carrier, desk: Desk, businesses: World, read: Callable[[str], bool]
) -> None:
    set_shift(businesses, HOTEL, "alice", on=False)
    drain_queues(businesses)
    assert read("Nobody of front desk is on shift · next in line")
    carrier.text("hello", sender="+16125550999")
    assert desk.acts("claim").status_code == 200
    assert not read("in line")


def test_a_thread_is_handed_to_a_colleague_and_to_a_team(
    desk: Desk, erin: str, read: Callable[[str], bool]
) -> None:
    assert "Erin Example" in desk.page
    answer = desk.acts("hand-over", to=f"staff:{erin}")
    assert answer.status_code == 200
    assert _says(answer.text, "With engineering · erin")
    desk.acts("hand-over", to="team:front-desk")
    assert read("With front desk · picked for you")


@pytest.mark.parametrize("fragment", [True, False])
def test_a_hand_over_that_makes_no_sense_is_refused_in_plain_words(
    desk: Desk, fragment: bool
) -> None:
    answer = desk.acts("hand-over", to="staff:zoe", fragment=fragment)
    assert (answer.status_code, "nobody called zoe" in answer.text) == (422, True)


def test_a_thread_that_is_given_back_waits_for_somebody_else(
    desk: Desk, read: Callable[[str], bool]
) -> None:
    desk.acts("release")
    assert read("Waiting for someone free in front desk · next in line")


def test_without_scripts_a_thread_is_put_aside_and_woken(
    desk: Desk, read: Callable[[str], bool]
) -> None:
    answer = desk.acts("snooze", fragment=False, length="morning")
    assert (answer.status_code, answer.location) == (302, desk.path)
    assert read("Snoozed until")
    assert read(", 09:00")
    desk.acts("wake", fragment=False)
    assert read("With front desk · you")


@pytest.mark.parametrize(
    ("act", "form"),
    [("hand-over", {"to": "everyone"}), ("hand-over", {}), ("snooze", {"length": "a while"})],
)
def test_a_form_that_no_page_has_is_refused(desk: Desk, act: str, form: dict[str, str]) -> None:
    assert desk.acts(act, **form).status_code == 400


def test_the_shift_switch_turns_with_and_without_scripts(
    alice: Visitor, businesses: World, app: Flask
) -> None:
    assert 'aria-checked="true"' in alice.get("/inbox/open").text
    part = alice.post("/inbox/shift", seen_on="/inbox/open", fragment=True, shift="off")
    assert (part.status_code, 'aria-checked="false"' in part.text) == (200, True)
    assert not shift_of(businesses, HOTEL, "alice").on
    whole = alice.post("/inbox/shift", seen_on="/inbox/open", shift="on", next="/inbox/mine")
    assert (whole.status_code, whole.location) == (302, "/inbox/mine")
    assert shift_of(businesses, HOTEL, "alice").on


def test_the_switch_leads_nowhere_else_and_knows_two_positions(
    alice: Visitor, businesses: World
) -> None:
    away = alice.post("/inbox/shift", seen_on="/inbox/open", shift="on", next="//evil.example")
    assert away.location == "/inbox"
    assert alice.post("/inbox/shift", seen_on="/inbox/open", shift="maybe").status_code == 400


def test_whoever_goes_off_shift_is_told_what_is_still_theirs(
    desk: Desk, alice: Visitor, businesses: World
) -> None:
    desk.acts("claim")
    answer = alice.post("/inbox/shift", seen_on="/inbox/open", fragment=True, shift="off")
    assert "1 open thread is still yours" in answer.text


def test_strangers_turn_no_switch(
    visit: Callable[[], Visitor], businesses: World, app: Flask
) -> None:
    app.config["WTF_CSRF_ENABLED"] = False
    answer = visit().client.post("/inbox/shift", data={"shift": "off"}, headers=FRAGMENT)
    assert answer.status_code == 401
    assert shift_of(businesses, HOTEL, "alice").on


def test_a_switch_turned_elsewhere_is_announced_to_the_person_s_own_pages(
    app: Flask, alice: Visitor, businesses: World
) -> None:
    parts: Parts = app.extensions["bellhop"]
    with parts.live.listen(HOTEL) as news:
        assert news.wait(30) == {ANY}  # the subscription begins with: show everything afresh
        ripples = set_shift(businesses, HOTEL, "alice", on=False)
        assert ripples == Ripples(staff=ripples.staff)
        parts.bell.ring(ripples)
        ((_tenant, staff_id),) = ripples.staff
        heard: set[str] = set()
        for _ in range(30):
            heard |= news.wait(1)
            if staff_id in heard:
                break
    assert staff_id in heard
    assert f'data-thread="{staff_id}"' in alice.get("/inbox/open").text
