"""Workers of the outbound benches: started at a place, rung as `receive` rings, measured."""

import sys
import time
from collections.abc import Iterable, Sequence
from contextlib import ExitStack
from dataclasses import dataclass

from rq import Worker

from bench.cpu import cpu_seconds
from bench.place import Place
from bench.processes import BenchError, Running, running
from router.flows.ripples import Ripples
from router.jobs.bell import Bell
from router.jobs.redis import connect

START_SECONDS = 30.0
LOOK_SECONDS = 0.02
BELLHOP = ("router.cli", "worker")


@dataclass(frozen=True, slots=True)
class Workers:
    """Workers that listen."""

    members: Sequence[Running]

    def cpu_seconds(self) -> list[float]:
        """The processor's time that each has used until now, children included."""
        return [cpu_seconds(one.pid) for one in self.members]


class Crew:
    """The workers of a place: started as they are asked for, kept while the same are wanted."""

    def __init__(self, place: Place) -> None:
        self._place = place
        self._stack = ExitStack()
        self._wanted: object = None
        self._workers = Workers(())

    def call(self, module: Sequence[str] = BELLHOP, count: int = 1, **settings: object) -> Workers:
        """So many processes of `python -m MODULE…`, with `settings` beside the place's."""
        added = {name.upper(): str(value) for name, value in settings.items()}
        environment = self._place.environment | added
        wanted = (module, count, environment)
        if wanted != self._wanted:
            self.dismiss()
            self._workers = Workers(
                [self._start(module, environment, number) for number in range(count)]
            )
            self._wanted = wanted
            self._wait_for(count)
        return self._workers

    def dismiss(self) -> None:
        """Stop them, each when it is done, and forget what was rung for."""
        self._stack.close()
        self._wanted = None
        with connect(self._place.environment["REDIS_URL"]) as redis:
            redis.flushdb()

    def _start(self, module: Sequence[str], environment: dict[str, str], number: int) -> Running:
        folder = self._place.folder / f"worker-{number}"
        return self._stack.enter_context(
            running([sys.executable, "-m", *module], folder, environment)
        )

    def _wait_for(self, count: int) -> None:
        ends = time.monotonic() + START_SECONDS
        with connect(self._place.environment["REDIS_URL"]) as redis:
            while redis.scard(Worker.redis_workers_keys) < count:
                if time.monotonic() > ends:
                    log = self._workers.members[0].log
                    raise BenchError(f"a worker did not start: see {log}")
                time.sleep(LOOK_SECONDS)


def ring(place: Place, senders: Iterable[str]) -> None:
    """Ring for these senders as `receive`'s caller does, and wait until Redis has it."""
    bell = Bell(place.environment["REDIS_URL"])
    bell.ring(Ripples(senders=frozenset(senders)))
    if not bell.flush(30.0):
        raise BenchError("the bell could not be rung: Valkey does not answer")
    bell.close()
