"""Worker and clock as processes: they end when told, and outlive Redis."""

import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from redis import Redis

from router.flows.ripples import Ripples
from router.jobs.bell import Bell
from router.jobs.errand import Errand
from router.jobs.redis import connect
from router.jobs.worker import has_worker
from router.settings import Settings
from tests.cli.conftest import ROOT, as_environment
from tests.parts.valkey import TestValkey

Start = Callable[..., "subprocess.Popen[bytes]"]
LONGEST_SECONDS = 30


@pytest.fixture(params=["sqlite"])
def database(request: pytest.FixtureRequest) -> str:
    """Processes are the same on both."""
    return str(request.param)


@pytest.fixture
def start(settings: Settings, own_valkey: TestValkey, tmp_path: Path) -> Iterator[Start]:
    """Starts `bellhop worker` or `clock` at a Valkey of the test's own, and waits for it."""
    started: list[subprocess.Popen[bytes]] = []

    def run(command: str) -> "subprocess.Popen[bytes]":
        environment = as_environment(settings) | {"REDIS_URL": own_valkey.url}
        with (tmp_path / command).open("ab") as log:
            process = subprocess.Popen(
                [sys.executable, "-m", "router.cli", command], cwd=ROOT, env=environment, stderr=log
            )
        started.append(process)
        _wait_until(lambda: b"_started" in (tmp_path / command).read_bytes())
        return process

    yield run
    for process in started:
        process.kill()
        process.wait()


@pytest.fixture
def client(own_valkey: TestValkey) -> Iterator[Redis]:
    with connect(own_valkey.url, timeout_seconds=30) as opened:
        yield opened


def _wait_until(holds: Callable[[], bool]) -> None:
    deadline = time.monotonic() + LONGEST_SECONDS
    while not holds():
        assert time.monotonic() < deadline
        time.sleep(0.05)


def _is_done(client: Redis, sender: str) -> bool:
    return not client.exists(Errand("drain_sender", (sender,)).key)


def _ring(url: str, sender: str) -> None:
    bell = Bell(connect(url, timeout_seconds=30))
    bell.ring(Ripples(senders=frozenset({sender})))
    assert bell.flush(15)
    bell.close()


def test_a_worker_runs_what_is_rung_and_ends_when_told(
    start: Start, client: Redis, own_valkey: TestValkey
) -> None:
    process = start("worker")
    _wait_until(lambda: has_worker(client))
    _ring(own_valkey.url, "gone")
    _wait_until(lambda: _is_done(client, "gone"))
    process.send_signal(signal.SIGTERM)
    assert process.wait(LONGEST_SECONDS) == 0
    assert not has_worker(client)


def test_a_worker_outlives_a_redis_that_was_killed_and_came_back_empty(
    start: Start, client: Redis, own_valkey: TestValkey
) -> None:
    process = start("worker")
    _wait_until(lambda: has_worker(client))
    own_valkey.kill()
    time.sleep(1)
    own_valkey.start()
    _ring(own_valkey.url, "gone")
    _wait_until(lambda: _is_done(client, "gone"))
    assert process.poll() is None
    process.send_signal(signal.SIGTERM)
    assert process.wait(LONGEST_SECONDS) == 0


def test_a_worker_started_without_redis_waits_for_it_and_ends_when_told(
    start: Start, own_valkey: TestValkey
) -> None:
    own_valkey.kill()
    process = start("worker")
    time.sleep(1.5)
    assert process.poll() is None
    process.send_signal(signal.SIGTERM)
    assert process.wait(LONGEST_SECONDS) == 0


def test_what_a_killed_worker_left_is_run_by_the_next(
    start: Start, client: Redis, own_valkey: TestValkey
) -> None:
    killed = start("worker")
    _wait_until(lambda: has_worker(client))
    killed.kill()
    _ring(own_valkey.url, "gone")
    start("worker")
    _wait_until(lambda: _is_done(client, "gone"))


def test_a_clock_outlives_redis_and_ends_when_told(start: Start, own_valkey: TestValkey) -> None:
    own_valkey.kill()
    process = start("clock")
    time.sleep(1.5)
    assert process.poll() is None
    process.send_signal(signal.SIGTERM)
    assert process.wait(LONGEST_SECONDS) == 0
