"""Notices that go out: once, with nothing of the contact in them, and never again in doubt."""

from collections.abc import Callable
from dataclasses import replace

import pytest

from router.carrier.api import StatusUpdate
from router.flows.dispatches.claims import DIED, claim_dispatches
from router.flows.dispatches.notices import OPTED_OUT, try_sms
from router.flows.dispatches.send import record_outcome
from router.flows.ripples import CALM, Ripples
from router.flows.sending.status import record_status
from router.flows.world import World
from router.store.rows import AnyRow
from tests.flows.conftest import TENANT, Line, Person
from tests.flows.dispatches.conftest import Decided, Dispatcher

Hire = Callable[..., str]
Rows = Callable[[], list[AnyRow]]
Fates = Callable[[], list[tuple[str, str | None]]]
Advance = Callable[..., None]
MOBILE = "+16125550188"
SMOKE = "my name is Walburga and there is smoke"


@pytest.fixture
def dave(hire: Hire, hotel: World) -> Person:
    """A duty manager, as the owner of a phone."""
    hire("dave", "duty-manager", mobile=MOBILE)
    return Person(hotel, MOBILE)


@pytest.fixture
def paged(alice: Person, dave: Person, decided: Decided) -> Person:
    """Alice has written of smoke, and dave is to be told by a text."""
    alice.texts(SMOKE)
    decided.notify(alice)
    return alice


def test_a_notice_says_who_is_needed_and_nothing_of_the_guest(
    paged: Person, dave: Person, dispatcher: Dispatcher, line: Line
) -> None:
    thread_id = paged.thread["id"]
    assert dispatcher.send() == Ripples(threads=frozenset({(TENANT, thread_id)}))
    link = f"{line.world.settings.public_url}/inbox/open/{thread_id}"
    assert line.log(dave) == [f"Bellhop: emergency for duty-manager. {link}"]
    assert dispatcher.fates() == [("done", None)]
    assert dispatcher.send() == CALM
    assert len(line.log(dave)) == 1


def test_a_notice_is_no_message_of_any_thread(
    paged: Person, dave: Person, dispatcher: Dispatcher, line: Line
) -> None:
    before = paged.messages
    dispatcher.send()
    news = StatusUpdate("SMstray", "failed", 30003, dispatcher.rows()[0].id, 1, TENANT)
    assert record_status(line.world, news) == CALM
    assert paged.messages == before
    assert dave.shown() == {}
    assert dispatcher.rows()[0].state == "done"


def test_a_carrier_that_does_not_say_is_not_asked_again(
    paged: Person, dave: Person, dispatcher: Dispatcher, line: Line
) -> None:
    line.breaks(on="create", kind="500_after", times=1)
    dispatcher.send()
    assert dispatcher.fates() == [("unknown", "the carrier did not say whether it took the text")]
    dispatcher.advance(hours=1)
    assert dispatcher.send() == CALM
    assert len(line.log(dave)) == 1


@pytest.mark.usefixtures("long_pauses")
def test_a_carrier_that_is_busy_is_asked_again(
    paged: Person, dave: Person, dispatcher: Dispatcher, line: Line
) -> None:
    line.breaks(on="create", kind="429", times=1)
    dispatcher.send()
    assert dispatcher.fates()[0][0] == "queued"
    assert dispatcher.send() == CALM, "not before its time"
    dispatcher.advance(seconds=121)
    dispatcher.send()
    assert dispatcher.fates() == [("done", None)]
    assert len(line.log(dave)) == 1


def test_a_phone_whose_owner_texted_stop_is_not_written_to(
    paged: Person, dave: Person, dispatcher: Dispatcher, line: Line
) -> None:
    dave.texts("please stop texting me")
    dispatcher.send()
    assert dispatcher.fates() == [("failed", OPTED_OUT)]
    assert line.log(dave) == []


def test_a_claimed_text_whose_sender_died_becomes_unknown(
    paged: Person, dave: Person, dispatcher: Dispatcher, line: Line
) -> None:
    assert len(claim_dispatches(line.world, TENANT, 10)) == 1
    assert claim_dispatches(line.world, TENANT, 10) == ()
    assert dispatcher.send() == CALM
    dispatcher.advance(seconds=61)
    dispatcher.send()
    assert dispatcher.fates() == [("unknown", DIED)]
    assert line.log(dave) == []


def test_past_its_lease_a_claimed_text_is_not_written_any_more(
    paged: Person, dave: Person, dispatcher: Dispatcher, line: Line
) -> None:
    (claim,) = claim_dispatches(line.world, TENANT, 10)
    late = replace(claim, deadline=0.0)
    record_outcome(line.world, late, try_sms(dispatcher.means, late))
    assert dispatcher.fates()[0][0] == "queued"
    assert line.log(dave) == []
