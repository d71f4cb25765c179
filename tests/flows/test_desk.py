"""What staff records about consent: with who, when and why, and never against a person's word."""

import pytest

from router.flows.consent.desk import (
    LONGEST_NOTE,
    NOT_OPTED_OUT,
    OPTED_OUT_ALREADY,
    THEIR_OWN_WORD,
    WHY_MISSING,
    block,
    correct_opt_out,
    record_consent,
    record_opt_out,
    unblock,
)
from router.flows.staff import StaffIdentity
from tests.flows.conftest import Person


@pytest.fixture
def database() -> str:
    """What is tested here knows no database of its own."""
    return "sqlite"


def events_of(person: Person) -> list[tuple[str, str, str | None]]:
    return [(e["what"], e["how"], e["note"]) for e in person.shown()["consent"]["events"]]


def test_an_opt_out_given_by_phone_is_recorded_with_who_and_why(
    alice: Person, clerk: StaffIdentity
) -> None:
    alice.texts("towels please")
    assert record_opt_out(alice.world, clerk, alice.thread["id"], "called the desk").refusal is None
    shown = alice.shown()
    assert shown["consent"]["opted_out"]
    assert events_of(alice) == [("opt_out", "staff", "called the desk")]
    assert shown["consent"]["events"][0]["author"] == "carol"
    assert [m["state"] for m in alice.messages if m["direction"] == "out"] == ["canceled"]
    assert [e.what for e in alice.world.ledger.entries()] == ["suppressed"]


@pytest.mark.parametrize(("note", "refusal"), [("  ", WHY_MISSING), ("x" * 501, str(LONGEST_NOTE))])
def test_a_reason_is_needed(alice: Person, clerk: StaffIdentity, note: str, refusal: str) -> None:
    alice.texts("towels please")
    refused = record_opt_out(alice.world, clerk, alice.thread["id"], note).refusal
    assert refused is not None
    assert refusal in refused
    assert events_of(alice) == []


def test_an_opt_out_is_recorded_once(alice: Person, clerk: StaffIdentity) -> None:
    alice.texts("please stop texting me")
    assert record_opt_out(alice.world, clerk, alice.thread["id"], "x").refusal == OPTED_OUT_ALREADY


def test_a_mistaken_opt_out_is_corrected_with_a_reason(alice: Person, clerk: StaffIdentity) -> None:
    alice.texts("towels please")
    record_opt_out(alice.world, clerk, alice.thread["id"], "thought it was room 412")
    assert correct_opt_out(alice.world, clerk, alice.thread["id"], "").refusal == WHY_MISSING
    assert correct_opt_out(alice.world, clerk, alice.thread["id"], "wrong thread").refusal is None
    assert not alice.shown()["consent"]["opted_out"]
    assert events_of(alice)[-1] == ("corrected", "staff", "wrong thread")
    assert [e.what for e in alice.world.ledger.entries()] == ["suppressed", "lifted"]


@pytest.mark.parametrize("word", ["STOP", "Stop. Thank you", "alto"])
def test_nobody_takes_back_a_persons_own_stop(
    alice: Person, clerk: StaffIdentity, word: str
) -> None:
    alice.texts(word)
    refusal = correct_opt_out(alice.world, clerk, alice.thread["id"], "they told me so").refusal
    assert refusal == THEIR_OWN_WORD
    assert alice.shown()["consent"]["opted_out"]


def test_only_an_opt_out_can_be_corrected(alice: Person, clerk: StaffIdentity) -> None:
    alice.texts("towels please")
    assert correct_opt_out(alice.world, clerk, alice.thread["id"], "x").refusal == NOT_OPTED_OUT


def test_consent_given_at_the_desk_is_recorded_but_not_against_a_stop(
    alice: Person, bob: Person, clerk: StaffIdentity
) -> None:
    alice.texts("towels please")
    assert (
        record_consent(alice.world, clerk, alice.thread["id"], "marketing", "form 7").refusal
        is None
    )
    assert alice.shown()["consent"]["events"][0]["scope"] == "marketing"
    bob.texts("STOP")
    refusal = record_consent(bob.world, clerk, bob.thread["id"], "service", "form 8").refusal
    assert refusal == THEIR_OWN_WORD


def test_a_blocked_sender_reaches_nobody_and_can_still_opt_out(
    alice: Person, clerk: StaffIdentity
) -> None:
    alice.texts("towels please")
    block(alice.world, clerk, alice.thread["id"], "sends abuse")
    before = alice.thread
    alice.texts("the shower is broken")
    assert (alice.thread["team"], alice.thread["state"]) == (before["team"], before["state"])
    assert alice.replies() == ["towels-coming"]
    assert alice.messages[-1]["body"] == "the shower is broken", "it is kept"
    alice.texts("please stop texting me")
    assert alice.shown()["consent"]["opted_out"]
    unblock(alice.world, clerk, alice.thread["id"])
    alice.texts("the shower is broken")
    assert alice.thread["team"] == "engineering"
    assert [what for what, _, _ in events_of(alice)] == ["blocked", "opt_out", "unblocked"]
