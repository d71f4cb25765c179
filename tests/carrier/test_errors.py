"""Each error code has one action, and words for staff."""

import itertools
import re

import pytest

from router.carrier.answers import error_code
from router.carrier.errors import ERRORS, advise, classify, delay_seconds, explain, explain_stop
from router.carrier.statuses import STATE_OF, rank, state_after

ACTIONS = {
    "delay": [20429, 63017, 63018, 30022, 30001, 21611],
    "retry_once": [30003, 30008, 30036],
    "suppress": [21610, 21211, 21614, 21635, 30005, 30006],
    "permanent": [21408, 21606, 21608, 21612, 30004, 30007, 30032, 30034, 63016],
    "stop_sender": [20003, 30002],
    "unknown": [20500],
}


@pytest.mark.parametrize(
    ("code", "action"), [(code, action) for action, codes in ACTIONS.items() for code in codes]
)
def test_a_code_has_its_action_in_a_callback_and_in_a_refusal(code: int, action: str) -> None:
    assert classify(code, None) == action
    assert classify(code, 400) == action


@pytest.mark.parametrize(
    ("code", "http_status", "action"),
    [
        (21610, 500, "unknown"),  # a 5xx may have sent, whatever it says
        (None, 503, "unknown"),
        (20003, 429, "delay"),  # a 429 was never processed
        (None, 408, "unknown"),
        (None, 302, "unknown"),
        (None, 401, "stop_sender"),
        (20404, 404, "stop_sender"),
        (99999, 400, "permanent"),
        (None, 400, "permanent"),
        (None, None, "permanent"),
    ],
)
def test_the_http_status_decides_where_it_says_more(
    code: int | None, http_status: int | None, action: str
) -> None:
    assert classify(code, http_status) == action


@pytest.mark.parametrize(
    ("given", "code"),
    [("30005", 30005), (21610, 21610), (None, None), ("", None), (400, None), ("9" * 11, None)],
)
def test_what_is_no_code_of_the_carriers_is_none(given: object, code: int | None) -> None:
    assert error_code(given) == code


def test_every_code_has_words_and_every_delay_a_length() -> None:
    assert all(delay_seconds(code) > 0 for code in ERRORS)
    assert explain(21610) == ERRORS[21610].words
    assert "12345" in explain(12345)
    assert explain(None)


@pytest.mark.parametrize("code", [*ERRORS, 12345, None])
def test_words_go_on_a_sentence_and_advice_is_one(code: int | None) -> None:
    assert re.fullmatch(r"[a-z].*[^.]", explain(code))
    assert re.fullmatch(r"([A-Z].*\.)?", advise(code))


@pytest.mark.parametrize("action", ["retry_once", "suppress", "permanent", "stop_sender"])
def test_what_failed_for_good_comes_with_advice(action: str) -> None:
    assert all(advise(code) for code in ACTIONS[action])
    assert advise(12345)


@pytest.mark.parametrize(
    ("code", "words"),
    [
        (30002, "The carrier has suspended our account (error 30002). Whoever runs Bellhop has to"),
        (20404, "The carrier refuses our account (error 20404). Whoever runs Bellhop has to check"),
        (None, "The carrier refuses our account. Whoever runs Bellhop has to check"),
    ],
)
def test_a_stop_says_why_and_what_to_do(code: int | None, words: str) -> None:
    assert explain_stop(code).startswith(words)


def test_statuses_in_any_order_end_the_same() -> None:
    for ending in (["sent", "delivered"], ["sent", "undelivered"], ["delivered", "failed"]):
        seen = {_merge("sending", order) for order in itertools.permutations(["queued", *ending])}
        assert len(seen) == 1
        assert seen == {ending[-1]}


@pytest.mark.parametrize(
    ("state", "status", "after"),
    [
        ("sending", "queued", "accepted"),
        ("unknown", "delivered", "delivered"),
        ("review", "sent", "sent"),
        ("delivered", "sent", "delivered"),
        ("failed", "delivered", "failed"),
        ("undelivered", "sent", "undelivered"),
        ("sent", "teleported", "sent"),
        ("delivered", "read", "delivered"),
        ("suppressed", "delivered", "suppressed"),
    ],
)
def test_news_moves_a_text_only_forward(state: str, status: str, after: str) -> None:
    assert state_after(state, status) == after


def test_ranks_follow_the_way_of_a_text() -> None:
    ranks = [rank(status) for status in STATE_OF]
    assert ranks == sorted(ranks, key=lambda place: -1 if place is None else place)
    assert rank("received") is None
    assert state_after("delivered", "sent") == "delivered"
    assert state_after("accepted", "sent") == "sent"
    assert state_after("sent", "teleported") == "sent"


def _merge(state: str, order: tuple[str, ...]) -> str:
    for status in order:
        state = state_after(state, status)
    return state
