"""A person's consent on the page of their thread: what staff sees of it, and what they record."""

import re

import pytest
from sqlalchemy import update

from router.flows.world import World
from router.store.tables import Suppression, Thread
from tests.web.desk import Desk
from tests.web.visitor import HOTEL, Carrier


@pytest.fixture
def database() -> str:
    """The pages are the same on every database."""
    return "sqlite"


def test_a_text_in_doubt_is_named_and_can_be_decided_with_one_tap(
    desk: Desk, carrier: Carrier
) -> None:
    carrier.text("wrong number")
    assert "<b>“wrong number”</b> may be an opt-out" in desk.page
    assert "Opt-out?" in desk.page
    answer = desk.acts("opt-out")
    assert (answer.status_code, "may be an opt-out" in answer.text) == (200, False)
    assert answer.headers["HX-Trigger"] == "threads-changed"
    assert "This person has opted out" in answer.text
    assert desk.events() == [("opt_out", "all", "staff")]


def test_a_text_that_was_no_opt_out_is_let_go(desk: Desk, carrier: Carrier) -> None:
    carrier.text("wrong number")
    answer = desk.acts("keep")
    assert "may be an opt-out" not in answer.text
    assert "A text in doubt was no opt-out" in answer.text
    assert not desk.known["consent"]["opted_out"]


def test_an_opt_out_given_by_phone_needs_a_reason(desk: Desk) -> None:
    refused = desk.acts("opt-out", note=" ")
    assert (refused.status_code, "Say why" in refused.text) == (422, True)
    assert desk.events() == []
    desk.acts("opt-out", note="on the <phone>, 3 pm")
    page = desk.page
    assert "Opted out of all texts" in page
    assert "recorded by alice" in page
    assert "on the &lt;phone&gt;, 3 pm" in page
    assert "<textarea" not in page


def test_a_mistaken_opt_out_is_corrected_with_a_reason(desk: Desk) -> None:
    desk.acts("opt-out", note="by phone")
    refused = desk.acts("correct", note="x" * 501)
    assert (refused.status_code, "500 characters at most" in refused.text) == (422, True)
    assert "x" * 501 in refused.text
    page = desk.acts("correct", note="meant for another guest").text
    assert "Opt-out taken back: it was a mistake" in page
    assert "meant for another guest" in page
    assert "<textarea" in page


def test_a_stop_of_their_own_cannot_be_corrected_and_says_why(desk: Desk, carrier: Carrier) -> None:
    carrier.text("STOP")
    page = desk.page
    assert ">STOP</p>" in page
    assert "asks to stop" in page
    assert "cannot be corrected here. They texted a word that means STOP" in page
    assert desk.acts("correct", note="please").status_code == 422
    assert desk.known["consent"]["opted_out"]


def test_what_the_carrier_alone_blocks_says_so(desk: Desk, businesses: World) -> None:
    desk.acts("opt-out", note="by phone")
    with businesses.store.write() as connection:
        connection.execute(update(Suppression).values(scope=f"carrier:{HOTEL}"))
    page = desk.page
    assert "the carrier blocks them" in page
    assert f"until they text START to {HOTEL}" in page
    assert "They opted out by phone or in person" in page
    assert "only their own START lifts that" in page


@pytest.mark.parametrize(
    ("scope", "words"),
    [
        ("service", "answers and service texts"),
        ("marketing", "answers, service texts and marketing"),
    ],
)
def test_an_agreement_is_recorded(desk: Desk, scope: str, words: str) -> None:
    assert "answers only" in desk.page
    page = desk.acts("agreed", scope=scope, note="asked at check-in").text
    assert words in page
    assert "asked at check-in" in page
    assert desk.events() == [("opt_in", scope, "staff")]


@pytest.mark.parametrize("scope", ["", "all", "topic:offers"])
def test_an_agreement_to_what_does_not_exist_is_refused(desk: Desk, scope: str) -> None:
    assert desk.acts("agreed", scope=scope, note="asked").status_code == 400
    assert desk.events() == []


def test_a_sender_is_blocked_with_a_reason_and_unblocked(desk: Desk) -> None:
    assert desk.acts("block", note="").status_code == 422
    page = desk.acts("block", note="abuse at night").text
    assert "“abuse at night”" in page
    assert "Blocked by alice" in page
    assert "unblock them to write to them" in page
    page = desk.acts("unblock").text
    assert "Sender unblocked" in page
    assert "<textarea" in page


@pytest.mark.parametrize(
    ("flag", "words"),
    [
        ("limit", "automatic replies pause"),
        ("start", "must text START"),
        ("guessing", "guessing at enrollment codes"),
        ("unheard", "reach them some other way"),
    ],
)
def test_a_flag_is_explained_until_it_is_seen(
    desk: Desk, businesses: World, flag: str, words: str
) -> None:
    with businesses.store.write() as connection:
        connection.execute(update(Thread).values(flags=[flag]))
    assert words in desk.page
    assert "may be an opt-out" not in desk.page
    assert words not in desk.acts("seen").text
    assert desk.known["thread"]["flags"] == []


@pytest.mark.parametrize("act", ["opt-out", "agreed", "block"])
def test_without_scripts_recording_leads_back_to_the_thread(desk: Desk, act: str) -> None:
    answer = desk.acts(act, fragment=False, note="by phone", scope="service")
    assert (answer.status_code, answer.location) == (302, desk.path)


def test_without_scripts_a_refused_form_comes_back_unfolded_as_typed(desk: Desk) -> None:
    page = desk.acts("block", fragment=False, note="y" * 501).text
    assert "500 characters at most" in page
    assert f'value="{"y" * 501}"' in page
    assert re.search(r'<details class="act" id="act-block-[^"]+" open>', page)
    assert re.search(r'<details class="consent" id="[^"]+" open>', page)


def test_evidence_is_shown_with_what_had_been_disclosed(desk: Desk, carrier: Carrier) -> None:
    carrier.text("SUMMIT26")
    carrier.text("YES")
    page = desk.page
    assert "Enrolled with SUMMIT26" in page
    assert "What they had been shown" in page
    assert "grand-hotel.yaml@1" in page
