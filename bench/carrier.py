"""The local carrier of the outbound benches, held by its pipes; see answering.py."""

import json
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from bench.answering import Arrival
from bench.processes import PROJECT, BenchError

ANSWER_SECONDS = 0.05
LOOK_SECONDS = 0.02


class LocalCarrier:
    """A carrier at `url`."""

    def __init__(self, process: "subprocess.Popen[str]") -> None:
        self._process = process
        assert process.stdout is not None
        self.url = f"http://127.0.0.1:{int(process.stdout.readline())}"

    def count(self) -> int:
        """How many texts have come since it started."""
        return int(self._ask("count"))

    def take(self) -> list[Arrival]:
        """The texts that came since the last call, in the order in which they came."""
        return [Arrival(*fields) for fields in self._ask("take")]

    def wait_for(self, count: int, seconds: float) -> None:
        """Wait until so many texts have come since it started; BenchError where it takes longer."""
        ends = time.monotonic() + seconds
        while (come := self.count()) < count:
            if time.monotonic() > ends:
                raise BenchError(f"only {come:,} of {count:,} texts came within {seconds:.0f} s")
            time.sleep(LOOK_SECONDS)

    def _ask(self, question: str) -> Any:
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write(question + "\n")
        self._process.stdin.flush()
        answer = self._process.stdout.readline()
        if not answer:
            raise BenchError("the local carrier ended early: see what it wrote above")
        return json.loads(answer)


@contextmanager
def local_carrier(seconds: float = ANSWER_SECONDS) -> Iterator[LocalCarrier]:
    """A carrier that answers so much later; it ends with its stdin, so with the bench."""
    command = [sys.executable, "-m", "bench.answering", str(seconds)]
    pipe = subprocess.PIPE
    with subprocess.Popen(command, stdin=pipe, stdout=pipe, text=True, cwd=PROJECT) as process:
        yield LocalCarrier(process)
        assert process.stdin is not None
        process.stdin.close()
