"""A web process that is told to end: what runs is finished, streams end at once."""

import fcntl
import http.client
import json
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from urllib.parse import urlencode

import pytest

from router.carrier.signature import SIGNATURE_HEADER, sign
from router.flows.world import World
from router.jobs.shared_meters import SharedMeters
from router.meters import INBOUND, STREAMS, Meters
from tests.cli.conftest import ROOT, as_environment
from tests.parts.locked import is_locked
from tests.parts.ports import free_port
from tests.web.visitor import GUEST, HOTEL, Visitor

LONGEST_SECONDS = 30
FORM = {"MessageSid": "SM" + "7" * 32, "From": GUEST, "To": HOTEL, "Body": "hi", "NumMedia": "0"}


@pytest.fixture(params=["sqlite"])
def database(request: pytest.FixtureRequest) -> str:
    """Processes are the same on both."""
    return str(request.param)


@pytest.fixture
def port() -> int:
    return free_port()


@pytest.fixture
def server(businesses: World, port: int, tmp_path: Path) -> Iterator["subprocess.Popen[bytes]"]:
    """`bellhop web`, answering."""
    environment = as_environment(businesses.settings) | {"PORT": str(port)}
    with (tmp_path / "web").open("ab") as log:
        process = subprocess.Popen(
            [sys.executable, "-m", "router.cli", "web"],
            cwd=ROOT, env=environment, stdout=log, stderr=log,
        )  # fmt: skip
    _wait_until(lambda: _answers(port))
    yield process
    if process.poll() is None:
        process.kill()
    process.wait()


def test_what_runs_is_finished_and_streams_end_at_once(
    server: "subprocess.Popen[bytes]",
    port: int,
    businesses: World,
    alice: Visitor,
    tmp_path: Path,
) -> None:
    connection, stream = _listen(port, alice)
    statuses: list[int] = []
    database = Path(businesses.settings.database_url.removeprefix("sqlite:///"))
    with Path(f"{database}.lock").open("a") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)  # the text waits for its turn to write
        text = threading.Thread(target=lambda: statuses.append(_text(port, businesses)))
        text.start()
        _wait_until(lambda: is_locked(Path(f"{database}.lock-next")))
        server.send_signal(signal.SIGTERM)
        time.sleep(0.1)
        assert server.poll() is None
    text.join()
    assert statuses == [200]
    assert server.wait(LONGEST_SECONDS) == 0
    assert b"still here" not in stream.read()
    connection.close()
    assert "Killing worker" not in (tmp_path / "web").read_text(), "it took longer than 5 s"
    _check_what_was_written_down(businesses)


def _check_what_was_written_down(world: World) -> None:
    logs = [file.read_text() for file in (world.settings.data_dir / "logs").iterdir()]
    asked = [json.loads(line)["path"] for log in logs for line in log.splitlines()]
    assert {"/twilio/inbound", "/inbox/live"} <= set(asked)
    reader = SharedMeters(world.settings.data_dir / "metrics", Meters(), "reader").start()
    counts, living = reader.total()
    reader.close()
    assert counts[INBOUND.name, ("stored",)] == (1.0,)
    assert (STREAMS.name, ()) not in counts
    assert living == {"reader": 1}


def _wait_until(holds: Callable[[], bool]) -> None:
    deadline = time.monotonic() + LONGEST_SECONDS
    while not holds():
        assert time.monotonic() < deadline
        time.sleep(0.05)


def _answers(port: int) -> bool:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
    try:
        connection.request("GET", "/health/live")
        return connection.getresponse().status == 200
    except OSError:
        return False
    finally:
        connection.close()


def _listen(
    port: int, visitor: Visitor
) -> tuple[http.client.HTTPConnection, http.client.HTTPResponse]:
    cookie = visitor.client.get_cookie("bellhop")
    assert cookie is not None
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=LONGEST_SECONDS)
    connection.request("GET", "/inbox/live", headers={"Cookie": f"bellhop={cookie.value}"})
    answer = connection.getresponse()
    assert answer.status == 200
    assert b"retry" in answer.readline()
    return connection, answer


def _text(port: int, world: World) -> int:
    settings = world.settings
    secret = settings.twilio_auth_token[0].get_secret_value()
    signature = sign(secret, f"{settings.public_url}/twilio/inbound", FORM)
    kind = {"Content-Type": "application/x-www-form-urlencoded", SIGNATURE_HEADER: signature}
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=LONGEST_SECONDS)
    connection.request("POST", "/twilio/inbound", urlencode(FORM), kind)
    status = connection.getresponse().status
    connection.close()
    return status
