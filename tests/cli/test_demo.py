"""`bellhop demo`: starts whole, stops whole, starts again, whatever was killed."""

import os
import re
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from router.cli.demo.home import Home, read_environment
from tests.parts.ports import free_port

ROOT = Path(__file__).parents[2]
READY = re.compile(
    r"ready web=(http://127\.0\.0\.1:\d+) inbox=\1/inbox simulator=\1/simulator "
    r"user=alice password=\S+"
)
START_SECONDS = 90
STOP_SECONDS = 30


class Demo:
    """One demo in a folder of its own."""

    def __init__(self, data_dir: Path) -> None:
        self.data_dir = data_dir
        self.port = free_port()
        self.process: subprocess.Popen[str] | None = None

    def start(self, port: int | None = None) -> str:
        """Start it and return the line that says it is ready (or whatever it said instead)."""
        self.close()
        self.process = subprocess.Popen(
            [sys.executable, "-m", "router.cli", "demo", "--port", str(port or self.port)],
            cwd=ROOT,
            env={"PATH": "/usr/bin:/bin", "DATA_DIR": str(self.data_dir), "MASTER_KEY": "ignored"},
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        assert self.process.stdout is not None
        return self.process.stdout.readline().strip()

    def end(self, number: signal.Signals) -> int:
        """Send it a signal and wait for it."""
        assert self.process is not None
        self.process.send_signal(number)
        return self.process.wait(STOP_SECONDS)

    def close(self) -> None:
        """Stop what still runs."""
        if self.process is None:
            return
        if self.process.poll() is None:
            self.end(signal.SIGTERM)
        assert self.process.stdout is not None
        self.process.stdout.close()

    def processes(self) -> list[str]:
        """The command lines of what runs of it."""
        found = []
        for entry in Path("/proc").glob("[0-9]*/cmdline"):
            try:
                line = entry.read_bytes().replace(b"\0", b" ").decode(errors="replace")
                environment = entry.with_name("environ").read_bytes().decode(errors="replace")
            except OSError:
                continue
            if str(self.data_dir) in line or f"DATA_DIR={self.data_dir}\0" in environment:
                found.append(line)
        return found

    def pids_of(self, word: str) -> list[int]:
        """Processes of ours whose command line ends with that word."""
        return [
            int(entry.parent.name)
            for entry in Path("/proc").glob("[0-9]*/cmdline")
            if _ends_with(entry, word) and self._owns(entry)
        ]

    def _owns(self, entry: Path) -> bool:
        try:
            environment = entry.with_name("environ").read_bytes().decode(errors="replace")
        except OSError:
            return False
        return f"DATA_DIR={self.data_dir}\0" in environment


def _ends_with(entry: Path, word: str) -> bool:
    try:
        return entry.read_bytes().endswith(f"router.cli\0{word}\0".encode())
    except OSError:
        return False


@pytest.fixture
def demo(tmp_path: Path) -> Iterator[Demo]:
    if not Path("/proc/self/environ").exists():
        pytest.skip("needs /proc to look for orphans")
    started = Demo(tmp_path / "var")
    yield started
    started.close()


def test_it_starts_stops_and_finds_its_data_again(demo: Demo) -> None:
    first = demo.start()
    assert READY.fullmatch(first), first
    with urllib.request.urlopen(f"http://127.0.0.1:{demo.port}/health/ready", timeout=5) as answer:
        assert answer.status == 200
    assert demo.end(signal.SIGINT) == 0
    _wait_until(lambda: demo.processes() == [])
    assert demo.start() == first
    assert demo.end(signal.SIGTERM) == 0
    _wait_until(lambda: demo.processes() == [])


def test_a_killed_process_is_started_again_and_a_killed_supervisor_takes_all_along(
    demo: Demo,
) -> None:
    assert READY.fullmatch(demo.start())
    [worker] = [pid for pid in demo.pids_of("worker") if not _is_tether(pid)]
    os.kill(worker, signal.SIGKILL)
    _wait_until(lambda: any(not _is_tether(pid) for pid in demo.pids_of("worker")))
    demo.end(signal.SIGKILL)
    assert READY.fullmatch(demo.start()), "it starts again at once, on the same port"
    demo.end(signal.SIGKILL)
    _wait_until(lambda: demo.processes() == [])


def test_a_taken_port_is_told_with_the_way_out(demo: Demo) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        said = demo.start(port)
        assert str(port) in said
        assert "--port" in said
        assert demo.process is not None
        assert demo.process.wait(STOP_SECONDS) == 2


def test_secrets_are_made_once_and_kept_to_oneself(tmp_path: Path) -> None:
    home = Home(tmp_path / "var", 8000)
    first = home.furnish()
    assert home.environment_file.stat().st_mode & 0o777 == 0o600
    assert Home(tmp_path / "var", 8001).furnish()["MASTER_KEY"] == first["MASTER_KEY"]
    assert read_environment(home.environment_file)["PORT"] == "8001"


def test_editors_find_the_schema_that_the_demos_rulebook_names(tmp_path: Path) -> None:
    home = Home(tmp_path / "var", 8000)
    home.furnish()
    for book in home.rules_dir.glob("*.yaml"):
        schema = book.read_text().partition("$schema=")[2].split("\n")[0]
        assert (home.rules_dir / schema).is_file()


def test_an_edited_rulebook_is_kept(tmp_path: Path) -> None:
    home = Home(tmp_path / "var", 8000)
    home.furnish()
    [book] = home.rules_dir.glob("grand-hotel.yaml")
    book.write_text("edited")
    home.furnish()
    assert book.read_text() == "edited"


def _is_tether(pid: int) -> bool:
    try:
        return b"tether.py" in Path(f"/proc/{pid}/cmdline").read_bytes()
    except OSError:
        return True


def _wait_until(holds: Callable[[], bool]) -> None:
    deadline = time.monotonic() + STOP_SECONDS
    while not holds():
        assert time.monotonic() < deadline
        time.sleep(0.1)
