"""Deciding in the inbox what nobody knows; what failed in words; numbers that stand still."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import update
from sqlmodel import col
from structlog.testing import capture_logs

from router.flows.sending.review import CODE_ENDED
from router.flows.world import World
from router.store.tables import Message, Number
from router.web.fates import REVIEWED, review_words
from tests.web.desk import Desk
from tests.web.visitor import HOTEL, Carrier, Visitor

LIST = "/inbox/review"
Change = Callable[..., str]


@pytest.fixture
def database() -> str:
    """The flows are tested on both."""
    return "sqlite"


@pytest.fixture
def reply(businesses: World, carrier: Carrier, desk: Desk) -> Change:
    """A guest's text brings about a reply, whose row is changed as given; the reply's id."""

    def change(text: str = "towels", **values: Any) -> str:
        carrier.text(text)
        message = desk.known["messages"][-1]
        with businesses.store.write() as connection:
            ours = update(Message).where(col(Message.id) == message["id"])
            at = {"attempt": 1, "attempted_at": businesses.now()}
            connection.execute(ours.values(at | values))
        return str(message["id"])

    return change


def test_it_is_listed_with_both_choices_and_counted_beside_the_views(
    alice: Visitor, reply: Change, desk: Desk
) -> None:
    reply(state="review", reason="log lags")
    page = alice.get(LIST).text
    assert "Towels are on the way." in page
    assert "log did not tell in time" in page
    for choice in ("Take it as sent", "Send it again"):
        assert choice in page
    mark = '<span class="view__count">1<'
    assert mark in page
    part = alice.get("/inbox/open/list").text
    assert mark in part
    assert 'hx-swap-oob="outerMorph"' in part
    assert "Send it again" in desk.page


def test_nothing_stands_beside_the_views_while_nothing_is_to_be_decided(
    alice: Visitor, desk: Desk, carrier: Carrier
) -> None:
    carrier.text("towels")
    assert 'id="view-review" hidden' in alice.get("/inbox/open").text
    assert "Send it again" not in desk.page
    assert "Nothing left to decide" in alice.get(LIST).text


@pytest.mark.parametrize(
    ("choice", "fragment", "state", "words"),
    [
        ("again", True, "queued", "Waiting to be sent again"),
        ("arrived", False, "sent", "Taken as sent, as staff decided"),
    ],
)
def test_a_choice_in_the_thread_shows_the_thread(
    desk: Desk, reply: Change, *, choice: str, fragment: bool, state: str, words: str
) -> None:
    message_id = reply(state="review")
    assert desk.acts(f"review/{message_id}", choice="maybe").status_code == 400
    assert desk.acts("review/nobody", choice=choice).status_code == 404
    with capture_logs() as logs:
        answer = desk.acts(f"review/{message_id}", choice=choice, fragment=fragment)
    assert answer.status_code == (200 if fragment else 302)
    assert words in desk.page
    assert desk.known["messages"][-1]["state"] == state
    assert "Towels" not in str(logs)


def test_a_choice_in_the_list_shows_the_list(alice: Visitor, desk: Desk, reply: Change) -> None:
    message_id = reply(state="review")
    path = f"{LIST}/{desk.known['thread']['id']}/review/{message_id}"
    answer = alice.post(path, seen_on=LIST, fragment=True, choice="arrived", listed="1")
    assert "Nothing left to decide" in answer.text
    assert 'id="view-review"' in answer.text
    message_id = reply(text="soap", state="review")
    path = f"{LIST}/{desk.known['thread']['id']}/review/{message_id}"
    answer = alice.post(path, seen_on=LIST, choice="again", listed="1")
    assert answer.headers["Location"].endswith(LIST)


def test_what_is_refused_is_said_in_the_list_with_and_without_scripts(
    alice: Visitor, desk: Desk, reply: Change
) -> None:
    message_id = reply(state="review", kind="code")
    path = f"{LIST}/{desk.known['thread']['id']}/review/{message_id}"
    for fragment in (True, False):
        answer = alice.post(path, seen_on=LIST, fragment=fragment, choice="again", listed="1")
        assert answer.status_code == 422
        assert CODE_ENDED in answer.text
        assert "Send it again" in answer.text


def test_nobody_decides_for_another_business(
    bob: Visitor, carrier: Carrier, desk: Desk, reply: Change
) -> None:
    message_id = reply(state="review")
    assert "Towels are on the way" not in bob.get(LIST).text
    path = f"/inbox/open/{desk.known['thread']['id']}/review/{message_id}"
    assert bob.post(path, seen_on="/inbox/open", choice="again").status_code == 404
    assert desk.known["messages"][-1]["state"] == "review"


FAILURES: list[tuple[dict[str, Any], str, str]] = [
    ({"state": "undelivered", "error_code": 30003},
     "Not delivered: the phone is off or out of reach", "Call them, or write again later."),
    ({"state": "failed", "error_code": 30034},
     "Failed: our number is not registered for business texts", "Whoever runs Bellhop has to"),
    ({"state": "failed", "error_code": 39999},
     "Failed: the carrier says no more than its error 39999", "Call them if it matters."),
    ({"state": "failed", "error_code": None},
     "Failed: the carrier gave no reason", "Call them if it matters."),
    ({"state": "held", "reason": "retry", "error_code": 30008},
     "Not delivered yet: the mobile network did not say why", ""),
    ({"state": "queued", "reason": None, "error_code": 20429},
     "Waiting to be sent: the carrier asks us to slow down", ""),
    ({"state": "delivered", "error_code": 20429}, "Delivered</span>", ""),
]  # fmt: skip


def test_a_failure_is_told_in_words_with_what_to_do(
    desk: Desk, reply: Change, businesses: World
) -> None:
    message_id = reply()
    for values, words, advice in FAILURES:
        with businesses.store.write() as connection:
            ours = update(Message).where(col(Message.id) == message_id)
            connection.execute(ours.values(values))
        page = desk.page
        assert words in page
        assert advice in page
        assert ('class="text__advice"' in page) == bool(advice)


def test_every_reason_of_a_review_has_words() -> None:
    assert review_words(None) not in REVIEWED.values()
    assert review_words("log lags") == REVIEWED["log lags"]


def test_a_number_that_stands_still_is_told_over_the_inbox_of_its_business_alone(
    alice: Visitor, bob: Visitor, businesses: World, carrier: Carrier
) -> None:
    def pause(**until: float) -> None:
        with businesses.store.write() as connection:
            paused = {"paused_code": 20003, "paused_until": businesses.now() + timedelta(**until)}
            connection.execute(update(Number).where(col(Number.address) == HOTEL).values(paused))

    carrier.text("towels")
    assert "Nothing leaves" not in alice.get("/inbox/open").text
    pause(minutes=5)
    page = alice.get("/inbox/open/list").text
    for words in (
        "Nothing leaves from main",
        "1 text waits since",
        "refuses our account (error 20003)",
        "check TWILIO_ACCOUNT_SID",
        "Nothing is lost",
    ):
        assert words in page
    assert "Nothing leaves" not in bob.get("/inbox/open").text
