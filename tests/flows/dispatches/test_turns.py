"""Notices by text leave in the line of their number: at its pace, and not while it rests."""

from collections.abc import Callable
from dataclasses import replace

import pytest

from router.carrier.api import Outgoing
from router.couriers.outcome import Retry
from router.flows.dispatches.turns import BUSY, LONGEST_WAIT_SECONDS, PAUSED, take_turn
from router.flows.senders import Sender, find_receiver
from router.flows.sending.pace import USED
from router.flows.sending.pauses import PAUSE, stop
from router.flows.sending.stopped import stopped_senders
from router.flows.world import World
from tests.flows.conftest import MAIN, TENANT, Line, Person
from tests.flows.dispatches.conftest import Decided, Dispatcher

MOBILE = "+16125550188"
TEXT = Outgoing(MOBILE, MAIN, "Bellhop: smoke.", None, "", 0.0)


@pytest.fixture
def paged(alice: Person, hire: Callable[..., str], decided: Decided) -> Person:
    """Alice has written, and dave is to be told by a text."""
    hire("dave", "duty-manager", mobile=MOBILE)
    alice.texts("there is smoke")
    decided.notify(alice)
    return alice


def main_line(world: World) -> Sender:
    with world.store.read() as connection:
        sender = find_receiver(connection, MAIN, None)
    assert sender is not None
    return sender


def account_is_refused(world: World) -> None:
    with world.store.write() as connection:
        stop(connection, TENANT, MAIN, 20003, world.now())


def test_each_has_the_turn_after_the_one_before_and_who_is_far_behind_has_none(
    hotel: World,
) -> None:
    now, rate = hotel.now(), 2.0
    settings = hotel.settings.model_copy(update={"pace_long_code": rate})
    still = replace(hotel, now=lambda: now, settings=settings)
    sender = main_line(hotel)
    turns = [take_turn(still, sender, TEXT) for _ in range(12)]
    waits = [turn.wait_seconds for turn in turns if not isinstance(turn, Retry)]
    step = 1 / rate / USED
    assert waits == pytest.approx([step * place for place in range(len(waits))], abs=0.001)
    assert len(waits) == int(LONGEST_WAIT_SECONDS / step) + 1
    late = [turn for turn in turns if isinstance(turn, Retry)]
    assert {turn.why for turn in late} == {BUSY}
    assert all(turn.seconds > LONGEST_WAIT_SECONDS for turn in late)


@pytest.mark.usefixtures("long_pauses")
def test_a_pause_that_the_carrier_asks_for_holds_for_all_that_leaves_from_the_number(
    paged: Person, dispatcher: Dispatcher, decided: Decided, line: Line
) -> None:
    line.breaks(on="create", kind="429", retry_after=600)
    dispatcher.send()
    decided.notify(paged, rule="second")
    paged.texts("towels")
    line.drain()
    dispatcher.send()
    assert [error for _, error in dispatcher.fates()][1] == PAUSED
    assert line.log(paged) == []
    dispatcher.advance(seconds=700)
    line.drain()
    dispatcher.send()
    assert [state for state, _ in dispatcher.fates()] == ["done", "done"]
    assert line.log(paged)


@pytest.mark.usefixtures("long_pauses")
def test_while_the_account_is_refused_none_is_tried_and_later_one_finds_out(
    paged: Person, dispatcher: Dispatcher, line: Line
) -> None:
    account_is_refused(paged.world)
    dispatcher.send()
    assert dispatcher.fates() == [("queued", PAUSED)]
    dispatcher.advance(seconds=PAUSE.total_seconds() + 1)
    dispatcher.send()
    assert dispatcher.fates() == [("done", None)]
    paged.texts("towels")
    assert stopped_senders(line.world, TENANT) == []


@pytest.mark.usefixtures("long_pauses")
def test_a_notice_that_is_refused_as_an_account_is_stops_no_guests_text(
    paged: Person, dispatcher: Dispatcher, line: Line
) -> None:
    line.breaks(on="create", kind="401")
    dispatcher.send()
    assert dispatcher.fates()[0][0] == "queued"
    paged.texts("towels")
    line.drain()
    assert "Towels are on the way." in line.log(paged)


def test_one_that_is_refused_for_itself_while_the_account_was_says_that_it_is_not_any_more(
    paged: Person, dispatcher: Dispatcher, line: Line
) -> None:
    account_is_refused(paged.world)
    dispatcher.advance(seconds=PAUSE.total_seconds() + 1)
    line.breaks(on="create", kind="21408")
    dispatcher.send()
    assert dispatcher.fates()[0][0] == "failed"
    paged.texts("towels")
    assert stopped_senders(line.world, TENANT) == []
