"""Texts whose callbacks met nobody: the carrier is asked after them, twice and no more."""

from collections.abc import Callable
from typing import Any

from sqlalchemy import update
from sqlmodel import col
from structlog.testing import capture_logs

from router.carrier.api import CarrierError
from router.flows.sending.unheard import AGES, ask_after
from router.store.tables import Message
from tests.flows.conftest import Line, Person, wait_for

FINAL = {"delivered", "undelivered"}


def send_unheard(alice: Person, line: Line, **fault: Any) -> None:
    line.breaks(on="callback", kind="drop", times=None)
    if fault:
        line.breaks(**fault)
    alice.texts("towels")
    line.drain()
    sid = alice.messages[-1]["sid"]
    wait_for(lambda: (at_carrier := line.carrier.fetch(sid)) and at_carrier.status in FINAL)
    wait_for(lambda: line.simulator.faults.made().get("callback drop") == 2)
    assert alice.messages[-1]["state"] == "accepted"


def come_of_age(advance: Callable[..., None], name: str) -> None:
    advance(seconds=AGES[name].total_seconds() + 60)


def test_what_became_of_it_is_found_out(
    alice: Person, line: Line, advance: Callable[..., None]
) -> None:
    send_unheard(alice, line)
    ask_after(line.world, line.carrier)
    assert alice.messages[-1]["state"] == "accepted", "it is too young"
    come_of_age(advance, "heard_soon")
    assert ask_after(line.world, line.carrier).threads
    assert alice.messages[-1]["state"] == "delivered"


def test_that_a_number_takes_no_texts_is_found_out_and_heeded(
    alice: Person, line: Line, advance: Callable[..., None]
) -> None:
    send_unheard(alice, line, on="delivery", kind="30005")
    come_of_age(advance, "heard_soon")
    ask_after(line.world, line.carrier)
    assert (alice.messages[-1]["state"], alice.messages[-1]["error"]) == ("undelivered", 30005)
    alice.texts("towels")
    line.drain()
    assert alice.messages[-1]["state"] == "suppressed"


def test_one_whose_end_cannot_be_written_down_keeps_no_other_waiting(
    alice: Person, bob: Person, line: Line, advance: Callable[..., None]
) -> None:
    """The ledger takes nothing, so that a barred number cannot be noted."""
    send_unheard(alice, line, on="delivery", kind="30005")
    bob.texts("towels")
    line.drain()
    line.delivers_all(bob)
    line.world.settings.ledger.unlink(missing_ok=True)
    line.world.settings.ledger.mkdir()
    come_of_age(advance, "heard_soon")
    with capture_logs() as logged:
        ask_after(line.world, line.carrier)
    assert [one["id"] for one in logged if one["event"] == "one_failed"] == [
        alice.messages[-1]["id"]
    ]
    assert (alice.messages[-1]["state"], bob.messages[-1]["state"]) == ("accepted", "delivered")
    assert not is_asked_after(line), "until it is twelve hours old"
    line.world.settings.ledger.rmdir()
    come_of_age(advance, "heard_late")
    ask_after(line.world, line.carrier)
    assert alice.messages[-1]["error"] == 30005


def test_it_is_asked_after_twice_and_no_more(
    alice: Person, line: Line, advance: Callable[..., None]
) -> None:
    send_unheard(alice, line)
    for name in AGES:
        come_of_age(advance, name)
        assert is_asked_after(line)
        ask_after(line.world, line.carrier)
        still_on_its_way(line)
        assert not is_asked_after(line)
    advance(hours=20)
    assert not is_asked_after(line)


def is_asked_after(line: Line) -> bool:
    """Whether the carrier is asked, which then gives no answer, so that it is asked again."""
    line.breaks(on="fetch", kind="500_before", times=None)
    try:
        ask_after(line.world, line.carrier)
    except CarrierError:
        return True
    finally:
        line.simulator.faults.clear()
    return False


def still_on_its_way(line: Line) -> None:
    with line.world.store.write() as connection:
        connection.execute(
            update(Message).where(col(Message.direction) == "out").values(state="sent")
        )
