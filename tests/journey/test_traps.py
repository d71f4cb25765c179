"""Traps that other systems fell into, walked past: from the phone over the webhook, the worker and
the carrier, to what staff sees. One installation, a phone of its own for each story.
"""

import itertools
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from router.flows.show import show
from router.flows.thread_page import open_thread
from router.flows.world import World
from rules.load import load
from tests.flows.conftest import BOOK
from tests.journey.conftest import Demo, Phone, demo_world, eventually

TENANT = "grand-hotel"
NUMBERS = (f"+1612555{number}" for number in itertools.count(2000))
UNDER_WAY = {"queued", "sending", "accepted", "sent", "unknown"}

Wanderer = Callable[[], "Walker"]


class Walker(Phone):
    """Somebody with a phone, and what the hotel knows of them."""

    def __init__(self, demo: Demo, world: World, address: str) -> None:
        super().__init__(demo.origin, address)
        self.world = world

    @property
    def known(self) -> dict[str, Any]:
        return show(self.world, TENANT, self.address) or {}

    @property
    def opted_out(self) -> bool:
        return bool(self.known["consent"]["opted_out"])

    @property
    def heard(self) -> list[str]:
        """All texts that reached the phone, once nothing is under way any more."""
        eventually(lambda: not self._under_way())
        return [each["body"] for each in self.screen() if each["by"] != "handset"]

    @property
    def said_by_us(self) -> list[str]:
        """The templates of what we sent, in order."""
        eventually(lambda: not self._under_way())
        out = [each for each in self.known["messages"] if each["direction"] == "out"]
        return [each["template"] for each in out if each["state"] == "delivered"]

    def _under_way(self) -> list[str]:
        messages = self.known.get("messages", [])
        return [
            each["id"]
            for each in messages
            if each["direction"] == "out" and each["state"] in UNDER_WAY
        ]


@pytest.fixture(scope="module")
def hotel(demo: Demo) -> Iterator[World]:
    """What the demo keeps."""
    world = demo_world(demo)
    yield world
    world.store.close()


@pytest.fixture
def guest(demo: Demo, hotel: World) -> Walker:
    return Walker(demo, hotel, next(NUMBERS))


@pytest.mark.parametrize("text", ["WRONG PERSON", "yes", "ok", "who is this", "Y", "thanks"])
def test_no_text_but_a_start_word_un_stops_a_contact(guest: Walker, text: str) -> None:
    guest.texts("please stop texting me")
    guest.texts(text)
    assert guest.opted_out
    assert guest.said_by_us == ["opt-out"]
    assert guest.known["messages"][-1]["body"] == text, "it still reaches staff"
    guest.texts("START")
    assert not guest.opted_out


def test_yes_opts_in_only_as_the_answer_to_a_live_prompt(guest: Walker) -> None:
    guest.texts("YES")
    assert guest.known["consent"]["events"] == []
    guest.texts("SUMMIT26")
    guest.texts("YES")
    (event,) = guest.known["consent"]["events"]
    assert (event["what"], event["scope"]) == ("opt_in", "enrollment:SUMMIT26")
    assert "reply YES to join" in event["disclosure"]


@pytest.mark.parametrize(
    "text",
    [
        "We have got to STOP this terrible bill",
        "Stop the water, room 412 is flooding",
        "Don't contact me by phone, text is fine",
        "Liked \u201cReply STOP to opt out\u201d",
        "no me manden más cobros duplicados",
        "Cancel my 3pm massage",
    ],
)
def test_nobody_is_unsubscribed_who_asks_for_something_else(guest: Walker, text: str) -> None:
    guest.texts(text)
    assert not guest.opted_out
    assert guest.known["consent"]["events"] == []
    assert guest.known["thread"]["team"], "it reaches staff"


@pytest.mark.parametrize(
    "text",
    [
        "Stop. Thank you",
        "stop please",
        "Please stop texting me",
        "OPT-OUT",
        "\uff33\uff34\uff2f\uff30",
        "\U0001f6d1",
        "STOP\nSent from my iPhone",
        "no me manden más mensajes",
        "\u0405\u0422\u041e\u0420",
    ],
)
def test_what_exact_matchers_miss_is_heard_and_confirmed_once(guest: Walker, text: str) -> None:
    guest.texts(text)
    assert guest.opted_out
    assert guest.said_by_us == ["opt-out"]
    guest.texts("towels please")
    assert guest.said_by_us == ["opt-out"]


def test_stop_ads_mutes_one_topic(guest: Walker) -> None:
    guest.texts("STOP ads")
    assert guest.known["consent"]["suppressed"] == ["topic:marketing"]
    guest.texts("towels please")
    assert guest.said_by_us == ["opt-out-topic", "towels-coming"]


def test_a_bare_cancel_in_the_middle_of_a_dialog_is_an_opt_out(guest: Walker) -> None:
    for text in ("SUMMIT26", "YES", "Cancel"):
        guest.texts(text)
    assert guest.opted_out
    assert guest.known["thread"]["dialog"] is None


@pytest.mark.parametrize("word", ["cancel", "end", "quit", "stop"])
def test_no_dialog_may_invite_a_word_that_opts_out(word: str) -> None:
    inviting = BOOK.replace("vegan: {en: [vegan]", f"vegan: {{en: [{word}, vegan]")
    assert inviting != BOOK
    assert "BH408" in {finding.code for finding in load(inviting, "hotel.yaml").findings}


def test_one_confirmation_is_sent_where_the_carrier_and_we_both_know_stop(guest: Walker) -> None:
    guest.texts("STOP")
    assert guest.opted_out
    assert len(guest.heard) == 1, "the carrier's own"
    assert guest.said_by_us == []
    guest.texts("STOP")
    assert guest.said_by_us == []


def test_a_number_on_the_suppression_list_still_gets_its_one_confirmation(guest: Walker) -> None:
    guest.texts("unsubscribe me please")
    assert guest.said_by_us == ["opt-out"]
    guest.texts("unsubscribe me please")
    assert guest.said_by_us == ["opt-out"]


def test_the_text_of_an_opt_out_stays_visible_to_staff(guest: Walker) -> None:
    guest.texts("the shower is cold. STOP")
    page = open_thread(guest.world, TENANT, guest.known["thread"]["id"])
    assert page is not None
    assert page.messages[0].body == "the shower is cold. STOP"
    assert page.locked is not None
    assert page.locked.startswith("This person has opted out")


def test_auto_replies_that_answer_auto_replies_end(guest: Walker) -> None:
    for _ in range(3):
        guest.texts("I'm driving right now. I'll reply when I arrive.")
    assert guest.said_by_us == []


def test_a_machine_that_talks_like_a_person_is_capped_and_staff_told(guest: Walker) -> None:
    for _ in range(22):
        guest.texts("towels please")
    assert len(guest.said_by_us) == 20
    assert "limit" in guest.known["thread"]["flags"]
    guest.texts("STOP")
    assert guest.opted_out, "STOP still works past the limit"


def test_a_sentence_opt_in_that_the_carrier_still_blocks_asks_for_start(guest: Walker) -> None:
    guest.texts("STOP")
    guest.texts("sign me back up for texts please")
    answers = [each for each in guest.known["messages"] if each["direction"] == "out"]
    assert [each["template"] for each in answers] == ["opt-in-carrier"]
    assert "START" in answers[0]["body"]
    assert guest.said_by_us == [], "the carrier blocks that answer as well"
    assert "start" in guest.known["thread"]["flags"], "so that staff says it some other way"
    guest.texts("START")
    assert not guest.opted_out
    guest.texts("towels please")
    assert guest.said_by_us == ["towels-coming"]
