"""Services that did not answer are left alone for a while: waiting for them keeps a worker busy."""

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass

FIRST_SECONDS, LONGEST_SECONDS = 5.0, 120.0


@dataclass(frozen=True, slots=True)
class _Rest:
    seconds: float
    ends_at: float


class Rests:
    """Which services rest, and how long: twice as long each time. Safe among threads."""

    def __init__(self, now_seconds: Callable[[], float] = time.monotonic) -> None:
        self._now_seconds = now_seconds
        self._rests: dict[str, _Rest] = {}
        self._lock = threading.Lock()

    def left(self, service: str) -> float:
        """How many seconds of its rest are left; 0.0 where it may be asked."""
        rest = self._rests.get(service)
        return max(rest.ends_at - self._now_seconds(), 0.0) if rest else 0.0

    def is_silent(self, service: str) -> None:
        """It did not answer. Many who asked it at once make it one silence."""
        with self._lock:
            now_seconds, before = self._now_seconds(), self._rests.get(service)
            if before is not None and now_seconds < before.ends_at:
                return
            seconds = min(before.seconds * 2, LONGEST_SECONDS) if before else FIRST_SECONDS
            self._rests[service] = _Rest(seconds, now_seconds + seconds)

    def has_answered(self, service: str) -> None:
        """It is there again, whatever it said."""
        with self._lock:
            self._rests.pop(service, None)
