"""What these tests share: signals put back, a Redis client, a runtime on real flows."""

import signal
from collections.abc import Iterator

import pytest
from redis import Redis
from rq import Queue
from rq.serializers import JSONSerializer

from router.jobs.bell import QUEUE, Bell
from router.jobs.job import TaskJob
from router.jobs.redis import connect


@pytest.fixture(autouse=True)
def _signals_put_back() -> Iterator[None]:
    """A worker in this process changes the handlers."""
    kept = {number: signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)}
    yield
    for number, handler in kept.items():
        signal.signal(number, handler)


@pytest.fixture
def redis(redis_url: str) -> Iterator[Redis]:
    """A client of an empty Valkey."""
    with connect(redis_url, timeout_seconds=30) as client:
        yield client


@pytest.fixture
def queue(redis: Redis) -> Queue:
    """The one queue, as the worker reads it."""
    return Queue(QUEUE, connection=redis, serializer=JSONSerializer, job_class=TaskJob)


@pytest.fixture
def bell(redis_url: str) -> Iterator[Bell]:
    """A bell at an empty Valkey."""
    rung = Bell(connect(redis_url, timeout_seconds=30))
    yield rung
    rung.close()
