"""A text that alone cannot be sent holds up neither its thread nor its number for long."""

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import update

from router.carrier.api import Carrier, Delay, Outcome, Outgoing, Refused, Unknown
from router.flows.sending import conclusions
from router.flows.sending.conclusions import MOST_ABSENCES
from router.flows.sending.outcomes import MOST_STOPS
from router.flows.sending.pump import Pump
from router.flows.sending.review import OUTLIVED, decide
from router.flows.sending.stopped import stopped_senders
from router.flows.staff import StaffIdentity
from router.store.rows import table
from router.store.tables import Message
from tests.flows.conftest import Line, Person, wait_for

FAULT = Unknown("HTTP 500, code None")
REFUSAL = Refused(None, "stop_sender")


class Particular:
    """A carrier that always says the same of texts to one person, or to anybody."""

    def __init__(
        self,
        carrier: Carrier,
        to: str | None,
        outcome: Outcome,
        tried: Counter[str],
        after: Sequence[Person],
    ) -> None:
        self._carrier, self._to, self._outcome, self._tried = carrier, to, outcome, tried
        self._after = after

    def send(self, outgoing: Outgoing) -> Outcome:
        if outgoing.to == self._to or self._to is None:
            self._tried[outgoing.to] += 1
            wait_for(lambda: not any("sending" in states(person) for person in self._after))
            return self._outcome
        return self._carrier.send(outgoing)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._carrier, name)


Goes = Callable[..., Counter[str]]


@pytest.fixture
def goes_on(line: Line, advance: Callable[..., None], monkeypatch: pytest.MonkeyPatch) -> Goes:
    """Time passes, for so many rounds of some minutes each, with a carrier that is particular, and
    says so once those `after` whom it does have been served; how often it has by now, by whose text
    that was.
    """
    tried: Counter[str] = Counter()
    monkeypatch.setattr("router.flows.sending.claims.LOOK_UP", timedelta(minutes=1))

    def go(
        rounds: int,
        to: Person | None,
        outcome: Outcome,
        minutes: float = 2,
        after: Sequence[Person] = (),
    ) -> Counter[str]:
        particular = Particular(line.carrier, to and to.address, outcome, tried, after)
        odd = replace(line, carrier=particular)
        for _ in range(rounds):
            odd.drain()
            advance(minutes=minutes)
            for _ in range(3):  # as the clock does, before the thread is let go on
                advance(seconds=2)
                odd.settle()
        odd.drain()
        return tried

    return go


@pytest.fixture
def carol(alice: Person) -> Person:
    return Person(alice.world, "+16125550003")


def out(person: Person) -> list[dict[str, Any]]:
    return [one for one in person.messages if one["direction"] == "out"]


def states(person: Person) -> list[str]:
    return [one["state"] for one in out(person)]


def test_what_the_carrier_fails_on_while_it_takes_others_goes_to_a_person_and_its_thread_on(
    alice: Person, bob: Person, line: Line, goes_on: Goes
) -> None:
    alice.texts("towels")
    alice.texts("soap please")
    for _ in range(3 * MOST_ABSENCES):
        if states(alice)[0] == "review":
            break
        bob.texts("towels")
        tried = goes_on(1, alice, FAULT)
    assert out(alice)[0]["reason"] == "in vain"
    assert tried[alice.address] == MOST_ABSENCES + 1, "and once what stood behind"
    goes_on(8, Person(alice.world, "+16125550009"), FAULT)
    assert line.log(alice) == ["Housekeeping will be with you shortly."]


def test_what_fails_while_nothing_is_taken_is_tried_for_hours(
    alice: Person, line: Line, goes_on: Goes, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(conclusions, "MOST_ABSENCES_OF_ALL", 3 * MOST_ABSENCES)
    alice.texts("towels")
    tried = goes_on(2 * MOST_ABSENCES, None, FAULT)
    assert states(alice)[0] in {"unknown", "queued"}
    assert tried[alice.address] > MOST_ABSENCES
    goes_on(6 * MOST_ABSENCES, None, FAULT)
    assert states(alice) == ["review"], "nobody can tell any more whether all or this one fails"
    assert tried[alice.address] == 3 * MOST_ABSENCES


def test_what_the_carrier_delayed_often_is_not_in_vain(
    alice: Person, bob: Person, line: Line, goes_on: Goes
) -> None:
    alice.texts("towels")
    tried = goes_on(MOST_ABSENCES + 2, alice, Delay(20429, 1), minutes=6)
    assert tried[alice.address] > MOST_ABSENCES
    bob.texts("towels")
    goes_on(1, alice, FAULT)
    assert states(alice)[0] in {"unknown", "queued"}


def test_one_text_that_is_refused_as_the_account_would_be_does_not_stop_its_number_for_good(
    alice: Person, bob: Person, carol: Person, line: Line, goes_on: Goes
) -> None:
    alice.texts("towels")
    for _ in range(3):
        bob.texts("towels")
        carol.texts("towels")
        tried = goes_on(1, alice, REFUSAL, minutes=11, after=(bob, carol))
    assert (states(alice), out(alice)[0]["reason"]) == (["review"], "account refused")
    assert tried[alice.address] <= 3
    assert line.log(bob) == line.log(carol) == 3 * ["Towels are on the way."]
    assert stopped_senders(alice.world) == []


def test_a_text_that_stops_its_number_whenever_another_has_opened_it_comes_ever_later(
    alice: Person, bob: Person, line: Line, goes_on: Goes
) -> None:
    alice.texts("towels")
    for _ in range(40):
        if states(alice) == ["review"]:
            break
        bob.texts("towels")
        tried = goes_on(1, alice, REFUSAL, minutes=6)
    assert states(alice) == ["review"]
    assert tried[alice.address] <= MOST_STOPS + 1
    assert line.log(bob)[-1] == "Towels are on the way."


def test_a_number_that_is_stopped_and_has_nothing_ready_is_left_alone(
    alice: Person, line: Line, goes_on: Goes, advance: Callable[..., None]
) -> None:
    alice.texts("towels")
    goes_on(0, alice, REFUSAL)
    alice.texts("STOP")
    advance(minutes=6)
    pump = Pump(alice.world, line.carrier, lambda _: None)
    for sender_id in line.sender_ids():
        pump.wake(sender_id)
    assert pump.finish(30)
    pump.close()


def test_an_account_that_is_refused_again_and_again_fails_nothing(
    alice: Person, bob: Person, line: Line, goes_on: Goes, advance: Callable[..., None]
) -> None:
    alice.texts("towels")
    bob.texts("towels")
    tried = goes_on(9, None, REFUSAL, minutes=6)
    assert (states(alice), states(bob)) == (["queued"], ["queued"])
    assert abs(tried[alice.address] - tried[bob.address]) <= 1
    advance(minutes=6)
    line.drain()
    line.drain()
    assert line.log(alice) == line.log(bob) == ["Towels are on the way."]


@pytest.mark.parametrize("outcome", [FAULT, REFUSAL])
def test_what_was_on_its_way_at_an_opt_out_does_not_leave_after_a_later_start(
    alice: Person, line: Line, goes_on: Goes, outcome: Outcome
) -> None:
    alice.texts("towels")
    goes_on(0, alice, outcome)
    alice.texts("STOP")
    alice.texts("START")
    alice.texts("soap please")
    goes_on(0, None, outcome)
    goes_on(2, None, outcome)
    line.drain()
    line.settle()
    line.drain()
    assert out(alice)[0]["state"] == "canceled"
    assert "Towels are on the way." not in line.log(alice)


def test_staff_cannot_send_again_what_an_opt_out_has_ended(
    alice: Person, line: Line, goes_on: Goes, clerk: StaffIdentity
) -> None:
    alice.texts("towels")
    goes_on(0, alice, FAULT)
    with alice.world.store.write() as connection:
        connection.execute(update(table(Message)).values(state="review"))
    alice.texts("STOP")
    alice.texts("START")
    acted = decide(alice.world, clerk, alice.thread["id"], out(alice)[0]["id"], "again")
    assert acted.refusal == OUTLIVED
    assert out(alice)[0]["state"] == "review"


def test_what_is_written_soon_after_a_return_is_of_afterwards(
    alice: Person, line: Line, goes_on: Goes, advance: Callable[..., None]
) -> None:
    alice.texts("STOP")
    alice.texts("START")
    alice.texts("towels")
    goes_on(0, alice, Delay(20429, 1))
    advance(minutes=2)
    line.drain()
    assert "Towels are on the way." in line.log(alice)
