"""Opting out of one kind of texts: "STOP ads"."""

from datetime import timedelta

import pytest

from rules.decision import DialogState, OptIn, OptOut, Prompt, Say, ThreadState, topic_scope
from rules.hearing import read
from rules.load import load
from rules.model import Rulebook
from rules.rehearsal.pretending import PretendedThread
from tests.rules.cafe import CAFE
from tests.rules.conftest import MORNING, decide_text, names, said

LATER = MORNING + timedelta(hours=1)
ASKED = ThreadState("open", prompt=Prompt("SUMMIT26", LATER))
JOINING = ThreadState("open", dialog=DialogState("join", "name", LATER))


@pytest.mark.parametrize(
    ("text", "topics"),
    [
        ("STOP ads", ("marketing",)),
        ("stop the offers please", ("marketing",)),
        ("no más publicidad", ("marketing",)),
        ("STOP SUMMIT 26", ("SUMMIT26",)),
        ("STOP", ()),
        ("stop all texts", ()),
        ("cancel my SUMMIT26 booking", ()),
        ("end of SUMMIT26?", ()),
    ],
)
def test_the_rulebooks_topics_and_codes_are_heard(
    cafe: Rulebook, text: str, topics: tuple[str, ...]
) -> None:
    assert read(cafe, text).topics == topics


def test_an_objection_to_a_topic_stops_that_alone_and_says_how_to_stop_all(cafe: Rulebook) -> None:
    decision = decide_text(cafe, "STOP ads", thread=ASKED)
    out, say = decision.effects
    assert out == OptOut(topic_scope("marketing"))
    assert isinstance(say, Say)
    assert say.text == (
        "The Cafe: you get no more messages about ads. Reply STOP to get none at all."
    )
    assert decision.after.prompt == ASKED.prompt
    assert decision.rules == ()


def test_the_answer_names_the_topic_in_the_language_of_the_text(cafe: Rulebook) -> None:
    (_, say) = decide_text(cafe, "no más ofertas").effects
    assert isinstance(say, Say)
    assert "sobre publicidad" in say.text


def test_a_topic_without_words_in_that_language_is_named_in_the_default(cafe: Rulebook) -> None:
    (_, say) = decide_text(cafe, "STOP weekly menu", language="es").effects
    assert isinstance(say, Say)
    assert "weekly menu" in say.text


def test_a_second_objection_gets_no_answer(regular: PretendedThread) -> None:
    assert names(regular.say("STOP ads")) == ["opt-out-topic"]
    again = regular.say("STOP offers")
    assert (again.effects, again.said) == ((), ())


def test_whoever_is_opted_out_of_all_gets_no_answer_about_a_topic(cafe: Rulebook) -> None:
    decision = decide_text(cafe, "STOP ads", opted_out=True)
    assert decision.effects == (OptOut(topic_scope("marketing")),)


def test_an_objection_leaves_other_texts_and_a_dialog_alone(cafe: Rulebook) -> None:
    assert decide_text(cafe, "STOP ads", thread=JOINING).after.dialog == JOINING.dialog


def test_a_stop_after_an_objection_is_confirmed(regular: PretendedThread) -> None:
    regular.say("STOP ads")
    assert names(regular.say("tea")) == ["soon"]
    assert names(regular.say("STOP")) == ["opt-out"]


def test_stopping_a_code_ends_what_waits_for_it(cafe: Rulebook) -> None:
    asked = decide_text(cafe, "STOP SUMMIT26", thread=ASKED)
    assert said(asked) == ["opt-out-topic"]
    assert asked.after.prompt is None
    assert decide_text(cafe, "STOP SUMMIT26", thread=JOINING).after.dialog is None
    assert decide_text(cafe, "STOP WINE26", thread=JOINING).after.dialog == JOINING.dialog


def test_whoever_left_an_enrollment_may_join_again(regular: PretendedThread) -> None:
    regular.say("SUMMIT26")
    regular.say("YES")
    assert regular.facts.groups == {"summit"}
    regular.say("STOP SUMMIT26")
    assert (regular.facts.enrolled, regular.facts.groups) == (frozenset(), frozenset())
    assert names(regular.say("summit26")) == ["confirm"]
    regular.say("yes")
    assert (regular.facts.topics_out, regular.facts.groups) == (frozenset(), {"summit"})


def test_start_lifts_the_objections_of_somebody_who_gets_other_texts(cafe: Rulebook) -> None:
    decision = decide_text(cafe, "START", topics_out=frozenset({"menu", "marketing"}))
    assert decision.effects[0] == OptIn(("all", "topic:marketing", "topic:menu"))


@pytest.mark.parametrize(
    "word",
    [
        *("NOW", "TEXTS", "MESSAGES", "SMS", "ALL", "ME", "IT", "THIS", "EVERYTHING", "PLEASE"),
        *("TODAY", "THANKS", "OK", "LIST", "SUBSCRIPTION", "MENSAJES"),
    ],
)
def test_no_code_and_no_topic_takes_a_stop_for_every_text(word: str) -> None:
    as_code = load(CAFE.replace("WINE26:", f"{word}:"), "cafe.yaml")
    as_topic = load(CAFE.replace("weekly menu", word.lower()), "cafe.yaml")
    assert (as_code.book, as_topic.book) == (None, None)
    assert "BH421" in {finding.code for finding in as_topic.findings}
