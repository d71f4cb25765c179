"""A worker that is told to end finishes what is on its way and claims nothing more."""

import json
import shutil
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from sqlalchemy import select
from sqlmodel import col

from router.carrier.api import Inbound
from router.flows.publish import publish_folder
from router.flows.receive import receive
from router.flows.ripples import Ripples
from router.flows.world import World
from router.jobs.bell import Bell
from router.store.tables import Message
from tests.cli.conftest import ROOT, as_environment

GUESTS = 200  # many more than a worker sends before it has heard that it is to end
LONGEST_SECONDS = 30


class SlowCarrier(BaseHTTPRequestHandler):
    """Takes every text, half a second after it may."""

    protocol_version = "HTTP/1.1"
    came: list[str]
    may_answer: threading.Event

    def do_POST(self) -> None:
        self.rfile.read(int(self.headers["Content-Length"]))
        self.came.append(sid := f"SM{len(self.came):032x}")
        self.may_answer.wait(LONGEST_SECONDS)
        time.sleep(0.5)
        body = json.dumps({"sid": sid, "status": "queued"}).encode()
        self.send_response(201)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        """Nothing."""


@pytest.fixture(params=["sqlite"])
def database(request: pytest.FixtureRequest) -> str:
    """Processes are the same on both."""
    return str(request.param)


@pytest.fixture
def carrier() -> Iterator[ThreadingHTTPServer]:
    SlowCarrier.came, SlowCarrier.may_answer = [], threading.Event()
    server = ThreadingHTTPServer(("127.0.0.1", 0), SlowCarrier)
    server.daemon_threads = True
    threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
    yield server
    server.shutdown()
    server.server_close()


@pytest.fixture
def waiting(world: World) -> Ripples:
    """A hotel with an answer to each of many guests to send."""
    shutil.copy(ROOT / "rules" / "books" / "grand-hotel.yaml", world.settings.rules_dir)
    publish_folder(world, world.settings.rules_dir)
    ripples = Ripples()
    for guest in range(GUESTS):
        text = Inbound(f"SMin{guest}", f"+1612555{1000 + guest}", "+16125550100", None, "towels")
        ripples |= receive(world, text).ripples
    return ripples


def test_it_finishes_what_is_on_its_way_and_claims_nothing_more(
    world: World, waiting: Ripples, carrier: ThreadingHTTPServer, tmp_path: Path
) -> None:
    url = f"http://127.0.0.1:{carrier.server_address[1]}"
    environment = as_environment(world.settings) | {"TWILIO_API_URL": url}
    bell = Bell(world.settings.redis_url)
    bell.ring(waiting)
    with (tmp_path / "worker").open("ab") as log:
        worker = subprocess.Popen(
            [sys.executable, "-m", "router.cli", "worker"], cwd=ROOT, env=environment, stderr=log
        )
    deadline = time.monotonic() + LONGEST_SECONDS
    while not SlowCarrier.came:
        assert time.monotonic() < deadline
        time.sleep(0.02)
    worker.send_signal(signal.SIGTERM)
    SlowCarrier.may_answer.set()
    assert worker.wait(LONGEST_SECONDS) == 0
    bell.close()
    states = _states(world)
    assert states.count("accepted") == len(SlowCarrier.came) < GUESTS
    assert set(states) == {"accepted", "queued"}


def _states(world: World) -> list[str]:
    with world.store.read() as connection:
        rows = connection.execute(select(col(Message.state)).where(col(Message.direction) == "out"))
        return list(rows.scalars())
