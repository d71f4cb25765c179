"""Enrollment codes as people type them: what is one, what is nearly one, and who guesses."""

from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from keywords.normalize import words
from rules.codes import Typed, looks_like_code, named_code, near_codes, type_out
from rules.decision import Flag, Prompt, Recent, Say, ThreadState
from rules.enrolling import codes_at_stake
from rules.model import Rulebook
from rules.rehearsal.pretending import PretendedThread
from tests.rules.conftest import MORNING, decide_text, names, said

CODES = {"summit26": "SUMMIT26", "wine26": "WINE26"}
GUESSES = ["room204", "abc123", "WIN2026", "a1b2c3", "code99"]
MINUTE = timedelta(minutes=1)


def _typed(text: str) -> Typed:
    return type_out(words(text))


@pytest.mark.parametrize(
    "text",
    [
        "SUMMIT26", "summit-26", "Summit 26", "Summit26!", "summit_26", "S.U.M.M.I.T.26",
        "ＳＵＭＭＩＴ２６", "summit26 please", "Please: SUMMIT 26, thanks",
        "hola, summit26 por favor", "“SUMMIT26”",
    ],
)  # fmt: skip
def test_a_code_is_known_however_it_is_typed(text: str) -> None:
    assert named_code(CODES, _typed(text)) == "SUMMIT26"


@pytest.mark.parametrize(
    "text", ["I want summit26", "summit26 and wine26", "summit", "", "please", "is it SUMMIT26?"]
)
def test_a_code_inside_a_sentence_is_none(text: str) -> None:
    assert named_code(CODES, _typed(text)) is None


@given(st.text(max_size=30))
def test_no_text_makes_the_search_for_codes_raise(text: str) -> None:
    named_code(CODES, _typed(text))
    near_codes(CODES, _typed(text))
    looks_like_code(_typed(text), text)


@pytest.mark.parametrize(
    ("text", "near"),
    [
        ("SUMIT26", ("SUMMIT26",)),
        ("SUMMITT 26", ("SUMMIT26",)),
        ("summit-25", ("SUMMIT26",)),
        ("summti26 please", ("SUMMIT26",)),
        ("summit 62", ("SUMMIT26",)),
        ("sumit25", ()),
        ("summit2026", ()),
        ("win26", ("WINE26",)),
        ("wine", ()),
    ],
)
def test_a_near_miss_is_one_edit_away(text: str, near: tuple[str, ...]) -> None:
    assert near_codes(CODES, _typed(text)) == near


def test_a_near_miss_is_told_the_code_once_and_reaches_the_team_all_the_same(
    regular: PretendedThread,
) -> None:
    first = regular.say("sumit26")
    (say,) = first.said
    assert (say.template, say.kind) == ("code-near", "compliance")
    assert "SUMMIT26" in say.text
    assert (first.after.team, first.after.hinted) == ("bar", {"SUMMIT26"})
    assert regular.say("sumit26").said == ()
    assert names(regular.say("summit26")) == ["confirm"]


@pytest.mark.parametrize(
    ("text", "facts"),
    [
        ("wine2", {}),  # closed since the first of the month
        ("sumit26", {"to": "events"}),
        ("sumit26", {"opted_out": True}),
        ("sumit26", {"full": frozenset({"SUMMIT26"})}),
        ("sumit26", {"enrolled": frozenset({"SUMMIT26"})}),
    ],
)
def test_no_code_is_told_that_could_not_be_joined(
    cafe: Rulebook, text: str, facts: dict[str, object]
) -> None:
    decision = decide_text(cafe, text, **facts)
    assert said(decision) == []
    assert decision.after.team == "bar"


def test_a_near_miss_by_night_is_told_the_code_instead_of_the_nights_reply(cafe: Rulebook) -> None:
    decision = decide_text(cafe, "sumit26", at=MORNING + timedelta(hours=12))
    assert said(decision) == ["code-near"]
    assert decision.after.team == "boss"


def test_a_dialog_takes_a_near_miss_as_its_answer(regular: PretendedThread) -> None:
    regular.say("SUMMIT26")
    regular.say("YES")
    assert names(regular.say("sumit26")) == ["done"]


def test_guessing_at_codes_ends_in_no_code_being_taken(regular: PretendedThread) -> None:
    for guess in GUESSES:
        assert regular.say(guess).after.flags == frozenset()
    right = regular.say("SUMMIT26")
    assert (right.said, right.after.prompt) == ((), None)
    assert Flag("guessing") in right.effects
    assert right.after.team == "bar"
    assert Flag("guessing") not in regular.say("abc124").effects


def test_codes_are_taken_again_an_hour_later(regular: PretendedThread) -> None:
    for guess in GUESSES:
        regular.say(guess)
    regular.say("SUMMIT26")
    regular.wait(61 * MINUTE)
    assert names(regular.say("SUMMIT26")) == ["confirm"]


def test_no_hint_is_given_to_those_who_guess(cafe: Rulebook) -> None:
    thread = ThreadState("open", recent=Recent(guesses=(MORNING,) * 5))
    assert said(decide_text(cafe, "sumit26", thread=thread)) == []


def test_words_for_a_rule_and_answers_to_a_dialog_are_no_guesses(cafe: Rulebook) -> None:
    assert decide_text(cafe, "tea2go tea").after.recent.guesses == ()
    assert decide_text(cafe, "room 204").after.recent.guesses == ()
    assert decide_text(cafe, "room204").after.recent.guesses == (MORNING,)
    assert decide_text(cafe, "room204", opted_out=True).after.recent.guesses == ()


def test_numbers_without_codes_count_no_guesses(cafe: Rulebook) -> None:
    enrollments = {code: replace(e, numbers=()) for code, e in cafe.enrollments.items()}
    book = replace(cafe, enrollments=enrollments)
    assert decide_text(book, "room204").after.recent.guesses == ()


def test_closed_full_and_known_codes_each_say_so(cafe: Rulebook) -> None:
    assert said(decide_text(cafe, "wine26")) == ["code-closed"]
    assert said(decide_text(cafe, "summit26", full=frozenset({"SUMMIT26"}))) == ["code-full"]
    known = decide_text(cafe, "summit26", enrolled=frozenset({"SUMMIT26"}))
    assert said(known) == ["code-known"]
    (say,) = known.effects
    assert isinstance(say, Say)
    assert say.kind == "compliance"


def test_the_codes_that_a_decision_asks_about_are_named(cafe: Rulebook) -> None:
    prompt = Prompt("WINE26", MORNING)
    assert codes_at_stake(cafe, "summit 26 please", None) == {"SUMMIT26"}
    assert codes_at_stake(cafe, "sumit26", prompt) == {"SUMMIT26", "WINE26"}
    assert codes_at_stake(cafe, "tea", Prompt("GONE", MORNING)) == frozenset()
