"""Whatever people write, in whatever order: what must hold of every decision."""

from datetime import timedelta

from hypothesis import example, given, settings
from hypothesis import strategies as st

from rules.decision import AskPrivacy, Assign, Facts, OptOut, Say
from rules.model import Rulebook
from rules.rehearsal.pretending import Outcome, PretendedThread
from tests.rules.conftest import MORNING

TEXTS = st.sampled_from(
    [
        "STOP", "START", "HELP", "DELETE", "YES", "no", "SUMMIT26", "towels", "leak", "fire",
        "vegan", "Ana", "thank you", "hello", "light bulb", "toallas", "", "🛑", "  ", "{{ x }}",
        "STOP ads", "STOP SUMMIT26", "sumit26", "abc123", "wrong number", "Liked “Towels”",
    ]
)  # fmt: skip
STEPS = st.lists(st.one_of(TEXTS, st.text(max_size=30), st.integers(1, 3000)), max_size=12)


def _check(outcome: Outcome) -> None:
    decision = outcome.decision
    assert decision is not None
    replies = [e for e in decision.effects if isinstance(e, Say) and e.kind == "reply"]
    assert len(replies) <= 1
    is_with_somebody = outcome.after.team or outcome.after.claimed
    was_with_nobody = not (outcome.before.team or outcome.before.claimed)
    assert not decision.rules or is_with_somebody or (replies and was_with_nobody)
    dialog = outcome.after.dialog
    assert dialog is None or dialog.expires_at > MORNING
    if any(isinstance(effect, OptOut) for effect in decision.effects):
        assert outcome.after.dialog is None
        assert not replies
        assert not any(isinstance(effect, Assign) for effect in decision.effects)


@settings(max_examples=150, deadline=None)
@given(steps=STEPS)
@example(steps=["SUMMIT26", "thank you"])  # answered, in a thread that is with nobody
def test_every_decision_keeps_its_promises(hotel: Rulebook, steps: list[str | int]) -> None:
    thread = PretendedThread(hotel, Facts(MORNING, "main"))
    for step in steps:
        if isinstance(step, int):
            thread.wait(timedelta(minutes=step))
        else:
            _check(thread.say(step))


@settings(max_examples=60, deadline=None)
@given(steps=STEPS)
def test_stop_stops_wherever_a_conversation_stands(hotel: Rulebook, steps: list[str | int]) -> None:
    thread = PretendedThread(hotel, Facts(MORNING, "main"))
    for step in steps:
        if isinstance(step, str):
            thread.say(step)
    known = thread.facts.opted_out
    outcome = thread.say("STOP")
    assert [say.template for say in outcome.said] == ([] if known else ["opt-out"])
    assert thread.facts.opted_out
    assert not any(isinstance(effect, AskPrivacy) for effect in outcome.effects)
    assert thread.wait(timedelta(days=2)).said == ()
