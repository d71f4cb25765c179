"""Work that the simulated carrier does by itself, later: a few daemon threads and a timetable."""

import heapq
import itertools
import threading
import time
from collections.abc import Callable

import structlog

_log = structlog.get_logger(__name__)


class Background:
    """Runs tasks at their time. Threads start with the first task, so a fork loses none."""

    def __init__(self, threads: int = 4) -> None:
        self._wanted = threads
        self._threads: list[threading.Thread] = []
        self._order = itertools.count()
        self._due: list[tuple[float, int, Callable[[], None]]] = []
        self._changed = threading.Condition()
        self._is_closed = False

    def later(self, delay_seconds: float, task: Callable[[], None]) -> None:
        """Run `task` once, `delay_seconds` from now; never after `close`."""
        with self._changed:
            heapq.heappush(self._due, (time.monotonic() + delay_seconds, next(self._order), task))
            if not self._threads and not self._is_closed:
                self._start()
            self._changed.notify()

    def close(self, wait_seconds: float = 5.0) -> None:
        """Drop what waits and let what runs finish."""
        with self._changed:
            self._is_closed = True
            self._due.clear()
            self._changed.notify_all()
        for thread in self._threads:
            thread.join(wait_seconds)

    def _start(self) -> None:
        for place in range(self._wanted):
            thread = threading.Thread(target=self._work, name=f"simulator-{place}", daemon=True)
            self._threads.append(thread)
            thread.start()

    def _work(self) -> None:
        while (task := self._next()) is not None:
            try:
                task()
            except Exception as error:  # noqa: BLE001 - one failed task must not end the others
                _log.error("simulator_task_failed", error=type(error).__name__)

    def _next(self) -> Callable[[], None] | None:
        with self._changed:
            while not self._is_closed:
                wait = self._due[0][0] - time.monotonic() if self._due else None
                if wait is not None and wait <= 0:
                    return heapq.heappop(self._due)[2]
                self._changed.wait(wait)
        return None
