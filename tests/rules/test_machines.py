"""Short codes, tapbacks, auto-replies: no machine is answered, none answers for a person."""

from dataclasses import replace
from datetime import timedelta

import pytest

from keywords.reading import Meaning, Reading
from rules.decide import decide
from rules.decision import (
    AskEnrollment,
    AskPrivacy,
    DialogState,
    Enroll,
    Escalate,
    Facts,
    Flag,
    OptIn,
    OptOut,
    Prompt,
    Say,
    ThreadState,
    WantBack,
)
from rules.model import Rulebook
from rules.rehearsal.testing import run_tests
from tests.rules.conftest import MORNING, decide_text

LATER = MORNING + timedelta(hours=1)
WAITING = ThreadState(
    "open", dialog=DialogState("join", "name", LATER), prompt=Prompt("SUMMIT26", LATER)
)
AUTO = Reading(Meaning.NONE, automatic="auto_reply")
TAPBACK = Reading(Meaning.NONE, automatic="tapback")
TEXTS = ["tea", "SUMMIT26", "SUMIT26", "HELP", "YES", "wrong number", "START", "DELETE", "slow"]


@pytest.mark.parametrize("text", TEXTS)
@pytest.mark.parametrize("thread", [ThreadState(), WAITING], ids=["new", "waiting"])
def test_a_machine_is_never_answered(cafe: Rulebook, text: str, thread: ThreadState) -> None:
    effects = decide_text(cafe, text, machine=True, thread=thread).effects
    assert not any(isinstance(e, Say | AskPrivacy | Enroll | AskEnrollment) for e in effects)
    assert all(effect.say is None for effect in effects if isinstance(effect, Escalate))


def test_the_consent_of_a_machine_acts_without_a_word(cafe: Rulebook) -> None:
    assert decide_text(cafe, "STOP", machine=True).effects == (OptOut(),)
    assert decide_text(cafe, "STOP ads", machine=True).effects == (OptOut("topic:marketing"),)
    assert decide_text(cafe, "START", machine=True).effects == (OptIn(),)
    blocked = decide_text(cafe, "START", machine=True, carrier_blocks=True)
    assert blocked.effects == (WantBack(), Flag("start"))


def test_a_doubtful_text_of_a_machine_is_flagged_and_not_asked_about(cafe: Rulebook) -> None:
    decision = decide_text(cafe, "wrong number", machine=True)
    assert decision.after.flags == {"doubt"}
    assert not decision.after.asked_back


def test_staff_see_what_a_machine_writes(cafe: Rulebook) -> None:
    assert decide_text(cafe, "your parcel is here", machine=True).after.team == "bar"


@pytest.mark.parametrize("state", ["open", "closed", "snoozed"])
def test_a_tapback_in_a_thread_changes_nothing(cafe: Rulebook, state: str) -> None:
    thread = replace(WAITING, state=state, team="bar", tags=frozenset({"vip"}))
    decision = decide(cafe, TAPBACK, "Liked “tea”", Facts(MORNING, "main", thread=thread))
    assert (decision.effects, decision.rules) == ((), ())
    assert replace(decision.after, last_activity_at=None) == thread


def test_a_tapback_that_opens_a_thread_is_routed_without_a_word(cafe: Rulebook) -> None:
    decision = decide(cafe, TAPBACK, "Liked “tea”", Facts(MORNING, "main"))
    assert decision.after.team == "bar"
    assert not any(isinstance(effect, Say) for effect in decision.effects)


def test_an_auto_reply_takes_no_dialog_step_and_is_no_yes(cafe: Rulebook) -> None:
    for text in ("I'm driving", "yes"):
        decision = decide(cafe, AUTO, text, Facts(MORNING, "main", thread=WAITING))
        assert decision.effects == ()
        assert (decision.after.dialog, decision.after.prompt) == (WAITING.dialog, WAITING.prompt)


def test_an_auto_reply_is_routed_without_a_word(cafe: Rulebook) -> None:
    decision = decide(cafe, AUTO, "I am away, drinking tea", Facts(MORNING, "main"))
    assert [rule.id for rule in decision.rules] == ["tea"]
    assert not any(isinstance(effect, Say) for effect in decision.effects)


def test_the_words_that_a_machine_quotes_change_nobodys_language(cafe: Rulebook) -> None:
    facts = Facts(MORNING, "main", language="es")
    assert decide(cafe, TAPBACK, "Liked “ads offers”", facts).language == "es"


@pytest.mark.parametrize("sender", ["62221", "MyBank", "'+16125550199'"])
def test_a_test_may_let_a_machine_write(cafe: Rulebook, sender: str) -> None:
    case = f"given: {{from: {sender}}}\ncases: [{{name: a, say: tea, expect: {{reply: none}}}}]"
    assert run_tests(cafe, case, "t.yaml").failures == ()


@pytest.mark.parametrize("sender", ["'+15075550142'", "whatsapp:+15075550142", "messenger:42"])
def test_a_test_may_name_the_person_who_writes(cafe: Rulebook, sender: str) -> None:
    case = f"given: {{from: '{sender.strip(chr(39))}'}}\n"
    case += "cases: [{name: a, say: tea, expect: {reply: soon}}]"
    assert run_tests(cafe, case, "t.yaml").failures == ()
