"""`threading` and `time`, as the modules that run under virtual time see them."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from types import ModuleType
from typing import Self

from router.carrier import wire
from router.flows.sending import hands, pump
from tests.storm.simulation.process import Alarm, Strand, this_strand
from tests.storm.simulation.timeline import Timeline

UNDER_VIRTUAL_TIME = (hands, pump, wire)
JOIN_SECONDS = 0.05


class Condition:
    """Strands give way only where they wait, so that its lock has nothing to do."""

    def __init__(self) -> None:
        self._waiting: list[Alarm] = []

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *error: object) -> None: ...

    def wait(self, timeout: float | None = None) -> bool:
        """Wait until notified; False where the time ran out first."""
        mine: list[Alarm] = []
        _here().wait(timeout, lambda alarm: (mine.append(alarm), self._waiting.append(alarm)))
        if mine[0] not in self._waiting:
            return True
        self._waiting.remove(mine[0])
        return False

    def wait_for(self, predicate: Callable[[], object], timeout: float | None = None) -> bool:
        """Wait until something has come true; whether it has."""
        timeline = _here().process.timeline
        ends = None if timeout is None else timeline.now + timeout
        while not predicate():
            left = None if ends is None else ends - timeline.now
            if left is not None and left <= 0:
                return False
            self.wait(left)
        return True

    def notify(self, n: int = 1) -> None:
        """Wake those that have waited longest."""
        woken, self._waiting = self._waiting[:n], self._waiting[n:]
        for alarm in woken:
            alarm.soon()

    def notify_all(self) -> None:
        """Wake all."""
        self.notify(len(self._waiting))


class Thread:
    """A strand of the process that starts it."""

    def __init__(self, target: Callable[[], None], name: str = "", daemon: bool = False) -> None:
        self._target = target
        self._name = name
        self._strand: Strand | None = None

    def start(self) -> None:
        """Begin."""
        self._strand = _here().process.start(self._name, self._target)

    def join(self, timeout: float | None = None) -> None:
        """Wait until it is over."""
        timeline = _here().process.timeline
        ends = timeline.now + (timeout or 0.0)
        while self._strand and not self._strand.dead and (timeout is None or timeline.now < ends):
            _here().wait(JOIN_SECONDS)


@dataclass(frozen=True, slots=True)
class Threading:
    """Stands where a module has `threading`."""

    Condition: type[Condition] = Condition
    Thread: type[Thread] = Thread


@dataclass(frozen=True, slots=True)
class Time:
    """Stands where a module has `time`."""

    timeline: Timeline

    def sleep(self, seconds: float) -> None:
        """Let the others run for so long."""
        _here().wait(seconds)


@contextmanager
def under_virtual_time(timeline: Timeline) -> Iterator[None]:
    """Have the modules of the pump and of the wire wait, and measure, in virtual time."""
    stands_for = {
        "time": Time(timeline),
        "threading": Threading(),
        "steady_seconds": lambda: timeline.now,
    }
    real: list[tuple[ModuleType, str, object]] = [
        (module, name, getattr(module, name))
        for module in UNDER_VIRTUAL_TIME
        for name in stands_for
        if hasattr(module, name)
    ]
    for module, name, _ in real:
        setattr(module, name, stands_for[name])
    try:
        yield
    finally:
        for module, name, was in real:
            setattr(module, name, was)


def _here() -> Strand:
    strand = this_strand()
    assert strand is not None, "only what runs in a process waits"
    return strand
