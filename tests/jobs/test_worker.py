"""The worker: only tasks run, whatever stands in Redis, and nothing there takes it down."""

import os
import signal
import threading
import time
import zlib
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pytest
from redis import Redis
from redis.exceptions import RedisError
from rq import Queue
from rq.job import JobStatus
from rq.serializers import JSONSerializer

from router.couriers.couriers import make_couriers
from router.flows.sending.pump import Pump
from router.flows.world import World
from router.jobs import tasks
from router.jobs.bell import QUEUE, Bell
from router.jobs.errand import Errand
from router.jobs.job import TaskJob
from router.jobs.worker import SHAPES, WorkLoop, has_worker, make_worker
from router.meters import JOBS, Meters
from tests.jobs.no_carrier import NoCarrier


@pytest.fixture(params=["sqlite"])
def database(request: pytest.FixtureRequest) -> str:
    """What RQ does does not depend on the database."""
    return str(request.param)


@pytest.fixture(autouse=True)
def _serving(world: World, bell: Bell) -> Iterator[None]:
    couriers = make_couriers(world.settings)
    runtime = tasks.Runtime(world, NoCarrier(), bell, couriers)
    tasks.serve(runtime)
    yield
    runtime.close()
    tasks._runtime.clear()


def _enqueue(redis: Redis, function: str, *arguments: object) -> str:
    plain = Queue(QUEUE, connection=redis, serializer=JSONSerializer)
    return str(plain.enqueue(function, args=arguments, failure_ttl=60).id)


def url_of(redis: Redis) -> str:
    """Where that client's server is."""
    return f"unix://{redis.connection_pool.connection_kwargs['path']}"


def _work(redis: Redis) -> None:
    make_worker(redis).work(burst=True, logging_level="WARNING")


def _status(redis: Redis, job_id: str) -> JobStatus | None:
    return TaskJob.fetch(job_id, redis, JSONSerializer).get_status()


def test_a_job_for_a_row_that_no_longer_exists_ends_well(redis: Redis, queue: Queue) -> None:
    for task, ids in [("drain_sender", ("gone",)), ("settle_sender", ("gone",)),
                      ("erase", ("gone", "gone")), ("send_dispatches", ("gone",))]:  # fmt: skip
        _enqueue(redis, Errand(task, ids).path, *ids)
    _work(redis)
    assert len(queue) == 0
    assert len(queue.failed_job_registry) == 0


def test_a_task_clears_its_bell_before_it_reads(redis: Redis, bell: Bell) -> None:
    errand = Errand("drain_sender", ("gone",))
    redis.set(errand.key, 1)
    _enqueue(redis, errand.path, "gone")
    _work(redis)
    assert not redis.exists(errand.key)


@pytest.mark.parametrize(
    "function", ["os.system", "subprocess.run", "router.jobs.tasks.serve", "builtins.exec"]
)
def test_a_job_that_names_another_function_never_runs(
    redis: Redis, tmp_path: Path, function: str
) -> None:
    proof = tmp_path / "ran"
    job_id = _enqueue(redis, function, f"touch {proof}")
    _work(redis)
    assert not proof.exists()
    assert _status(redis, job_id) == JobStatus.FAILED


def test_a_callback_written_into_a_job_never_runs(redis: Redis, tmp_path: Path) -> None:
    job_id = _enqueue(redis, Errand("drain_sender", ()).path, "gone")
    redis.hset(f"rq:job:{job_id}", mapping={"success_callback_name": "os.system"})
    redis.hset(f"rq:job:{job_id}", mapping={"failure_callback_name": "os.system"})
    fetched = TaskJob.fetch(job_id, redis, JSONSerializer)
    assert fetched.success_callback is None
    assert fetched.failure_callback is None


@pytest.mark.parametrize("argument", ["+1 612 555 0100", "a text", 7, None, "x" * 81, "ü"])
def test_an_argument_that_is_no_opaque_id_is_refused(redis: Redis, argument: object) -> None:
    job_id = _enqueue(redis, Errand("drain_sender", ()).path, argument)
    _work(redis)
    assert _status(redis, job_id) == JobStatus.FAILED


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("created_at", "yesterday"),
        ("enqueued_at", b"\xff"),
        ("status", "dancing"),
        ("timeout", "soon"),
        ("data", b"\x80\x04\x95pickle"),
        ("data", b"{}"),
        ("data", b"[[1], null, {}, []]"),
        ("meta", b"\xff"),
        ("dependency_ids", b"{"),
    ],
)
def test_a_poisoned_job_is_put_aside_and_the_next_one_runs(
    redis: Redis, queue: Queue, field: str, value: str | bytes
) -> None:
    poisoned = _enqueue(redis, Errand("drain_sender", ()).path, "gone")
    redis.hset(f"rq:job:{poisoned}", field, value)
    errand = Errand("drain_sender", ("good",))
    redis.set(errand.key, 1)
    _enqueue(redis, errand.path, "good")
    _work(redis)
    assert not redis.exists(errand.key)
    assert len(queue) == 0


@pytest.mark.parametrize("garbage", [b"not an id!", b"\xff\xfe", b"", b"a:b"])
def test_garbage_in_the_queue_does_not_stop_the_work(redis: Redis, garbage: bytes) -> None:
    redis.lpush(f"rq:queue:{QUEUE}", garbage)
    _run_until_done(redis)


def test_a_job_key_of_another_type_does_not_stop_the_work(redis: Redis) -> None:
    redis.set("rq:job:abc", "a string")
    redis.lpush(f"rq:queue:{QUEUE}", "abc")
    _run_until_done(redis)


@pytest.mark.parametrize("key", SHAPES)
def test_a_key_of_another_type_stops_no_worker(redis: Redis, key: str) -> None:
    redis.hset(key, "a", "b")
    with suppress(RedisError):  # a queue that is no list takes no ring: the clock rings again
        _enqueue(redis, Errand("drain_sender", ()).path, "good")
    WorkLoop(url_of(redis)).run(burst=True)
    _run_until_done(redis)


def test_garbage_in_the_registries_stops_no_worker(redis: Redis) -> None:
    for key in ("rq:wip:bellhop", "rq:failed:bellhop", "rq:finished:bellhop"):
        redis.zadd(key, {b"\xff\xfe": 1, "gone": 1, "a:b:c": 1})
    _run_until_done(redis)
    assert redis.zcard("rq:failed:bellhop") == 0


def test_a_huge_job_is_put_aside_unread(redis: Redis, queue: Queue) -> None:
    huge = {"bomb": zlib.compress(b"0" * 50_000_000), "big": b"0" * 5_000_000}
    for job_id, data in huge.items():
        fields = {"data": data, "created_at": "2026-01-01T00:00:00Z", "origin": QUEUE}
        redis.hset(f"rq:job:{job_id}", mapping=fields)
        redis.lpush(f"rq:queue:{QUEUE}", job_id)
    _run_until_done(redis)
    assert set(queue.failed_job_registry.get_job_ids(cleanup=False)) == set(huge)


def test_a_failed_job_is_forgotten_when_its_time_is_over(redis: Redis, queue: Queue) -> None:
    plain = Queue(QUEUE, connection=redis, serializer=JSONSerializer)
    job_id = plain.enqueue("os.system", args=("gone",), failure_ttl=1).id
    meters = Meters()
    make_worker(redis, meters).work(burst=True, logging_level="WARNING")
    assert meters.counts()[JOBS.name, ("quarantined",)] == (1.0,)
    assert queue.failed_job_registry.get_job_count(cleanup=False) == 1
    time.sleep(2.1)  # its time is kept in whole seconds
    WorkLoop(url_of(redis)).run(burst=True)
    assert not redis.exists(f"rq:job:{job_id}")
    assert redis.zcard(queue.failed_job_registry.key) == 0


def test_garbage_left_half_popped_does_not_stop_the_start(redis: Redis) -> None:
    redis.lpush(f"rq:queue:{QUEUE}:intermediate", b"\xff\xfe", "gone")
    _run_until_done(redis)


def _run_until_done(redis: Redis) -> None:
    """A job behind the garbage is done within three starts of the loop."""
    errand = Errand("drain_sender", ("good",))
    redis.set(errand.key, 1)
    _enqueue(redis, errand.path, "good")
    for _ in range(3):
        WorkLoop(url_of(redis)).run(burst=True)
    assert not redis.exists(errand.key)


def test_orders_in_redis_stop_no_worker(redis: Redis) -> None:
    redis.set("rq:suspended", 1)
    worker = make_worker(redis)
    worker.bootstrap(logging_level="WARNING")
    order = '{"command": "shutdown"}'
    assert redis.publish(worker.pubsub_channel_name, order) == 0  # nobody hears it
    worker.register_death()  # type: ignore[no-untyped-call]  # RQ leaves it untyped
    _run_until_done(redis)


def test_a_worker_that_has_idled_hears_a_bell_at_once(redis: Redis) -> None:
    took: list[float] = []

    def ring_three_times() -> None:
        for _ in range(3):
            time.sleep(1.5)
            errand, began = Errand("drain_sender", ("good",)), time.monotonic()
            redis.set(errand.key, 1)
            _enqueue(redis, errand.path, "good")
            while redis.exists(errand.key) and time.monotonic() < began + 10:
                time.sleep(0.01)
            took.append(time.monotonic() - began)
        os.kill(os.getpid(), signal.SIGTERM)

    ringing = threading.Thread(target=ring_three_times)
    ringing.start()
    WorkLoop(url_of(redis)).run()
    ringing.join()
    assert min(took) < 0.9, "it was waiting for something else"


def test_a_failed_job_leaves_no_traceback_behind(
    redis: Redis, queue: Queue, monkeypatch: pytest.MonkeyPatch
) -> None:
    def break_down(*_: object) -> None:
        raise RuntimeError("+16125550123 wrote hello")

    monkeypatch.setattr(Pump, "wake", break_down)
    _enqueue(redis, Errand("drain_sender", ()).path, "gone")
    _work(redis)
    assert len(queue.failed_job_registry) == 1
    stored = b"".join(redis.dump(key) or b"" for key in redis.scan_iter())
    assert b"16125550123" not in stored


def test_a_worker_s_name_that_rq_cannot_read_is_none_that_listens(redis: Redis) -> None:
    redis.sadd(f"rq:workers:{QUEUE}", "garbage")
    assert not has_worker(redis)
