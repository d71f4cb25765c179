"""STOP, START and what may be a STOP: the scope, the one confirmation, the one question."""

from dataclasses import replace

import pytest

from keywords.reading import Meaning, Reading
from rules.decide import decide
from rules.decision import Facts, Flag, OptOut, Say, ThreadState, WantBack, number_scope
from rules.model import Rulebook
from rules.rehearsal.pretending import PretendedThread
from tests.rules.conftest import MORNING, decide_text, names, said

DOUBT = Reading(Meaning.AMBIGUOUS)
ASKED_BACK = ThreadState("open", flags=frozenset({"doubt", "start"}), asked_back=True)


def test_an_opt_out_holds_for_the_tenant_or_for_the_number_that_says_so(cafe: Rulebook) -> None:
    assert decide_text(cafe, "STOP", to="main").effects[0] == OptOut()
    events = decide_text(cafe, "STOP", to="events").effects[0]
    assert events == OptOut(number_scope("+16125550199"))


def test_an_opt_out_of_one_number_leaves_the_other_alone(regular: PretendedThread) -> None:
    regular.facts = replace(regular.facts, to="events")
    assert names(regular.say("STOP")) == ["opt-out"]
    assert regular.say("tea").said == ()
    regular.facts = replace(regular.facts, to="main")
    assert names(regular.say("tea")) == ["soon"]
    assert names(regular.say("STOP")) == ["opt-out"]


@pytest.mark.parametrize("text", ["STOP", "START"])
def test_a_clear_word_ends_the_doubt(cafe: Rulebook, text: str) -> None:
    after = decide_text(cafe, text, thread=ASKED_BACK).after
    assert (after.flags, after.asked_back) == (frozenset(), False)


def test_what_may_be_an_opt_out_is_asked_about_once(cafe: Rulebook) -> None:
    facts = Facts(MORNING, "main")
    first = decide(cafe, DOUBT, "wrong number", facts)
    assert said(first) == ["clarify"]
    assert (first.after.flags, first.after.asked_back) == ({"doubt"}, True)
    again = decide(cafe, DOUBT, "wrong number", replace(facts, thread=first.after))
    assert again.effects == (Flag("doubt"),)


@pytest.mark.parametrize("facts", [{"opted_out": True}, {"carrier_blocks": True}])
def test_nobody_whom_no_text_may_reach_is_asked_back(
    cafe: Rulebook, facts: dict[str, bool]
) -> None:
    decision = decide(cafe, DOUBT, "wrong number", Facts(MORNING, "main", **facts))  # type: ignore[arg-type]  # by name
    assert said(decision) == []
    assert not decision.after.asked_back


def test_the_question_is_no_rules_reply_and_the_text_is_routed(cafe: Rulebook) -> None:
    decision = decide(cafe, DOUBT, "tea, or no more texts", Facts(MORNING, "main"))
    assert said(decision) == ["clarify"]
    assert decision.after.team == "bar"


def test_a_start_that_the_carrier_still_blocks_says_how_to_lift_that(cafe: Rulebook) -> None:
    blocked = decide(
        cafe, Reading(Meaning.OPT_IN), "…", Facts(MORNING, "main", carrier_blocks=True)
    )
    want, say, flag = blocked.effects
    assert (want, flag) == (WantBack(), Flag("start"))
    assert isinstance(say, Say)
    assert (say.template, say.kind) == ("opt-in-carrier", "compliance")
    assert "START" in say.text
    assert blocked.after.flags == {"start"}


def test_an_opt_in_beside_an_opt_out_does_not_count(cafe: Rulebook) -> None:
    reading = Reading(Meaning.OPT_OUT, also=(Meaning.OPT_IN,))
    assert decide(cafe, reading, "…", Facts(MORNING, "main")).effects[0] == OptOut()
    assert said(decide(cafe, reading, "…", Facts(MORNING, "main"))) == ["opt-out"]


def test_somebody_blocked_is_heard_for_consent_and_privacy_alone(cafe: Rulebook) -> None:
    assert said(decide_text(cafe, "STOP", blocked=True)) == ["opt-out"]
    decision = decide_text(cafe, "smoke and tea, SUMMIT26", blocked=True)
    assert (decision.effects, decision.rules, decision.after.state) == ((), (), "closed")
    thread = ThreadState("snoozed", team="bar", tags=frozenset({"a"}))
    after = decide_text(cafe, "tea", blocked=True, thread=thread).after
    assert replace(after, last_activity_at=None) == thread
