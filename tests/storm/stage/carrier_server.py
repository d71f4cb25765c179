"""The carrier as a process of its own: it outlives every kill, and its log is what counts."""

import os
from pathlib import Path

from flask import Flask
from granian.constants import Interfaces
from granian.server import Server

from router.carrier.simulator import Simulator
from router.jobs.process import offset_file
from router.logs import set_up_logs
from router.now import MovableNow
from router.settings import load_settings

POST_TO, LOG = "STORM_POST_TO", "STORM_CARRIER_LOG"
"""Variables: where the app listens, whatever its public origin is; the carrier's own log."""
THREADS = 160  # hanging answers hold one each
STATUS_SECONDS = 0.1  # between the statuses of a text


def make_app() -> Flask:
    """The simulated carrier alone."""
    settings = load_settings()
    set_up_logs("carrier")
    simulator = Simulator(
        settings,
        MovableNow(offset_file(settings)),
        Path(os.environ[LOG]),
        post_to=os.environ[POST_TO],
        delay_seconds=STATUS_SECONDS,
    )
    web = Flask("carrier")
    web.register_blueprint(simulator.blueprint)
    return web


def serve() -> None:
    """Serve it on HOST:PORT until it is stopped."""
    settings = load_settings()
    Server(
        f"{__name__}:make_app",
        factory=True,
        address=settings.host,
        port=settings.port,
        interface=Interfaces.WSGI,
        workers=1,
        blocking_threads=THREADS,
        backlog=2048,
        websockets=False,
        log_access=False,
        log_enabled=False,
    ).serve()
