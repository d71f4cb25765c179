"""`bellhop demo`: the whole product with the carrier simulator, in the foreground."""

import signal
import socket
import sys
import threading
import time
import urllib.request
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import click

from router.cli.demo.children import Children, bellhop
from router.cli.demo.home import USER, DemoError, Home, occupied
from router.cli.demo.people import hire
from router.cli.demo.valkey import server_command, stop_orphan, wait_until
from router.cli.start import PROBLEMS, WRONG_USE, fail, opened_world
from router.flows.publish import publish_folder
from router.flows.world import World
from router.jobs.redis import connect
from router.jobs.worker import has_worker
from router.settings import Settings, SettingsError, load_settings
from router.store import schema
from router.store.sealing import new_key

READY_SECONDS = 60.0
DEFAULT_PORT = 8000
HIGHEST_PORT = 65535
OK = 200


class PortTaken(DemoError):
    """The port that was asked for cannot be listened on."""


@click.command()
@click.option(
    "--port", type=click.IntRange(1, HIGHEST_PORT), default=DEFAULT_PORT, show_default=True
)
def demo(port: int) -> None:
    """Run everything on this machine: web, worker, clock, Valkey, SQLite, carrier simulator.

    What it keeps is under DATA_DIR (./var): remove that folder to begin afresh. Ctrl-C stops it.

    \b
    Example:
      ./run demo --port 8080
    """
    stopped = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
        signal.signal(number, lambda *_: stopped.set())
    try:
        home = Home(_data_dir(), port)
        with occupied(home.data_dir) as lock:
            _run(home, lock, stopped)
    except SettingsError as error:
        fail(f"demo: {error}", WRONG_USE)
    except DemoError as error:
        fail(f"demo: {error}", WRONG_USE if isinstance(error, PortTaken) else PROBLEMS)


def _run(home: Home, lock: int, stopped: threading.Event) -> None:
    _check_port(home.port)
    environment = home.furnish()
    settings = _settings(environment)
    stop_orphan(settings.redis_url)
    children = Children(home, lock)
    try:
        children.start("valkey", server_command(home.data_dir))
        with opened_world(settings) as world:
            _prepare(world, environment["DEMO_PASSWORD"])
        if not wait_until(settings.redis_url, answers=True):
            raise DemoError(f"Valkey does not answer, see {home.log_file('valkey')}")
        for name in ("web", "worker", "clock"):
            children.start(name, bellhop(name))
        if _wait_until_ready(home, settings, children, stopped):
            click.echo(_ready_line(home, environment["DEMO_PASSWORD"]))
            sys.stdout.flush()
        while not stopped.wait(0.2):
            children.check()
    finally:
        children.stop()


def _prepare(world: World, password: str) -> None:
    schema.upgrade(world.store)
    refused = [
        finding
        for published in publish_folder(world, world.settings.rules_dir)
        if published.status == "refused"
        for finding in published.findings
    ]
    for finding in refused:
        click.echo(f"demo: rulebook refused: {finding}", err=True)
    hire(world, password)


def _wait_until_ready(
    home: Home, settings: Settings, children: Children, stopped: threading.Event
) -> bool:
    """Whether everything answers; False where the demo was told to stop before it did."""
    begun, deadline = datetime.now(UTC), time.monotonic() + READY_SECONDS
    with connect(settings.redis_url) as redis:
        checks: list[Callable[[], bool]] = [
            lambda: has_worker(redis, begun),
            lambda: _answers(home),
        ]
        while checks:
            if stopped.wait(0.05):
                return False
            children.check()
            checks = [check for check in checks if not check()]
            if time.monotonic() > deadline:
                raise DemoError(
                    f"it is not ready after {READY_SECONDS:.0f} s, see {home.data_dir}/log"
                )
    return True


def _answers(home: Home) -> bool:
    try:
        with urllib.request.urlopen(f"{home.origin}/health/ready", timeout=2) as answer:  # noqa: S310 (our own origin)
            return bool(answer.status == OK)
    except OSError:  # urllib's errors are, too
        return False


def _check_port(port: int) -> None:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError as error:
            raise PortTaken(
                f"port {port} cannot be used ({error.strerror}): stop what uses it, or choose "
                f"another one: ./run demo --port {min(port + 1, HIGHEST_PORT)}"
            ) from None


def _ready_line(home: Home, password: str) -> str:
    return (
        f"ready web={home.origin} inbox={home.origin}/inbox simulator={home.origin}/simulator "
        f"user={USER} password={password}"
    )


def _data_dir() -> Path:
    """DATA_DIR, whatever else is set or missing: all the rest is the demo's own."""
    unused = new_key()
    return load_settings(
        database_url="", redis_url="redis://unused", rules_dir=".", host="127.0.0.1",
        port=DEFAULT_PORT, public_url="http://127.0.0.1", twilio_account_sid="unused",
        twilio_auth_token=unused, twilio_api_url="http://127.0.0.1", secret_key=unused,
        master_key=unused, smtp_url=None, simulator=True, ledger_path=None,
    ).data_dir  # fmt: skip


def _settings(environment: dict[str, str]) -> Settings:
    fields = {name.lower(): value for name, value in environment.items() if value}
    return load_settings(
        **{key: value for key, value in fields.items() if key in Settings.model_fields}
    )
