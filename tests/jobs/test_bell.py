"""The bell: coalesced, lossless, and never waited for."""

import time
from collections.abc import Callable, Iterator
from statistics import median

import pytest
from redis import Redis
from rq import Queue

from router.flows.ripples import Ripples
from router.jobs import bell as bell_module
from router.jobs.bell import QUEUE, Bell
from router.jobs.errand import Errand
from router.jobs.redis import connect
from router.meters import BELL_FAILURES, Meters
from tests.flows.conftest import wait_for
from tests.parts.valkey import TestValkey

SENDER = Ripples(senders=frozenset({"sender1"}))
AT_ONCE_SECONDS = 0.05
SOON_SECONDS = 15.0

Hang = Callable[..., Bell]


@pytest.fixture
def hang() -> Iterator[Hang]:
    """Makes bells of the test's own; their threads end with it."""
    hung: list[Bell] = []

    def make(redis_url: str | Redis, meters: Meters | None = None) -> Bell:
        hung.append(Bell(redis_url, meters))
        return hung[-1]

    yield make
    for bell in hung:
        bell.close()
        if bell._ringer is not None:
            bell._ringer.join(SOON_SECONDS)


@pytest.fixture
def _short_pause(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bell_module, "PAUSE_SECONDS", 0.3)


def test_many_rings_are_one_job(bell: Bell, queue: Queue, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bell_module, "RUNG_SECONDS", 60)
    for _ in range(20):
        bell.ring(SENDER)
        assert bell.flush(SOON_SECONDS)
    assert len(queue) == 1


def test_a_ring_after_the_job_has_begun_is_a_job_of_its_own(bell: Bell, queue: Queue) -> None:
    bell.ring(SENDER)
    assert bell.flush(SOON_SECONDS)
    bell.clear(Errand("drain_sender", ("sender1",)))
    bell.ring(SENDER)
    assert bell.flush(SOON_SECONDS)
    assert len(queue) == 2


def test_a_job_carries_a_task_and_opaque_ids_as_json(bell: Bell, queue: Queue) -> None:
    bell.ring(Ripples(erasures=frozenset({("hotel", "request1")})))
    assert bell.flush(SOON_SECONDS)
    [job] = queue.jobs
    assert job.data == b'["router.jobs.tasks.erase",null,["hotel","request1"],{}]'.replace(
        b",", b", "
    )


def test_settling_is_rung_apart_from_sending(bell: Bell, queue: Queue) -> None:
    bell.ring(SENDER)
    bell.settle(["sender1"])
    assert bell.flush(SOON_SECONDS)
    assert sorted(str(job.func_name).rpartition(".")[2] for job in queue.jobs) == [
        "drain_sender",
        "settle_sender",
    ]


def test_nothing_to_ring_costs_no_thread() -> None:
    quiet = Bell("unix:///nowhere")
    quiet.ring(Ripples())
    assert quiet.flush(0)
    assert quiet._ringer is None


def test_a_frozen_redis_slows_no_ring(own_valkey: TestValkey, hang: Hang) -> None:
    with connect(own_valkey.url, timeout_seconds=5 * SOON_SECONDS) as patient:
        bell = hang(patient)
        own_valkey.freeze()
        took: list[float] = []
        for number in range(50):
            took.append(_seconds_of_ring(bell, f"sender{number}"))
            assert sum(took) < SOON_SECONDS, "it waited for an answer"
        assert median(took) < AT_ONCE_SECONDS
        own_valkey.thaw()
        assert bell.flush(SOON_SECONDS)
        assert _queued(own_valkey) == 50


@pytest.mark.usefixtures("_short_pause")
def test_what_a_frozen_redis_did_not_take_is_rung_once_it_thaws(
    own_valkey: TestValkey, hang: Hang
) -> None:
    meters = Meters()
    bell = hang(own_valkey.url, meters)
    own_valkey.freeze()
    for number in range(50):
        bell.ring(Ripples(senders=frozenset({f"sender{number}"})))
    wait_for(lambda: _failures(meters) >= 1, SOON_SECONDS)
    assert min(_seconds_of_ring(bell, "sender1") for _ in range(5)) < AT_ONCE_SECONDS
    own_valkey.thaw()
    assert bell.flush(SOON_SECONDS)
    assert _queued(own_valkey) == 50


@pytest.mark.usefixtures("_short_pause")
def test_what_was_rung_while_redis_was_away_is_rung_once_it_is_back(
    own_valkey: TestValkey, hang: Hang
) -> None:
    bell = hang(own_valkey.url)
    own_valkey.kill()
    bell.ring(SENDER)
    assert not bell.flush(0.5)
    own_valkey.start()
    assert bell.flush(SOON_SECONDS)
    assert _queued(own_valkey) == 1


def test_after_a_failed_ring_none_is_tried_for_five_seconds(
    own_valkey: TestValkey, hang: Hang, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert bell_module.PAUSE_SECONDS == 5
    monkeypatch.setattr(bell_module, "PAUSE_SECONDS", 60.0)
    meters = Meters()
    bell = hang(own_valkey.url, meters)
    own_valkey.kill()
    bell.ring(SENDER)
    wait_for(lambda: _failures(meters) >= 1, SOON_SECONDS)
    own_valkey.start()
    assert _seconds_of_ring(bell, "sender1") < SOON_SECONDS, "it waited for the pause to end"
    assert not bell.flush(2)
    assert _queued(own_valkey) == 0


def _failures(meters: Meters) -> float:
    return meters.counts().get((BELL_FAILURES.name, ()), (0.0,))[0]


def _seconds_of_ring(bell: Bell, sender: str) -> float:
    begun = time.monotonic()
    bell.ring(Ripples(senders=frozenset({sender})))
    return time.monotonic() - begun


def _queued(server: TestValkey) -> int:
    with connect(server.url, timeout_seconds=5 * SOON_SECONDS) as client:
        return len(Queue(QUEUE, connection=client))


def test_a_client_can_be_handed_over(redis: Redis, queue: Queue, hang: Hang) -> None:
    bell = hang(redis)
    bell.ring(SENDER)
    assert bell.flush(SOON_SECONDS)
    assert len(queue) == 1
