"""`rules explain`: every rule with why it did or did not match, and what was held back."""

import json
from datetime import timedelta

import pytest

from rules.decision import (
    DialogState,
    Effect,
    Facts,
    Flag,
    OptIn,
    OptOut,
    Recent,
    ThreadState,
    WantBack,
)
from rules.hearing import read
from rules.model import Rulebook
from rules.story.effects import describe_effect
from rules.story.explain import Explanation, explain
from tests.rules.conftest import MORNING


def _explain(book: Rulebook, text: str, thread: ThreadState | None = None) -> Explanation:
    facts = Facts(MORNING, "main", thread=thread or ThreadState())
    return explain(book, read(book, text), text, facts)


def _outcomes(explanation: Explanation) -> dict[str, str]:
    return {rule.id: rule.outcome for rule in explanation.rules}


def test_every_rule_is_told_in_order_with_its_outcome(hotel: Rulebook) -> None:
    told = _explain(hotel, "broken shower and no towels")
    assert [rule.id for rule in told.rules][:3] == ["emergency", "vip", "member"]
    outcomes = _outcomes(told)
    assert outcomes["maintenance"] == "acted"
    assert outcomes["towels"] == "came too late"
    assert outcomes["emergency"] == "did not match"


def test_each_condition_says_whether_it_held(hotel: Rulebook) -> None:
    lines = "\n".join(_explain(hotel, "my light bulb").as_lines())
    assert "yes the text has 'light bulb' or 'lightbulb'" in lines
    assert "no  workshop is closed" in lines
    assert "→ assign to engineering (round-robin)" in lines


def test_what_a_dialog_held_back_is_told(hotel: Rulebook) -> None:
    dialog = DialogState("summit-signup", "name", MORNING + timedelta(hours=1))
    told = _explain(hotel, "towels", ThreadState("open", dialog=dialog))
    assert _outcomes(told)["towels"] == "held back"
    assert "dialog    held by summit-signup" in told.as_lines()


def test_the_story_is_json_too(hotel: Rulebook) -> None:
    story = json.loads(json.dumps(_explain(hotel, "STOP").as_dict()))
    assert story["keyword"] == "opt_out"
    assert story["rule"] is None
    assert story["effects"][0] == "opt the contact out"


def test_nested_conditions_are_told_in_words(hotel: Rulebook) -> None:
    lines = "\n".join(_explain(hotel, "hello").as_lines())
    assert "no  it came to events" in lines
    assert "yes any of (the text begins with 'hello'" in lines
    assert "not (the thread was new or closed)" in lines


def test_an_objection_to_a_topic_is_told_in_words(cafe: Rulebook) -> None:
    told = _explain(cafe, "STOP ads")
    assert "topics    marketing" in told.as_lines()
    assert told.effects[0] == "opt the contact out of topic marketing"
    assert told.as_dict()["topics"] == ["marketing"]


def test_the_text_of_a_machine_is_told_as_such(cafe: Rulebook) -> None:
    told = _explain(cafe, "Liked “Soon.”")
    assert "written   by a machine: tapback" in told.as_lines()
    assert told.as_dict()["automatic"] == "tapback"


def test_what_is_withheld_is_told(cafe: Rulebook) -> None:
    recent = Recent(replies=(MORNING, MORNING))
    told = _explain(cafe, "tea", ThreadState("open", recent=recent))
    assert "show staff that answers are withheld, as there were too many" in told.effects
    assert "withhold soon (reply, en): Soon." in told.effects


@pytest.mark.parametrize(
    ("effect", "words"),
    [
        (OptIn(("all", "topic:ads")), "opt the contact in again of topic ads"),
        (WantBack(), "note that they want texts again, once the carrier lets them through"),
        (Flag("doubt"), "show staff that this may be an opt-out"),
        (Flag("guessing"), "show staff that somebody guesses at codes"),
        (OptOut("number:+16125550199"), "opt the contact out of number +16125550199"),
    ],
)
def test_effects_of_consent_are_told_in_words(effect: Effect, words: str) -> None:
    assert describe_effect(effect) == words
