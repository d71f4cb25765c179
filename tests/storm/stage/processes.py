"""Orders to the keeper, and the processes that it keeps."""

import atexit
import json
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

PROJECT = Path(__file__).parents[3]


class StageError(Exception):
    """A part of the stage did not come up; says which, and where its log is."""


@dataclass(frozen=True, slots=True)
class Process:
    """A process of the keeper's, with all that it has started in turn."""

    keeper: "Keeper"
    pid: int
    log: Path

    def kill(self) -> None:
        """kill -9, all of it."""
        self.keeper.order("end", pid=self.pid, number=signal.SIGKILL)

    def kill_inner(self) -> int:
        """kill -9 of what it has started, and not of itself; how many there were."""
        return int(self.keeper.order("kill_inner", pid=self.pid))

    def end(self, number: int = signal.SIGTERM) -> int | None:
        """Ask it to end and wait until it has; its exit code."""
        code: int | None = self.keeper.order("end", pid=self.pid, number=number)
        return code

    def send(self, number: int) -> None:
        """Send it a signal."""
        self.keeper.order("signal", pid=self.pid, number=number)


class Keeper:
    """The keeper's other end. Thread-safe; an order is answered before the next is given."""

    def __init__(self) -> None:
        command, pipe = [sys.executable, "-m", "tests.storm.stage.keeper"], subprocess.PIPE
        self._process = subprocess.Popen(
            command, stdin=pipe, stdout=pipe, text=True, cwd=PROJECT, start_new_session=True
        )
        self._lock = threading.Lock()
        self.logs = PROJECT

    def start(self, arguments: list[str], environment: Mapping[str, str]) -> Process:
        """Run `bellhop ARGUMENTS`."""
        given = {"arguments": arguments, "environment": dict(environment)}
        return self._start("start", arguments[0], **given)

    def serve_carrier(self, environment: Mapping[str, str]) -> Process:
        """Run the simulated carrier."""
        return self._start("serve_carrier", "carrier", environment=dict(environment))

    def execute(self, name: str, program: list[str], user: str | None = None) -> Process:
        """Run another program, as `user` where this process may choose."""
        return self._start("execute", name, program=program, user=user)

    def mount(self, folder: Path, size_bytes: int) -> bool:
        """Mount a small disk there for as long as the stage stands; False where that may not be."""
        folder.mkdir()
        return bool(self.order("mount", folder=str(folder), size_bytes=size_bytes))

    def ended(self) -> Mapping[int, int]:
        """The exit codes of those that ended by themselves since this was last asked."""
        return {int(pid): code for pid, code in self.order("ended").items()}

    def order(self, do: str, **what: Any) -> Any:
        """Give an order and wait for the answer."""
        pipe, answers = self._process.stdin, self._process.stdout
        if pipe is None or answers is None:
            raise StageError("the keeper has no pipes")
        with self._lock:
            pipe.write(json.dumps({"do": do, **what}) + "\n")
            pipe.flush()
            answer = answers.readline()
        if not answer:
            raise StageError("the keeper of the processes ended early: see what it wrote above")
        return json.loads(answer)

    def close(self) -> None:
        """End it, and with it all that it has started."""
        for pipe in (self._process.stdin, self._process.stdout):
            if pipe is not None:
                pipe.close()
        self._process.wait(30)

    def _start(self, do: str, name: str, **what: Any) -> Process:
        log = self.logs / f"{name}.log"
        return Process(self, self.order(do, log=str(log), **what), log)


@cache
def _keeper() -> Keeper:
    """One for all stages of this process, for it takes seconds to import what it forks."""
    made = Keeper()
    atexit.register(made.close)
    return made


@contextmanager
def keeping(logs: Path) -> Iterator[Keeper]:
    """The keeper, with logs in a folder; what it does meanwhile is undone in the end."""
    kept = _keeper()
    kept.logs = logs
    try:
        yield kept
    finally:
        kept.order("leave_nothing")
