"""Nobody who was erased is told of, and nothing of what was told stays."""

from collections.abc import Callable

import pytest

from router.couriers.outcome import Gone
from router.flows.dispatches.calls import try_webhook
from router.flows.dispatches.claims import claim_dispatches
from router.flows.dispatches.send import record_outcome
from router.store.rows import AnyRow
from tests.couriers.receiver import Receiver
from tests.flows.conftest import TENANT, Line, Person, wait_for
from tests.flows.dispatches.conftest import Decided, Dispatcher
from tests.flows.test_privacy import code_of, erase_whole, has_arrived, run_erasures
from tests.scan import places_of

Rows = Callable[[], list[AnyRow]]
Advance = Callable[..., None]
PHRASE = "my daughter is allergic to walnuts"


@pytest.fixture
def told(alice: Person, with_pms: Receiver, decided: Decided, hire: Callable[..., str]) -> Receiver:
    """Of alice's text the webhook and dave are to be told."""
    hire("dave", "duty-manager", mobile="+16125550188")
    alice.texts(PHRASE)
    decided.webhook(alice)
    decided.notify(alice)
    return with_pms


def confirm(person: Person, line: Line) -> None:
    """The deletion is asked for and confirmed, and its receipt has arrived."""
    person.texts("DELETE")
    line.drain()
    person.texts(code_of(person))
    line.drain()
    wait_for(lambda: has_arrived(person))


def test_what_was_told_is_erased_with_the_person(
    told: Receiver,
    alice: Person,
    dispatcher: Dispatcher,
    line: Line,
) -> None:
    dispatcher.send()
    assert [row.state for row in dispatcher.rows()] == ["done", "done"]
    thread_id = alice.thread["id"]
    assert places_of(line.world, line.world.settings.data_dir, thread_id)
    erase_whole(alice, line, dispatcher.advance)
    assert dispatcher.rows() == []
    assert [
        place
        for place in places_of(line.world, line.world.settings.data_dir, thread_id, alice.address)
        if "carrier" not in place
    ] == []


def test_somebody_who_is_being_erased_is_not_told_of(
    told: Receiver, alice: Person, dispatcher: Dispatcher, line: Line
) -> None:
    confirm(alice, line)
    dispatcher.send()
    assert told.posts == []
    waiting = {row.kind: row.state for row in dispatcher.rows()}
    assert waiting["webhook"] == "queued"
    run_erasures(line)
    dispatcher.advance(minutes=15)
    dispatcher.send()
    assert (told.posts, dispatcher.rows()) == ([], [])


def test_a_text_that_an_erasure_leaves_is_told_after_it(
    with_pms: Receiver, alice: Person, decided: Decided, dispatcher: Dispatcher, line: Line
) -> None:
    alice.texts(PHRASE)
    confirm(alice, line)
    alice.texts("towels for 412")
    decided.webhook(alice)
    dispatcher.send()
    assert with_pms.posts == []
    run_erasures(line)
    dispatcher.advance(minutes=15)
    dispatcher.send()
    assert len(with_pms.posts) == 1


def test_what_waits_is_dropped_by_an_erasure(
    told: Receiver, alice: Person, line: Line, dispatcher: Dispatcher
) -> None:
    confirm(alice, line)
    run_erasures(line)
    assert dispatcher.rows() == []
    dispatcher.send()
    assert told.posts == []


def test_an_erasure_waits_for_a_call_that_is_under_way(
    told: Receiver, alice: Person, line: Line, dispatcher: Dispatcher
) -> None:
    claims = claim_dispatches(line.world, TENANT, 10)
    confirm(alice, line)
    run_erasures(line)
    assert {row.state for row in dispatcher.rows()} == {"sending"}
    assert alice.messages, "what is being told is not gone yet"
    dispatcher.advance(seconds=61)
    run_erasures(line)
    assert dispatcher.rows() == []
    for claim in claims:
        record_outcome(line.world, claim, Gone())
    assert alice.messages == []


def test_a_text_that_is_gone_is_not_told_of(
    told: Receiver, alice: Person, line: Line, dispatcher: Dispatcher
) -> None:
    (call,) = (c for c in claim_dispatches(line.world, TENANT, 10) if c.kind == "webhook")
    confirm(alice, line)
    dispatcher.advance(seconds=61)
    run_erasures(line)
    assert try_webhook(dispatcher.means, call) == Gone()
    assert told.posts == []
