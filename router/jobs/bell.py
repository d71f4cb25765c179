"""The bell: wakes a worker for what a flow left to do. Coalesced, never waited for, never fatal.

`ring` only leaves ids with a thread of this process, so that a Redis that is down or frozen slows
no caller. The thread sets a key that says "rung" before it enqueues the job; the job clears the key
before it reads the database: a ring during a run is never lost, and many rings are one job. The
first ring goes out at once; what comes within the moment after it goes out together. After a failed
ring none is tried for 5 s; the clock sweeps what a bell missed.
"""

import os
import threading
import time
from collections.abc import Iterable

import structlog
from redis import Redis
from redis.exceptions import RedisError
from rq import Queue
from rq.serializers import JSONSerializer

from router.flows.ripples import Ripples
from router.jobs.errand import Errand
from router.jobs.live import announce
from router.jobs.redis import connect
from router.meters import BELL_FAILURES, Meters

QUEUE = "bellhop"
RUNG_SECONDS = 5
PAUSE_SECONDS = 5.0
MOMENT_SECONDS = 0.01
JOB_TIMEOUT_SECONDS = 120
FAILURE_TTL_SECONDS = 3600
QUEUED_TTL_SECONDS = 600
MOST_NEWS = 1000  # threads that pages are told of once a Redis that was away is back

log = structlog.get_logger()


class Bell:
    """Rings for ripples at the Redis of `redis_url` (a URL or a client); counts failures."""

    def __init__(self, redis_url: str | Redis, meters: Meters | None = None) -> None:
        self._meters = meters or Meters()
        self._redis = connect(redis_url) if isinstance(redis_url, str) else redis_url
        self._queue = Queue(QUEUE, connection=self._redis, serializer=JSONSerializer)
        self._errands: set[Errand] = set()
        self._threads: set[tuple[str, str]] = set()
        self._changed = threading.Condition()
        self._busy = False
        self._closed = threading.Event()
        self._ringer: threading.Thread | None = None
        self._pid = 0
        self._retry_at = 0.0

    def ring(self, ripples: Ripples) -> None:
        """See to it that what `ripples` names is done and shown soon. Never raises, never waits."""
        errands = {Errand("drain_sender", (sender,)) for sender in ripples.senders}
        errands |= {Errand("erase", pair) for pair in ripples.erasures}
        errands |= {Errand("send_dispatches", (tenant,)) for tenant in ripples.dispatches}
        self._leave(errands, ripples.threads | ripples.staff)

    def settle(self, senders: Iterable[str]) -> None:
        """Have the unknown outcomes of these senders settled. Never raises, never waits."""
        self._leave({Errand("settle_sender", (sender,)) for sender in senders}, ())

    def clear(self, errand: Errand) -> None:
        """Forget that this was rung, so that the next ring counts. RedisError where it is away."""
        self._redis.delete(errand.key)

    def flush(self, timeout_seconds: float = 2.0) -> bool:
        """Wait until all that was left has been rung; False where Redis did not take it in time."""
        with self._changed:
            return self._changed.wait_for(self._is_idle, timeout_seconds)

    def close(self) -> None:
        """Ring what is left, briefly, and stop."""
        self.flush(1.0)
        with self._changed:
            self._closed.set()
            self._changed.notify_all()

    def _is_idle(self) -> bool:
        return not (self._errands or self._threads or self._busy)

    def _leave(self, errands: set[Errand], threads: Iterable[tuple[str, str]]) -> None:
        with self._changed:
            self._errands |= errands
            self._threads.update(threads)
            if self._is_idle() or self._closed.is_set():
                return
            if self._ringer is None or self._pid != os.getpid() or not self._ringer.is_alive():
                self._pid = os.getpid()
                self._ringer = threading.Thread(target=self._run, name="bell", daemon=True)
                self._ringer.start()
            self._changed.notify_all()

    def _run(self) -> None:
        while True:
            with self._changed:
                self._changed.wait_for(lambda: not self._is_idle() or self._closed.is_set())
                if self._closed.is_set():
                    return
            if self._closed.wait(self._retry_at - time.monotonic()):
                return
            with self._changed:
                errands, self._errands = self._errands, set()
                threads, self._threads = self._threads, set()
                self._busy = True
            rung = self._try(errands, threads)
            with self._changed:
                if not rung:
                    self._errands |= errands
                    self._threads |= set(sorted(threads)[:MOST_NEWS])
                self._busy = False
                self._changed.notify_all()
            self._closed.wait(MOMENT_SECONDS)

    def _try(self, errands: set[Errand], threads: set[tuple[str, str]]) -> bool:
        try:
            if errands:
                self._enqueue(sorted(errands))
            if threads:
                announce(self._redis, sorted(threads))
        except (RedisError, OSError) as error:
            log.warning("bell_failed", error=error, pause_seconds=PAUSE_SECONDS)
            self._meters.count(BELL_FAILURES)
            self._retry_at = time.monotonic() + PAUSE_SECONDS
            return False
        return True

    def _enqueue(self, errands: list[Errand]) -> None:
        pipeline = self._redis.pipeline(transaction=False)
        for errand in errands:
            pipeline.set(errand.key, 1, nx=True, ex=RUNG_SECONDS)
        unrung = [
            errand for errand, is_new in zip(errands, pipeline.execute(), strict=True) if is_new
        ]
        jobs = [
            Queue.prepare_data(
                errand.path,
                args=errand.ids,
                timeout=JOB_TIMEOUT_SECONDS,
                result_ttl=0,
                ttl=QUEUED_TTL_SECONDS,
                failure_ttl=FAILURE_TTL_SECONDS,
                description=errand.task,
            )
            for errand in unrung
        ]
        if jobs:
            self._queue.enqueue_many(jobs)
