"""Workers of the outbound benches: started at a place, rung as `receive` rings, measured."""

import sys
import time
from collections.abc import Iterable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass

from rq import Worker

from bench.cpu import cpu_seconds
from bench.place import Place
from bench.processes import BenchError, Running, running
from router.flows.ripples import Ripples
from router.jobs.bell import Bell
from router.jobs.redis import connect

START_SECONDS = 30.0
BELLHOP = ("router.cli", "worker")


@dataclass(frozen=True, slots=True)
class Workers:
    """Workers that listen."""

    members: Sequence[Running]

    def cpu_seconds(self) -> list[float]:
        """The processor's time that each has used until now, children included."""
        return [cpu_seconds(one.pid) for one in self.members]


@contextmanager
def workers(
    place: Place, module: Sequence[str] = BELLHOP, count: int = 1, **settings: object
) -> Iterator[Workers]:
    """So many processes of `python -m MODULE…` at a place, with `settings` beside the place's."""
    added = {name.upper(): str(value) for name, value in settings.items()}
    with ExitStack() as stack, connect(place.environment["REDIS_URL"]) as redis:
        redis.flushdb()
        members = [
            stack.enter_context(
                running(
                    [sys.executable, "-m", *module],
                    place.folder / f"worker-{number}",
                    place.environment | added,
                )
            )
            for number in range(count)
        ]
        ends = time.monotonic() + START_SECONDS
        while len(redis.smembers(Worker.redis_workers_keys)) < count:
            if time.monotonic() > ends:
                raise BenchError(f"a worker did not start: see {members[-1].log}")
            time.sleep(0.02)
        yield Workers(members)


def ring(place: Place, senders: Iterable[str]) -> None:
    """Ring for these senders as `receive`'s caller does, and wait until Redis has it."""
    bell = Bell(place.environment["REDIS_URL"])
    bell.ring(Ripples(senders=frozenset(senders)))
    if not bell.flush(5.0):
        raise BenchError("the bell could not be rung: Valkey does not answer")
    bell.close()
