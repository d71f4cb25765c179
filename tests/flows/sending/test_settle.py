"""What is not known is settled by the log where it can tell, and else by a person."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from time import sleep
from typing import Any

import pytest
from sqlalchemy import select, update
from sqlmodel import col

from router.carrier.api import Accepted, Outgoing, StatusUpdate
from router.flows.release import release_due
from router.flows.sending.claims import Claim
from router.flows.sending.outcomes import record
from router.flows.sending.settle import unsettled
from router.flows.sending.status import record_status
from router.flows.sending.stopped import stopped_senders
from router.flows.sending.strays import keep_stray, tend_strays
from router.store.tables import Message, Thread
from tests.flows.conftest import MAIN, TENANT, Line, Person, claims_of, wait_for


def out(person: Person) -> list[dict[str, Any]]:
    return [one for one in person.messages if one["direction"] == "out"]


def states(person: Person) -> list[str]:
    return [one["state"] for one in out(person)]


def never_hears(line: Line) -> None:
    line.breaks(on="callback", kind="drop", times=None)


def leaves_in_doubt(
    line: Line, person: Person, body: str, *, taken: bool = False, **given: str
) -> None:
    """Nobody hears what became of the reply to this text; the carrier may have `taken` it."""
    line.breaks(on="create", kind="500_after" if taken else "500_before")
    person.texts(body, **given)
    line.drain()


def test_a_log_that_lags_longer_than_the_grace_settles_nothing(
    alice: Person, bob: Person, line: Line, advance: Callable[..., None]
) -> None:
    never_hears(line)
    line.breaks(on="list", kind="lag", seconds=80_000, times=None)
    leaves_in_doubt(line, alice, "towels", taken=True)
    bob.texts("soap please")
    line.drain()
    for _ in range(4):
        advance(minutes=2)
        line.settle()
        line.drain()
    assert states(alice) == ["unknown"]
    advance(minutes=5)
    line.settle()
    assert states(alice) == ["review"]
    line.drain()
    line.simulator.faults.clear()
    assert len(line.log(alice)) == 1


def test_a_log_that_is_away_for_an_hour_leaves_nothing_to_people(
    alice: Person, bob: Person, line: Line, advance: Callable[..., None]
) -> None:
    never_hears(line)
    leaves_in_doubt(line, alice, "towels")
    line.breaks(on="list", kind="500_before", times=None)
    for _ in range(4):
        advance(minutes=15)
        line.settle()
    assert states(alice) == ["unknown"]
    line.simulator.faults.clear()
    bob.texts("soap please")
    line.drain()
    advance(minutes=1)
    line.settle()
    assert states(alice) == ["queued"]


def test_a_log_that_is_away_for_longer_leaves_a_text_to_people(
    alice: Person, line: Line, advance: Callable[..., None]
) -> None:
    never_hears(line)
    leaves_in_doubt(line, alice, "towels")
    line.breaks(on="list", kind="500_before", times=None)
    for hours in (3, 2):
        advance(hours=hours)
        line.settle()
    assert states(alice) == ["review"]
    assert message_reasons(alice) == ["log is away"]


def test_a_log_that_refuses_our_account_is_waited_for_as_one_that_is_away(
    alice: Person, line: Line, advance: Callable[..., None]
) -> None:
    """A token that was exchanged at the carrier first, and is exchanged here an hour later."""
    never_hears(line)
    leaves_in_doubt(line, alice, "towels", taken=True)
    line.breaks(on="list", kind="401", times=None)
    for minutes in (3, 20, 40):
        advance(minutes=minutes)
        line.settle()
        assert states(alice) == ["unknown"]
        assert message_reasons(alice) == ["log is away"]
    line.simulator.faults.clear()
    advance(minutes=1)
    line.settle()
    assert states(alice) == ["delivered"]


def test_a_log_that_refuses_one_question_is_asked_for_minutes_only(
    alice: Person, line: Line, advance: Callable[..., None]
) -> None:
    never_hears(line)
    leaves_in_doubt(line, alice, "towels", taken=True)
    line.breaks(on="list", kind="21211", times=None)
    for minutes, state in ((3, "unknown"), (9, "review")):
        advance(minutes=minutes)
        line.settle()
        assert states(alice) == [state]
        assert message_reasons(alice) == ["log lags"]


@pytest.mark.parametrize(
    ("code", "state", "stopped", "next_one"),
    [
        (30005, "undelivered", [], "suppressed"),
        (30002, "undelivered", [30002], "queued"),
        (30003, "held", [], "queued"),
    ],
)
def test_a_text_that_the_log_shows_as_failed_is_heeded_as_its_callback_would_be(
    alice: Person,
    line: Line,
    advance: Callable[..., None],
    *,
    code: int,
    state: str,
    stopped: list[int],
    next_one: str,
) -> None:
    never_hears(line)
    line.breaks(on="delivery", kind=str(code))
    leaves_in_doubt(line, alice, "towels", taken=True)
    line.delivers_all(alice, "undelivered")
    advance(minutes=3)
    line.settle()
    (told,) = out(alice)
    assert (told["state"], told["error"]) == (state, code)
    assert [one.code for one in stopped_senders(alice.world, TENANT)] == stopped
    alice.texts("towels")
    assert states(alice)[-1] == next_one


def test_an_attempt_whose_process_is_gone_is_in_doubt_once_its_lease_ends_and_no_log_is_asked(
    alice: Person, advance: Callable[..., None]
) -> None:
    claimed(alice, "towels")
    assert not unsettled(alice.world)
    assert states(alice) == ["sending"]
    advance(seconds=61)
    assert not unsettled(alice.world), "the grace goes on"
    assert states(alice) == ["unknown"]


def test_an_older_witness_is_believed_once_the_log_has_come_to_the_end_of_the_lease(
    alice: Person, bob: Person, line: Line, advance: Callable[..., None]
) -> None:
    """The carrier may have taken the text so late, and its log show what came a moment before."""
    never_hears(line)
    bob.texts("soap please")
    line.drain()
    leaves_in_doubt(line, alice, "towels")
    for seconds in (121, 10):
        advance(seconds=seconds)
        line.settle()
        assert states(alice) == ["unknown"]
    advance(minutes=2)
    line.settle()
    assert states(alice) == ["queued"]


def test_a_text_of_theirs_that_came_late_bears_witness_of_when_the_carrier_had_it(
    alice: Person, line: Line, missed: Callable[..., str], advance: Callable[..., None]
) -> None:
    never_hears(line)
    sid = missed(alice, "towels")
    advance(seconds=100)
    line.breaks(on="list", kind="lag", seconds=225, times=None)
    leaves_in_doubt(line, alice, "towels", sid=sid, taken=True)
    advance(seconds=127)
    line.settle()
    assert states(alice) == ["unknown"]
    advance(seconds=63)
    line.settle()
    assert states(alice) == ["unknown"], "the log has gone on by a minute: not to the attempt"
    line.delivers_all(alice)
    advance(minutes=3)
    line.settle()
    assert states(alice) == ["delivered"]


def test_a_text_of_theirs_from_long_before_hides_no_witness_that_the_log_does_not_show_yet(
    alice: Person, bob: Person, line: Line, missed: Callable[..., str], advance: Callable[..., None]
) -> None:
    never_hears(line)
    sid = missed(alice, "towels")
    advance(minutes=40)
    bob.texts("soap please")
    line.drain()
    advance(seconds=20)
    line.breaks(on="list", kind="lag", seconds=300, times=None)
    leaves_in_doubt(line, alice, "towels", sid=sid, taken=True)
    line.delivers_all(alice)
    for _ in range(3):
        advance(seconds=125)
        line.settle()
    assert states(alice) == ["delivered"]


def test_a_log_that_comes_back_is_not_trusted_at_its_first_look(
    alice: Person, line: Line, advance: Callable[..., None]
) -> None:
    """Nobody bears witness."""
    never_hears(line)
    leaves_in_doubt(line, alice, "towels")
    advance(seconds=125)
    line.breaks(on="list", kind="500_before", times=None)
    line.settle()
    line.simulator.faults.clear()
    never_hears(line)
    advance(seconds=125)
    line.settle()
    assert states(alice) == ["unknown"]
    advance(seconds=125)
    line.settle()
    assert states(alice) == ["queued"]


def test_doubts_that_nobody_could_look_up_in_an_outage_wait_for_one_more_look(
    alice: Person, bob: Person, line: Line, advance: Callable[..., None]
) -> None:
    never_hears(line)
    leaves_in_doubt(line, alice, "towels")
    advance(minutes=15)
    line.breaks(on="list", kind="lag", seconds=60, times=None)
    bob.texts("soap please")
    line.drain()
    line.settle()
    assert states(alice) == ["unknown"], "bob is in the log in a minute"
    advance(seconds=61)
    line.settle()
    assert states(alice) == ["queued"]


def test_a_log_that_was_seen_to_lag_is_not_trusted_to_have_come_so_far_without_proof(
    alice: Person, bob: Person, line: Line, advance: Callable[..., None]
) -> None:
    never_hears(line)
    bob.texts("soap please")
    line.drain()
    line.breaks(on="list", kind="lag", seconds=80_000, times=None)
    leaves_in_doubt(line, alice, "towels")
    advance(seconds=125)
    line.settle()
    line.simulator.faults.clear()
    never_hears(line)
    for _ in range(3):
        advance(seconds=70)
        line.settle()
    assert states(alice) == ["unknown"], "only who was there before the attempt is shown"
    bob.texts("towels")
    line.drain()
    advance(seconds=31)
    line.settle()
    assert states(alice) == ["queued"]


def test_an_unknown_holds_its_thread_for_the_grace_and_then_no_longer(
    alice: Person, bob: Person, line: Line, advance: Callable[..., None]
) -> None:
    never_hears(line)
    line.breaks(on="list", kind="lag", seconds=80_000, times=None)
    bob.texts("towels")
    line.drain()
    line.breaks(on="create", kind="500_before")
    alice.texts("towels")
    alice.texts("soap please")
    line.drain()
    advance(seconds=119)
    line.drain()
    assert states(alice) == ["unknown", "queued"]
    advance(seconds=12)
    line.drain()
    assert states(alice) == ["unknown", "accepted"]
    line.simulator.faults.clear()
    never_hears(line)
    advance(minutes=1)
    line.settle()
    assert states(alice) == ["review", "accepted"], "sent now it would come out of order"


def test_of_two_texts_in_doubt_with_the_same_words_each_finds_its_own(
    alice: Person, line: Line, advance: Callable[..., None]
) -> None:
    never_hears(line)
    leaves_in_doubt(line, alice, "towels")
    line.breaks(on="create", kind="500_after")
    alice.texts("towels")
    advance(seconds=131)
    line.drain()
    assert states(alice) == ["unknown", "unknown"]
    line.delivers_all(alice)
    advance(minutes=3)
    line.settle()
    assert states(alice) == ["review", "delivered"]


def test_a_text_that_the_log_may_show_in_other_words_is_a_persons_to_decide(
    alice: Person, line: Line, advance: Callable[..., None]
) -> None:
    never_hears(line)
    leaves_in_doubt(line, alice, "towels")
    sent_as(line, alice, "Sent from your trial account - Towels are on the way.")
    advance(minutes=3)
    line.settle()
    assert states(alice) == ["review"]
    assert message_reasons(alice) == ["other words"]


def test_another_text_of_ours_in_the_log_is_not_taken_for_the_doubtful_one(
    alice: Person, line: Line, advance: Callable[..., None]
) -> None:
    """A code has overtaken it, and nothing was heard of that either."""
    never_hears(line)
    leaves_in_doubt(line, alice, "towels")
    leaves_in_doubt(line, alice, "DELETE", taken=True)
    assert states(alice) == ["unknown", "unknown"]
    line.delivers_all(alice)
    advance(minutes=3)
    line.settle()
    assert states(alice) == ["queued", "delivered"]


def sent_as(line: Line, person: Person, body: str) -> None:
    """The carrier takes a text to this person that no message of ours accounts for."""
    outgoing = Outgoing(person.address, MAIN, body, None, "", line.world.monotonic() + 10)
    assert isinstance(line.carrier.send(outgoing), Accepted)


def message_reasons(person: Person) -> list[str | None]:
    with person.world.store.read() as connection:
        ours = select(col(Message.reason)).where(col(Message.direction) == "out")
        return list(connection.execute(ours).scalars())


def test_a_text_that_is_settled_while_a_later_one_is_claimed_is_not_queued_behind_it(
    alice: Person, line: Line, advance: Callable[..., None]
) -> None:
    claimed(alice, "towels")
    alice.texts("soap please")
    advance(minutes=3)
    later = out(alice)[1]["id"]
    with ThreadPoolExecutor(1) as aside:
        with alice.world.store.write() as connection:
            connection.execute(select(col(Thread.id)).with_for_update())
            being_claimed = update(Message).where(col(Message.id) == later)
            connection.execute(being_claimed.values(state="sending", attempt=1))
            settling = aside.submit(line.settle)
            sleep(0.1)
        settling.result(30)
    assert states(alice) == ["review", "sending"]


@pytest.mark.parametrize(("kind", "code"), [("undelivered", 30003), ("failed", 30001)])
def test_a_text_that_was_not_delivered_for_a_reason_that_passes_is_sent_once_more(
    alice: Person, line: Line, advance: Callable[..., None], kind: str, code: int
) -> None:
    line.breaks(on="delivery", kind=kind, code=code, times=2)
    alice.texts("towels")
    line.drain()
    wait_for(lambda: states(alice) == ["held"])
    advance(minutes=11)
    release_due(alice.world)
    line.drain()
    wait_for(lambda: states(alice) == [kind])
    assert len(line.log(alice)) == 2


@pytest.mark.parametrize(("kind", "code"), [("undelivered", 30003), ("failed", 30022)])
def test_a_code_is_not_sent_once_more(alice: Person, line: Line, kind: str, code: int) -> None:
    line.breaks(on="delivery", kind=kind, code=code)
    alice.texts("DELETE")
    line.drain()
    wait_for(lambda: states(alice) == [kind])


def test_news_that_it_arrived_after_all_ends_the_wait_for_the_retry(
    alice: Person, line: Line
) -> None:
    never_hears(line)
    alice.texts("towels")
    line.drain()
    (message,) = out(alice)
    for status, code, state in (("undelivered", 30003, "held"), ("undelivered", 30003, "held"),
                                ("delivered", None, "delivered")):  # fmt: skip
        news = StatusUpdate(message["sid"], status, code, message["id"], 1, TENANT)
        record_status(alice.world, news)
        assert states(alice) == [state]


def test_a_status_that_names_no_message_is_merged_once_its_sid_is_known(
    alice: Person, line: Line
) -> None:
    never_hears(line)
    alice.texts("towels")
    line.drain()
    (message,) = out(alice)
    news = StatusUpdate(message["sid"], "delivered", None, from_address=MAIN)
    record_status(alice.world, news)
    assert states(alice) == ["delivered"]


def claimed(person: Person, body: str) -> Claim:
    (sender_id,) = person.texts(body).ripples.senders
    (only,) = claims_of(person.world, sender_id)
    return only


def stray(person: Person, status: str, code: int | None = None) -> None:
    record_status(person.world, stray_news(status, code))


def stray_news(status: str, code: int | None = None) -> StatusUpdate:
    return StatusUpdate("SMstray", status, code, from_address=MAIN)


def test_a_status_that_comes_before_its_sid_is_known_is_merged_once_it_is(alice: Person) -> None:
    mine = claimed(alice, "towels")
    stray(alice, "delivered")
    stray(alice, "sent")
    record(alice.world, mine, Accepted("SMstray", "queued"))
    assert states(alice) == ["delivered"]


def test_a_stray_status_is_forgotten_after_an_hour(
    alice: Person, advance: Callable[..., None]
) -> None:
    mine = claimed(alice, "towels")
    stray(alice, "delivered")
    advance(minutes=61)
    tend_strays(alice.world)
    record(alice.world, mine, Accepted("SMstray", "queued"))
    assert states(alice) == ["accepted"]


def test_two_first_statuses_that_come_at_once_are_both_heard(alice: Person) -> None:
    mine = claimed(alice, "towels")
    with ThreadPoolExecutor(1) as aside:
        with alice.world.store.write() as connection:
            keep_stray(alice.world, connection, stray_news("sent"))
            beside = aside.submit(stray, alice, "delivered")
            sleep(0.1)
        beside.result(30)
    record(alice.world, mine, Accepted("SMstray", "queued"))
    assert states(alice) == ["delivered"]


def test_a_status_that_came_while_its_sid_was_written_down_is_merged_by_the_clock(
    alice: Person,
) -> None:
    record(alice.world, claimed(alice, "towels"), Accepted("SMstray", "queued"))
    with alice.world.store.write() as connection:
        keep_stray(alice.world, connection, stray_news("delivered"))
    ripples = tend_strays(alice.world)
    assert ripples.threads
    assert states(alice) == ["delivered"]
    assert not tend_strays(alice.world).threads


def test_a_text_is_written_down_as_taken_although_what_came_before_cannot_be_merged_yet(
    alice: Person,
) -> None:
    mine, ledger = claimed(alice, "towels"), alice.world.ledger.path
    stray(alice, "undelivered", 30005)
    ledger.unlink(missing_ok=True)
    ledger.mkdir(parents=True)  # nothing can be appended
    record(alice.world, mine, Accepted("SMstray", "queued"))
    assert states(alice) == ["accepted"]
    ledger.rmdir()
    tend_strays(alice.world)
    assert states(alice) == ["undelivered"]
    assert alice.shown()["consent"]["opted_out"]


def test_a_text_that_failed_as_it_was_taken_is_heeded_as_if_a_callback_told_it(
    alice: Person,
) -> None:
    record(alice.world, claimed(alice, "towels"), Accepted("SMfailed", "failed", 21610))
    assert states(alice) == ["failed"]
    assert alice.shown()["consent"]["opted_out"]


def test_what_the_carrier_said_in_the_end_is_right_whatever_was_made_of_the_attempt(
    alice: Person, line: Line, advance: Callable[..., None]
) -> None:
    mine = claimed(alice, "towels")
    advance(minutes=3)
    line.settle()
    assert states(alice) == ["queued"]
    record(alice.world, mine, Accepted("SMlate", "queued"))
    assert states(alice) == ["accepted"]
