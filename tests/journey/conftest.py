"""Real processes, each in an environment of its own and gone when the test ends."""

import os
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import requests

ROOT = Path(__file__).parents[2]
PATIENCE = 60.0


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


@pytest.fixture
def free_port() -> Callable[[], int]:
    def find() -> int:
        with socket.create_server(("127.0.0.1", 0)) as taken:
            return int(taken.getsockname()[1])

    return find


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
