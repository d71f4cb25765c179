"""Errands that may take long are done aside, in a few threads: no bell waits until they are over.

One errand runs once at a time; one that comes while it runs makes it run once more, behind those
that wait by then. Each task has threads of its own: a log that hangs keeps no notice waiting.
"""

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import structlog

from router.jobs.errand import Errand
from router.meters import JOBS, Meters

THREADS = 4  # of each task

log = structlog.get_logger()


class Aside:
    """Does errands until `close`; counts those that fail."""

    def __init__(self, meters: Meters | None = None) -> None:
        self._meters = meters or Meters()
        self._pools: dict[str, ThreadPoolExecutor] = {}
        self._changed = threading.Condition()
        self._wanted: dict[Errand, int] = {}  # how often an errand was wanted since it began
        self._running: set[Errand] = set()
        self._is_closed = False

    def do(self, errand: Errand, run: Callable[[], None]) -> None:
        """Have `run` run soon. Never waits; a fault is logged, and the clock rings again."""
        with self._changed:
            self._wanted[errand] = self._wanted.get(errand, 0) + 1
            if self._wanted[errand] == 1:
                self._submit(errand, run)

    def finish(self, timeout_seconds: float) -> bool:
        """Wait until all is done; False where that took longer."""
        with self._changed:
            return self._changed.wait_for(lambda: not self._wanted, timeout_seconds)

    def close(self) -> None:
        """Begin nothing more and wait for what runs."""
        with self._changed:
            self._is_closed, pools = True, list(self._pools.values())
        for pool in pools:
            pool.shutdown(wait=False, cancel_futures=True)
        for pool in pools:
            pool.shutdown()

    def _submit(self, errand: Errand, run: Callable[[], None]) -> None:
        if self._is_closed:
            return
        if errand.task not in self._pools:
            self._pools[errand.task] = ThreadPoolExecutor(THREADS, thread_name_prefix=errand.task)
        try:
            self._pools[errand.task].submit(self._run, errand, run)
        except RuntimeError as error:  # the system has no thread to give: the next bell tries again
            self._note(errand, error)
            del self._wanted[errand]

    def _run(self, errand: Errand, run: Callable[[], None]) -> None:
        with self._changed:
            if errand not in self._wanted or errand in self._running:
                return  # it was given up when no thread could be had, or wanted anew since
            self._running.add(errand)
            seen = self._wanted[errand]
        self._try(errand, run)
        with self._changed:
            self._running.discard(errand)
            if self._wanted[errand] == seen:
                del self._wanted[errand]
            else:
                self._submit(errand, run)
            self._changed.notify_all()

    def _try(self, errand: Errand, run: Callable[[], None]) -> None:
        try:
            run()
        except Exception as error:  # noqa: BLE001 (logged; the other errands go on)
            self._note(errand, error)

    def _note(self, errand: Errand, error: Exception) -> None:
        log.error("errand_failed", task=errand.task, ids=errand.ids, error=error)
        self._meters.count(JOBS, "failed")
