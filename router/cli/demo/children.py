"""The demo's processes: started tethered, restarted when they die, stopped in order."""

import os
import signal
import subprocess
import sys
import time
from dataclasses import dataclass, field
from pathlib import Path

import click

from router.cli.demo.home import DemoError, Home

TETHER = Path(__file__).with_name("tether.py")
PROJECT = Path(__file__).parents[3]
TOO_SOON_SECONDS = 5.0
TRIES = 3
STOP_SECONDS = 15.0
LAST_LINES = 12


@dataclass(slots=True)
class Child:
    """One process of the demo, and how often it has died at once."""

    name: str
    command: list[str]
    log_file: Path
    process: "subprocess.Popen[bytes] | None" = None
    started_at: float = 0.0
    early_deaths: int = 0

    @property
    def last_lines(self) -> str:
        """The end of its log."""
        try:
            lines = self.log_file.read_text(errors="replace").splitlines()
        except FileNotFoundError:
            return ""
        return "\n".join(f"  {line[:500]}" for line in lines[-LAST_LINES:])


@dataclass(slots=True)
class Children:
    """All of them. `lock` is the descriptor that keeps the folder occupied while one lives."""

    home: Home
    lock: int
    _members: list[Child] = field(default_factory=list)
    _lifeline: tuple[int, int] = field(default_factory=os.pipe)

    def start(self, name: str, command: list[str]) -> None:
        """Start a process that ends when this one does, however this one ends."""
        child = Child(name, command, self.home.log_file(name))
        self._members.append(child)
        self._launch(child)

    def check(self) -> None:
        """Restart what has died. DemoError where one dies again and again."""
        for child in self._members:
            if child.process is None or child.process.poll() is None:
                continue
            self._bury(child)
            lived_seconds = time.monotonic() - child.started_at
            child.early_deaths = child.early_deaths + 1 if lived_seconds < TOO_SOON_SECONDS else 0
            if child.early_deaths >= TRIES:
                raise DemoError(
                    f"{child.name} does not stay up. Its log, {child.log_file}, ends:\n"
                    f"{child.last_lines}"
                )
            click.echo(f"demo: {child.name} died and is started again", err=True)
            self._launch(child)

    def stop(self) -> None:
        """Stop all, the last started first, each in its own time; then by force."""
        for child in reversed(self._members):
            if child.process is not None and child.process.poll() is None:
                child.process.send_signal(signal.SIGTERM)
            if child.process is not None:
                _wait(child.process)
                self._bury(child)
        for end in self._lifeline:
            os.close(end)

    def _launch(self, child: Child) -> None:
        reading_end = self._lifeline[0]
        tether = [sys.executable, "-I", "-S", str(TETHER), str(reading_end)]
        with child.log_file.open("ab") as log:
            child.process = subprocess.Popen(  # noqa: S603 (our own programs)
                [*tether, str(self.home.environment_file), *child.command],
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                pass_fds=(reading_end, self.lock),
                start_new_session=True,
                cwd=PROJECT,
            )
        child.started_at = time.monotonic()

    def _bury(self, child: Child) -> None:
        """End what is left of its process group: a server's own workers, say."""
        if child.process is None:
            return
        try:
            os.killpg(child.process.pid, signal.SIGKILL)
        except (ProcessLookupError, PermissionError):
            return  # nobody is left, or (macOS) only what is dying


def _wait(process: "subprocess.Popen[bytes]") -> None:
    try:
        process.wait(STOP_SECONDS)
    except subprocess.TimeoutExpired:
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()


def bellhop(command: str) -> list[str]:
    """The command line of one of our own processes."""
    return [sys.executable, "-m", "router.cli", command]
