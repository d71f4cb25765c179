"""A carrier to test with: the simulator behind a real HTTP server, and an app that it calls."""

import socket
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from flask import Flask
from werkzeug.serving import make_server

from router.carrier.simulator import Simulator
from router.carrier.twilio import TwilioCarrier
from router.now import MovableNow
from tests.carrier.raw import RawServer, serve
from tests.carrier.stage import App, Stage, add_webhooks, settings_for


@pytest.fixture
def stage(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Stage]:
    """Simulator and app on one real server, and a carrier that talks to it.

    The parameter: how many seconds lie between the statuses of a text.
    """
    server = make_server("127.0.0.1", 0, lambda *_: [], threaded=True)
    url = f"http://127.0.0.1:{server.server_port}"
    settings, now = settings_for(tmp_path, url), MovableNow(tmp_path / "now")
    database = tmp_path / "carrier.sqlite"
    simulator = Simulator(settings, now, database, delay_seconds=getattr(request, "param", 0.02))
    app, web = App(), Flask("stage")
    web.register_blueprint(simulator.blueprint)
    add_webhooks(web, app, settings)
    server.app = web
    threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
    carrier = TwilioCarrier(settings, connect_seconds=5, read_seconds=10)
    yield Stage(url, settings, now, simulator, app, carrier, web, database)
    carrier.close()
    simulator.close()
    server.shutdown()
    server.server_close()


@pytest.fixture
def raw_server() -> Iterator[Callable[..., RawServer]]:
    """Start servers that answer with raw bytes; `then` says how the connection ends."""
    listeners: list[socket.socket] = []

    def start(answer: bytes, then: str = "close") -> RawServer:
        listener = socket.create_server(("127.0.0.1", 0))
        listeners.append(listener)
        server = RawServer(f"http://127.0.0.1:{listener.getsockname()[1]}", [])
        threading.Thread(target=serve, args=(listener, server, answer, then), daemon=True).start()
        return server

    yield start
    for listener in listeners:
        listener.close()
