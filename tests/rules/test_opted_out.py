"""Someone who has opted out: no question reached them, so that nothing they write answers one."""

from datetime import timedelta

import pytest

from rules.decision import DialogState, Enroll, Facts, Prompt, SaveAttribute, ThreadState
from rules.model import Rulebook
from rules.rehearsal.pretending import PretendedThread
from tests.rules.conftest import MORNING, decide_text

LATER = MORNING + timedelta(hours=1)
WAITING = ThreadState(
    "open",
    dialog=DialogState("summit-signup", "name", LATER),
    prompt=Prompt("SUMMIT26", LATER),
)


@pytest.mark.parametrize("text", ["yes", "no", "SUMMIT26", "Ana"])
def test_whoever_has_opted_out_answers_nothing_and_is_routed(hotel: Rulebook, text: str) -> None:
    decision = decide_text(hotel, text, thread=WAITING, opted_out=True)
    assert decision.rule is not None
    assert decision.rule.id == "fallback"
    assert (decision.code, decision.held_by) == (None, None)
    assert not any(isinstance(effect, Enroll | SaveAttribute) for effect in decision.effects)
    assert (decision.after.dialog, decision.after.prompt) == (None, None)


def test_protect_and_routes_still_take_their_texts(hotel: Rulebook) -> None:
    for text, rule_id in (("smoke!", "emergency"), ("towels", "towels")):
        decision = decide_text(hotel, text, thread=WAITING, opted_out=True)
        assert decision.rule is not None
        assert decision.rule.id == rule_id


def test_a_start_brings_no_old_question_back(hotel: Rulebook) -> None:
    after = decide_text(hotel, "START", thread=WAITING, opted_out=True).after
    assert (after.dialog, after.prompt) == (None, None)


def test_rule_tests_drop_what_would_not_be_sent_after_a_stop(hotel: Rulebook) -> None:
    thread = PretendedThread(hotel, Facts(MORNING, "main"))
    assert [say.template for say in thread.say("STOP").said] == ["opt-out"]
    assert thread.say("towels").said == ()
    assert [say.template for say in thread.say("HELP").said] == ["help"]
    assert [say.template for say in thread.say("START").said] == ["opt-in"]
    assert [say.template for say in thread.say("towels").said] == ["towels-coming"]
