"""Errands that may take long are done aside, in a few threads: no bell waits until they are over.

One errand runs once at a time; one that comes while it runs makes it run once more afterwards.
"""

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import structlog

from router.jobs.errand import Errand
from router.meters import JOBS, Meters

THREADS = 4

log = structlog.get_logger()


class Aside:
    """Does errands until `close`; counts those that fail."""

    def __init__(self, meters: Meters | None = None) -> None:
        self._meters = meters or Meters()
        self._pool = ThreadPoolExecutor(THREADS, thread_name_prefix="errand")
        self._changed = threading.Condition()
        self._wanted: dict[Errand, int] = {}  # how often an errand was wanted since it began

    def do(self, errand: Errand, run: Callable[[], None]) -> None:
        """Have `run` run soon. Never waits; a fault is logged, and the clock rings again."""
        with self._changed:
            self._wanted[errand] = self._wanted.get(errand, 0) + 1
            if self._wanted[errand] > 1:
                return
        self._pool.submit(self._run, errand, run)

    def finish(self, timeout_seconds: float) -> bool:
        """Wait until all is done; False where that took longer."""
        with self._changed:
            return self._changed.wait_for(lambda: not self._wanted, timeout_seconds)

    def close(self) -> None:
        """Begin nothing more and wait for what runs."""
        self._pool.shutdown(cancel_futures=True)

    def _run(self, errand: Errand, run: Callable[[], None]) -> None:
        is_over = False
        while not is_over:
            with self._changed:
                seen = self._wanted[errand]
            self._try(errand, run)
            with self._changed:
                is_over = self._wanted[errand] == seen
                if is_over:
                    del self._wanted[errand]
                self._changed.notify_all()

    def _try(self, errand: Errand, run: Callable[[], None]) -> None:
        try:
            run()
        except Exception as error:  # noqa: BLE001 (logged; the other errands go on)
            log.error("errand_failed", task=errand.task, ids=errand.ids, error=error)  # noqa: TRY400
            self._meters.count(JOBS, "failed")
