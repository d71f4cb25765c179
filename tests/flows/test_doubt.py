"""A text that may be an opt-out: asked about once, automatic texts wait, silence means stopped."""

from collections.abc import Callable
from datetime import timedelta

from router.flows.consent.desk import keep, record_opt_out
from router.flows.staff import StaffIdentity
from router.flows.timers import fire_due
from router.now import MovableNow
from tests.flows.conftest import Line, Person

Advance = Callable[..., None]
LEFT = {"accepted", "sent", "delivered"}


def states_of(person: Person) -> list[tuple[str | None, str]]:
    return [(m["template"], m["state"]) for m in person.messages if m["direction"] == "out"]


def let_an_escalation_fire_in_doubt(alice: Person, line: Line, now: MovableNow) -> None:
    alice.texts("the shower is broken")
    line.drain()
    alice.texts("not interested")
    now.advance(timedelta(minutes=11))
    fire_due(alice.world)
    line.drain()


def test_a_text_in_doubt_is_flagged_and_asked_about_once(alice: Person) -> None:
    alice.texts("wrong number")
    alice.texts("not interested")
    assert alice.replies() == ["clarify"]
    assert alice.thread["flags"] == ["doubt"]
    assert not alice.shown()["consent"]["opted_out"]


def test_silence_means_stopped(alice: Person, line: Line, advance: Advance) -> None:
    alice.texts("wrong number")
    line.drain()
    advance(hours=23)
    fire_due(alice.world)
    assert not alice.shown()["consent"]["opted_out"]
    advance(hours=2)
    fire_due(alice.world)
    (event,) = alice.shown()["consent"]["events"]
    assert (event["what"], event["how"], event["evidence"]) == (
        "opt_out",
        "silence",
        "wrong number",
    )
    assert alice.thread["flags"] == []
    line.drain()
    assert alice.replies() == ["clarify"], "no confirmation a day later"


def test_whoever_writes_on_was_not_silent(alice: Person, advance: Advance) -> None:
    alice.texts("wrong number")
    alice.texts("oh wait, is this the hotel? two towels please")
    advance(hours=25)
    fire_due(alice.world)
    assert not alice.shown()["consent"]["opted_out"]
    assert alice.thread["flags"] == ["doubt"], "until staff has decided"


def test_an_answer_to_a_later_text_is_not_held(alice: Person, line: Line) -> None:
    alice.texts("wrong number")
    alice.texts("two towels please")
    line.drain()
    assert alice.replies() == ["clarify", "towels-coming"]
    assert {state for _, state in states_of(alice)} <= LEFT


def test_what_would_be_said_by_itself_is_held_and_sent_once_staff_has_decided(
    alice: Person, line: Line, clerk: StaffIdentity, now: MovableNow
) -> None:
    let_an_escalation_fire_in_doubt(alice, line, now)
    waiting = [m for m in alice.messages if m["template"] == "waiting"]
    assert [(m["state"], m["reason"]) for m in waiting] == [("held", "doubt")]
    keep(alice.world, clerk, alice.thread["id"])
    line.drain()
    template, state = states_of(alice)[-1]
    assert template == "waiting", "it takes its place at the end"
    assert state in LEFT
    assert alice.thread["flags"] == []


def test_one_tap_opts_out_and_what_was_held_is_never_sent(
    alice: Person, line: Line, clerk: StaffIdentity, now: MovableNow
) -> None:
    let_an_escalation_fire_in_doubt(alice, line, now)
    assert record_opt_out(alice.world, clerk, alice.thread["id"], "").refusal is None
    shown = alice.shown()
    assert shown["consent"]["opted_out"]
    assert shown["consent"]["events"][-1]["author"] == "carol"
    assert [m["state"] for m in alice.messages if m["template"] == "waiting"] == ["canceled"]
    assert "opt-out" not in alice.replies(), "eleven minutes are too late to confirm"


def test_a_fresh_doubt_is_confirmed_when_staff_decides_at_once(
    alice: Person, line: Line, clerk: StaffIdentity
) -> None:
    alice.texts("not interested")
    record_opt_out(alice.world, clerk, alice.thread["id"], "")
    assert alice.replies() == ["clarify", "opt-out"]


def test_a_clear_opt_out_ends_the_doubt(alice: Person, advance: Advance) -> None:
    alice.texts("not interested")
    alice.texts("please stop texting me")
    assert alice.thread["flags"] == []
    advance(hours=25)
    fire_due(alice.world)
    outs = [e for e in alice.shown()["consent"]["events"] if e["what"] == "opt_out"]
    assert len(outs) == 1


def test_doubt_about_somebody_who_opted_out_asks_nothing(alice: Person) -> None:
    alice.texts("please stop texting me")
    alice.texts("wrong number")
    assert alice.replies() == ["opt-out"]
