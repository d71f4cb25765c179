"""The bell: coalesced, lossless, and never waited for."""

import time

import pytest
from redis import Redis
from rq import Queue

from router.flows.ripples import Ripples
from router.jobs import bell as bell_module
from router.jobs.bell import QUEUE, Bell
from router.jobs.errand import Errand
from router.jobs.redis import connect
from tests.parts.valkey import TestValkey

SENDER = Ripples(senders=frozenset({"sender1"}))
AT_ONCE_SECONDS = 0.05


@pytest.fixture
def _short_pause(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bell_module, "PAUSE_SECONDS", 0.3)


def test_many_rings_are_one_job(bell: Bell, queue: Queue) -> None:
    for _ in range(20):
        bell.ring(SENDER)
        assert bell.flush()
    assert len(queue) == 1


def test_a_ring_after_the_job_has_begun_is_a_job_of_its_own(bell: Bell, queue: Queue) -> None:
    bell.ring(SENDER)
    assert bell.flush()
    bell.clear(Errand("drain_sender", ("sender1",)))
    bell.ring(SENDER)
    assert bell.flush()
    assert len(queue) == 2


def test_a_job_carries_a_task_and_opaque_ids_as_json(bell: Bell, queue: Queue) -> None:
    bell.ring(Ripples(erasures=frozenset({("hotel", "request1")})))
    assert bell.flush()
    [job] = queue.jobs
    assert job.data == b'["router.jobs.tasks.erase",null,["hotel","request1"],{}]'.replace(
        b",", b", "
    )


def test_settling_is_rung_apart_from_sending(bell: Bell, queue: Queue) -> None:
    bell.ring(SENDER)
    bell.settle(["sender1"])
    assert bell.flush()
    assert sorted(str(job.func_name).rpartition(".")[2] for job in queue.jobs) == [
        "drain_sender",
        "settle_sender",
    ]


def test_nothing_to_ring_costs_no_thread() -> None:
    quiet = Bell("unix:///nowhere")
    quiet.ring(Ripples())
    assert quiet.flush(0)
    assert quiet._ringer is None


@pytest.mark.usefixtures("_short_pause")
def test_a_frozen_redis_slows_no_ring_and_loses_none(own_valkey: TestValkey) -> None:
    bell = Bell(own_valkey.url)
    own_valkey.freeze()
    begun = time.monotonic()
    for number in range(50):
        bell.ring(Ripples(senders=frozenset({f"sender{number}"})))
    assert time.monotonic() - begun < AT_ONCE_SECONDS
    time.sleep(1.2)  # by now the first attempt has given up
    begun = time.monotonic()
    bell.ring(SENDER)
    assert time.monotonic() - begun < AT_ONCE_SECONDS
    own_valkey.thaw()
    assert bell.flush(5)
    assert _queued(own_valkey) == 50
    bell.close()


@pytest.mark.usefixtures("_short_pause")
def test_what_was_rung_while_redis_was_away_is_rung_once_it_is_back(own_valkey: TestValkey) -> None:
    bell = Bell(own_valkey.url)
    own_valkey.kill()
    bell.ring(SENDER)
    assert not bell.flush(0.5)
    own_valkey.start()
    assert bell.flush(5)
    assert _queued(own_valkey) == 1
    bell.close()


def test_after_a_failed_ring_none_is_tried_for_five_seconds(own_valkey: TestValkey) -> None:
    bell = Bell(own_valkey.url)
    own_valkey.kill()
    bell.ring(SENDER)
    assert not bell.flush(0.5)
    own_valkey.start()
    bell.ring(SENDER)
    assert not bell.flush(2)
    assert _queued(own_valkey) == 0


def _queued(server: TestValkey) -> int:
    with connect(server.url) as client:
        return len(Queue(QUEUE, connection=client))


def test_a_client_can_be_handed_over(redis: Redis, queue: Queue) -> None:
    bell = Bell(redis)
    bell.ring(SENDER)
    assert bell.flush()
    assert len(queue) == 1
