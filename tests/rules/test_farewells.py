""" "Thanks!" after a close opens nothing; with anything more it is a text like others."""

import pytest

from rules.decision import ThreadState
from tests.rules.conftest import MORNING, decide_text
from tests.rules.shop import routes, shop

CLOSED = ThreadState("closed", team="bar", last_activity_at=MORNING, last_assignee="carol")
BOOK = routes("{id: again, match: {last_assignee: any, thread: closed}, do: [{assign: boss}]}")


@pytest.mark.parametrize(
    "text",
    ["Thanks!", "ok thank you so much, bye", "¡Muchas gracias!", "Merci beaucoup", "👍", "🙏🏽❤️",
     "Danke, schönen Tag noch", "obrigada!", "Great, got it"],
)  # fmt: skip
def test_a_farewell_after_a_close_opens_nothing(text: str) -> None:
    decision = decide_text(BOOK, text, thread=CLOSED)
    assert decision.farewell
    assert (decision.after.state, decision.rules, decision.effects) == ("closed", (), ())


@pytest.mark.parametrize(
    "text", ["Hello", "Thanks, and two towels", "thanks?! no hot water", "??", "😡", "👍 but no"]
)
def test_anything_more_opens_the_thread(text: str) -> None:
    decision = decide_text(BOOK, text, thread=CLOSED)
    assert not decision.farewell
    assert (decision.after.state, decision.after.team) == ("open", "boss")


def test_an_open_thread_is_routed_as_ever() -> None:
    decision = decide_text(BOOK, "Thanks!", thread=ThreadState("open", team="bar"))
    assert [rule.id for rule in decision.rules] == ["fallback"]


def test_a_route_that_wants_the_words_has_them() -> None:
    book = routes("{id: thanks, match: {message_is: thanks}, do: [{reply: soon}]}")
    assert [rule.id for rule in decide_text(book, "Thanks!", thread=CLOSED).rules] == ["thanks"]


def test_what_protects_comes_first() -> None:
    book = shop("protect: [{id: bye, match: {message_is: goodbye}, do: [{assign: boss}]}]\n")
    assert [rule.id for rule in decide_text(book, "Goodbye", thread=CLOSED).rules] == ["bye"]


def test_a_picture_with_thanks_is_looked_at() -> None:
    decision = decide_text(BOOK, "Thanks!", thread=CLOSED, media=("image/jpeg",))
    assert decision.after.state == "open"
