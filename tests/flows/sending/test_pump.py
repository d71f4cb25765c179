"""The pump: paces, probes, a database that goes away, an end that leaves nothing behind."""

import itertools
import threading
import time
from collections.abc import Callable
from datetime import timedelta

import pytest
from sqlalchemy import select, update
from sqlmodel import col
from structlog.testing import capture_logs

from router.carrier.api import Accepted, Outcome, Outgoing, Refused, StatusUpdate, Unknown
from router.flows.ripples import Ripples
from router.flows.sending import silence
from router.flows.sending.claims import Claim
from router.flows.sending.hands import NOT_BEGUN, Hands
from router.flows.sending.outcomes import record_all
from router.flows.sending.pump import Pump
from router.flows.sending.status import record_status
from router.flows.sweep import sweep
from router.flows.world import World
from router.settings import Settings
from router.store.engine import DatabaseDown, Store
from router.store.tables import Message, Number
from tests.flows.conftest import MAIN, Person, claims_of, wait_for
from tests.parts.drain import drain

RATE = 20.0


class Counter:
    """A carrier that takes every text, after a moment, and remembers when each came."""

    def __init__(self, answer: Outcome | None = None, seconds: float = 0.0) -> None:
        self.came_at: list[float] = []
        self.sids = itertools.count(1)
        self.bodies: list[str] = []
        self.answer = answer
        self.seconds = seconds
        self.may_answer = threading.Event()
        self.may_answer.set()

    def send(self, outgoing: Outgoing) -> Outcome:
        self.came_at.append(time.monotonic())
        self.bodies.append(outgoing.body)
        time.sleep(self.seconds)
        assert self.may_answer.wait(10)
        return self.answer or Accepted(f"SMout{next(self.sids):029x}", "queued")


def states(world: World) -> list[str]:
    with world.store.read() as connection:
        rows = connection.execute(select(col(Message.state)).where(col(Message.direction) == "out"))
        return sorted(rows.scalars())


def guests_ask(hotel: World, count: int) -> str:
    """So many guests ask for towels; the sender whose bell is to be rung."""
    for guest in range(count):
        (sender,) = Person(hotel, f"+1612555{1000 + guest}").texts("towels").ripples.senders
    return sender


def sweep_later(world: World) -> frozenset[str]:
    """The senders that the clock rings for once their bell has had its time."""
    with world.store.write() as connection:
        long_ago = world.now() - timedelta(minutes=1)
        connection.execute(update(Message).values(updated_at=long_ago))
    return sweep(world).senders


class TestPaced:
    @pytest.fixture
    def settings(self, make_settings: Callable[..., Settings], database_url: str) -> Settings:
        return make_settings(database_url=database_url, pace_long_code=RATE)

    def test_a_paced_sender_keeps_its_rate_and_never_exceeds_it(self, hotel: World) -> None:
        carrier = Counter()
        sender = guests_ask(hotel, 30)
        drain(hotel, carrier, sender)  # type: ignore[arg-type]  # it only sends
        came = sorted(carrier.came_at)
        in_a_second = [sum(one <= other < one + 1 for other in came) for one in came]
        assert max(in_a_second) <= RATE + 1, "one may have been late after it was begun in its turn"
        assert len(came) == 30

    def test_a_turn_that_a_wrong_clock_has_taken_holds_nothing_up(self, hotel: World) -> None:
        carrier = Counter()
        sender = guests_ask(hotel, 2)
        with hotel.store.write() as connection:
            tomorrow = hotel.now() + timedelta(days=1)
            connection.execute(update(Number).values(paced_until=tomorrow))
        assert sender in sweep_later(hotel)
        drain(hotel, carrier, sender)  # type: ignore[arg-type]  # it only sends
        assert len(carrier.came_at) == 2

    def test_two_pumps_keep_one_pace_together(self, hotel: World) -> None:
        carrier = Counter()
        sender = guests_ask(hotel, 20)
        both = [threading.Thread(target=drain, args=(hotel, carrier, sender)) for _ in range(2)]
        for one in both:
            one.start()
        for one in both:
            one.join()
        assert len(carrier.came_at) == 20
        assert max(carrier.came_at) - min(carrier.came_at) >= 19 / RATE / 2, "twice as fast alone"


def test_a_carrier_that_answers_nothing_is_tried_with_one_text_at_a_time(
    hotel: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(silence, "IN_A_ROW", 4)
    monkeypatch.setattr(silence, "LONGEST_PAUSE_SECONDS", 0.2)
    carrier = Counter(answer=Unknown("no answer"), seconds=0.02)
    pump = Pump(hotel, carrier, lambda _: None, at_once=4)  # type: ignore[arg-type]  # it only sends
    pump.wake(guests_ask(hotel, 30))
    wait_for(lambda: len(carrier.came_at) >= 17, 30)
    came = carrier.came_at[:17]  # up to 13 were claimed before the fourth doubt was written down
    assert came[-1] - came[-4] >= 0.4, "three pauses of 0.2 s"
    monkeypatch.setattr(silence, "LONGEST_PAUSE_SECONDS", 5.0)
    carrier.answer = None
    assert pump.finish(30), "all the rest leaves as soon as one is answered"
    pump.close()
    assert len(carrier.came_at) == 30
    assert states(hotel).count("accepted") == 30 - states(hotel).count("unknown")


def test_doubts_that_callbacks_settle_are_no_silence(
    hotel: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(silence, "IN_A_ROW", 4)
    monkeypatch.setattr(silence, "count_doubts", lambda *_: 3)
    carrier = Counter(answer=Unknown("no answer"))
    pump = Pump(hotel, carrier, lambda _: None, at_once=4)  # type: ignore[arg-type]  # it only sends
    pump.wake(guests_ask(hotel, 30))
    wait_for(lambda: len(carrier.came_at) == 30, 30)
    assert pump.finish(30)
    pump.close()


def test_outcomes_wait_for_a_database_that_was_away(
    hotel: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    carrier = Counter()
    carrier.may_answer.clear()
    pump = Pump(hotel, carrier, lambda _: None)  # type: ignore[arg-type]  # it only sends
    pump.wake(guests_ask(hotel, 3))
    until = time.monotonic() + 10
    while len(carrier.came_at) < 3:
        assert time.monotonic() < until
        time.sleep(0.01)
    write = Store.write
    down = [DatabaseDown("a test")] * 2

    def fail(store: Store) -> object:
        if down:
            raise down.pop()
        return write(store)

    monkeypatch.setattr(Store, "write", fail)
    carrier.may_answer.set()
    assert pump.finish(10)
    pump.close()
    assert states(hotel) == ["accepted"] * 3


def test_what_cannot_be_written_down_of_one_text_keeps_no_other_from_leaving(
    alice: Person, bob: Person
) -> None:
    """A callback was there before the answer, and the ledger's disk is full."""
    world, carrier = alice.world, Counter()
    carrier.may_answer.clear()
    pump = Pump(world, carrier, lambda _: None)  # type: ignore[arg-type]  # it only sends
    (sender,) = alice.texts("towels").ripples.senders
    pump.wake(sender)
    wait_for(lambda: carrier.came_at)
    early = f"SMout{1:029x}"
    record_status(world, StatusUpdate(early, "undelivered", 30005, from_address=MAIN))
    world.ledger.path.unlink(missing_ok=True)
    world.ledger.path.mkdir(parents=True)  # nothing can be appended
    carrier.may_answer.set()
    assert pump.finish(10)
    world.ledger.path.rmdir()
    bob.texts("soap please")
    pump.wake(sender)
    assert pump.finish(10)
    pump.close()
    assert [one["state"] for one in bob.messages if one["direction"] == "out"] == ["accepted"]


def test_a_round_that_breaks_is_told_and_the_pump_goes_on(alice: Person, bob: Person) -> None:
    faults = [OSError("+16125550001 asked for towels")]

    def tell(_ripples: Ripples) -> None:
        if faults:
            raise faults.pop()

    pump = Pump(alice.world, Counter(), tell)  # type: ignore[arg-type]  # it only sends
    with capture_logs() as logs:
        (sender,) = alice.texts("towels").ripples.senders
        pump.wake(sender)
        assert pump.finish(10)
        bob.texts("soap please")
        pump.wake(sender)
        assert pump.finish(10)
    pump.close()
    assert [one["event"] for one in logs if one["event"].startswith("pump")] == ["pump_broke"]
    assert states(alice.world) == ["accepted"] * 2


def test_a_thread_that_the_system_could_not_give_is_asked_for_again(
    alice: Person, bob: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    start, refused = threading.Thread.start, ["pump", "send"]

    def give(thread: threading.Thread) -> None:
        if thread.name in refused:
            refused.remove(thread.name)
            raise RuntimeError("can't start new thread")
        start(thread)

    monkeypatch.setattr(threading.Thread, "start", give)
    pump = Pump(alice.world, Counter(), lambda _: None)  # type: ignore[arg-type]  # it only sends
    (sender,) = alice.texts("towels").ripples.senders
    with pytest.raises(RuntimeError):
        pump.wake(sender)
    pump.wake(sender)
    wait_for(lambda: not refused)
    bob.texts("soap please")
    pump.wake(sender)
    assert pump.finish(10)
    pump.close()
    assert states(alice.world) == ["accepted"] * 2


def test_a_pump_that_closes_gives_back_what_it_had_not_begun(hotel: World) -> None:
    carrier = Counter()
    carrier.may_answer.clear()
    heard: list[Ripples] = []
    pump = Pump(hotel, carrier, heard.append, at_once=2)  # type: ignore[arg-type]  # it only sends
    pump.wake(guests_ask(hotel, 4))
    until = time.monotonic() + 10
    while len(carrier.came_at) < 2 or states(hotel).count("sending") < 4:
        assert time.monotonic() < until
        time.sleep(0.01)
    closing = threading.Thread(target=pump.close)
    closing.start()
    wait_for(lambda: states(hotel).count("queued") == 2)
    carrier.may_answer.set()
    closing.join(10)
    assert states(hotel) == ["accepted", "accepted", "queued", "queued"]


def test_what_is_claimed_while_a_pump_closes_is_given_back(hotel: World) -> None:
    given_back: list[tuple[Claim, Outcome]] = []
    carrier = Counter()
    hands = Hands(hotel, carrier, lambda *done: given_back.append(done), 2)  # type: ignore[arg-type]  # it only sends
    claims = claims_of(hotel, guests_ask(hotel, 2))
    assert len(claims) == 2
    hands.close(1.0)
    hands.give(claims)
    assert given_back == [(each, NOT_BEGUN) for each in claims]
    record_all(hotel, given_back)
    assert states(hotel) == ["queued"] * 2
    assert carrier.came_at == []


def test_after_a_refused_account_one_text_finds_out_whether_all_is_well(
    hotel: World, advance: Callable[..., None]
) -> None:
    carrier = Counter(answer=Refused(20003, "stop_sender"))
    sender = guests_ask(hotel, 5)
    drain(hotel, carrier, sender)  # type: ignore[arg-type]  # it only sends
    asked = len(carrier.came_at)
    drain(hotel, carrier, sender)  # type: ignore[arg-type]
    assert len(carrier.came_at) == asked, "nothing is tried while the sender is paused"
    advance(minutes=6)
    drain(hotel, carrier, sender)  # type: ignore[arg-type]
    assert len(carrier.came_at) == asked + 1
    advance(minutes=6)
    carrier.answer = None
    drain(hotel, carrier, sender)  # type: ignore[arg-type]
    assert states(hotel) == ["accepted"] * 5
    with hotel.store.read() as connection:
        paused = connection.execute(select(col(Number.paused_code)).where(col(Number.id) == sender))
        assert paused.scalar_one() is None


def test_answers_leave_before_bulk_that_was_there_before(hotel: World) -> None:
    carrier = Counter()
    sender = guests_ask(hotel, 9)
    with hotel.store.write() as connection:
        connection.execute(update(Message).where(col(Message.kind) == "reply").values(priority=2))
    Person(hotel, "+16125552000").texts("soap please")
    pump = Pump(hotel, carrier, lambda _: None, at_once=1)  # type: ignore[arg-type]  # it only sends
    pump.wake(sender)
    assert pump.finish(10)
    pump.close()
    assert carrier.bodies[0] == "Housekeeping will be with you shortly."
    assert len(carrier.bodies) == 10
