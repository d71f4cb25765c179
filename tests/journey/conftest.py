"""Real processes, each in an environment of its own and gone when the test ends."""

import os
import re
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import requests

from router.cli.demo.home import read_environment
from router.flows.world import World
from router.jobs.process import process_world
from router.settings import load_settings
from tests.parts.ports import free_port

ROOT = Path(__file__).parents[2]
PATIENCE = 60.0
READY = re.compile(rb"ready web=(\S+) inbox=\S+ simulator=\S+ user=(\S+) password=(\S+)")


class Programs:
    """`bellhop …` commands that run beside the test."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._running: list[subprocess.Popen[bytes]] = []

    def start(self, name: str, *arguments: str, environment: dict[str, str]) -> Path:
        """Start one; the file that its output goes to."""
        log = self.folder / f"{name}.log"
        with log.open("wb") as output:
            self._running.append(
                subprocess.Popen(
                    [sys.executable, "-m", "router.cli", *arguments],
                    cwd=ROOT,
                    env=environment,
                    stdout=output,
                    stderr=subprocess.STDOUT,
                )
            )
        return log

    def run(self, *arguments: str, environment: dict[str, str], stdin: str = "") -> str:
        """Run one to its end; what it printed."""
        done = subprocess.run(
            [sys.executable, "-m", "router.cli", *arguments],
            cwd=ROOT,
            env=environment,
            input=stdin,
            capture_output=True,
            text=True,
            timeout=PATIENCE,
            check=False,
        )
        assert done.returncode == 0, done.stderr
        return done.stdout

    def stop(self) -> None:
        """End all of them as an operator would."""
        for process in self._running:
            process.terminate()
        for process in self._running:
            process.wait(30)
        self._running.clear()


@pytest.fixture
def programs(tmp_path: Path) -> Iterator[Programs]:
    started = Programs(tmp_path)
    yield started
    started.stop()


def eventually(what: Callable[[], Any], seconds: float = PATIENCE) -> Any:
    """Wait until `what()` is true; what it gave."""
    until = time.monotonic() + seconds
    while True:
        try:
            given = what()
        except (requests.ConnectionError, requests.Timeout):
            given = None
        if given:
            return given
        assert time.monotonic() < until, "it did not happen in time"
        time.sleep(0.1)


@dataclass(frozen=True)
class Demo:
    """A demo that is ready."""

    data_dir: Path
    origin: str
    user: str
    password: str


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Demo]:
    """A demo for all tests of a file, each with phones of its own."""
    programs = Programs(tmp_path_factory.mktemp("demo"))
    try:
        yield start_demo(programs, free_port(), programs.folder / "var")
    finally:
        programs.stop()


def start_demo(programs: Programs, port: int, data_dir: Path) -> Demo:
    """The whole product with the carrier's simulator, once it says that it is ready."""
    environment = bare_environment() | {"DATA_DIR": str(data_dir)}
    log = programs.start("demo", "demo", "--port", str(port), environment=environment)
    found = eventually(lambda: READY.search(log.read_bytes()), 90)
    origin, user, password = (part.decode() for part in found.groups())
    return Demo(data_dir, origin, user, password)


def demo_world(demo: Demo) -> World:
    """The world of a demo, for a test to look into."""
    names = read_environment(demo.data_dir / "demo.env")
    names.pop("DEMO_PASSWORD")
    known: dict[str, object] = {name.lower(): value for name, value in names.items()}
    known |= {"smtp_url": None, "_env_file": None}
    return process_world(load_settings(**known))


def bare_environment() -> dict[str, str]:
    """What a process needs of this machine, and no setting."""
    kept = {name: os.environ[name] for name in ("PATH", "HOME", "TMPDIR") if name in os.environ}
    return kept | {"PYTHONPATH": str(ROOT)}


class Phone:
    """A handset of the simulator at `origin`."""

    def __init__(self, origin: str, address: str, to: str = "+16125550100") -> None:
        self.api, self.address, self.to = f"{origin}/simulator/api", address, to

    def texts(self, body: str) -> None:
        """Send a text; the webhook has answered when this returns."""
        given = {"from": self.address, "to": self.to, "body": body}
        answer = requests.post(f"{self.api}/inbound", json=given, timeout=30)
        assert answer.json()["status"] == 200, answer.text

    def hears(self, words: str) -> str:
        """Wait for the newest text on the screen to hold `words`; its whole body."""

        def heard() -> str | None:
            newest = [each["body"] for each in self.screen() if each["by"] != "handset"][-1:]
            return newest[0] if newest and words in newest[0] else None

        return str(eventually(heard))

    def screen(self) -> list[dict[str, Any]]:
        """All that the phone shows."""
        answer = requests.get(f"{self.api}/messages", params={"to": self.address}, timeout=10)
        return list(answer.json())

    def waits(self, how_long: str) -> None:
        """Let time pass, for every process."""
        answer = requests.post(f"{self.api}/clock", json={"advance": how_long}, timeout=10)
        assert answer.status_code == 200, answer.text
