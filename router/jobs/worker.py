"""The worker: RQ's SimpleWorker, hardened. One queue, JSON, no scheduler, outlives Redis.

It never forks, so a job costs some 3 ms. A crash of RQ's loop (a poisoned key, Redis restarted)
starts the loop again; since jobs are only bells, what was being popped may be dropped.
"""

import signal
import threading
from contextlib import suppress
from datetime import UTC, datetime
from types import FrameType, MappingProxyType
from typing import Any, NoReturn

import structlog
from redis import Redis
from redis.exceptions import RedisError
from rq import Queue, SimpleWorker
from rq.exceptions import StopRequested
from rq.job import Job
from rq.serializers import JSONSerializer

from router.jobs.bell import QUEUE
from router.jobs.job import TaskJob, TaskRefused
from router.jobs.redis import connect
from router.meters import JOBS, Meters

WORKER_TTL_SECONDS = 25
POP_SECONDS = 3  # so long Redis is asked to wait for a bell, again and again
ANSWER_SECONDS = 5  # longer than a pop, or each would end as if Redis had hung
BACKOFF_SECONDS = 1.0
SHAPES = MappingProxyType(
    {
        "rq:queues": b"set",
        "rq:workers": b"set",
        f"rq:workers:{QUEUE}": b"set",
        f"rq:queue:{QUEUE}": b"list",
        f"rq:wip:{QUEUE}": b"zset",
        f"rq:failed:{QUEUE}": b"zset",
        f"rq:finished:{QUEUE}": b"zset",
    }
)
LONG_AGO = datetime.min.replace(tzinfo=UTC)

log = structlog.get_logger()


class BellWorker(SimpleWorker):
    """Runs tasks; tells of a failed one its name, its id and the error's type, no more.

    It takes no orders from Redis: only signals stop it, so that nobody who can write there can.
    """

    dequeue_timeout = POP_SECONDS
    connection_timeout = ANSWER_SECONDS
    log_result_lifespan = False
    max_connection_wait_time = 2.0
    meters: Meters

    def subscribe(self) -> None:
        """Hear none of RQ's commands: "shutdown", "stop-job" and "kill-horse" are anyone's."""

    def check_for_suspension(self, burst: bool) -> None:
        """Never pause: the key that suspends RQ's workers is anyone's, too."""

    def clean_registries(self) -> None:
        """Clean up after workers that died; what RQ cannot read there goes, all of it."""
        try:
            super().clean_registries()  # type: ignore[no-untyped-call]  # RQ leaves it untyped
        except RedisError:
            raise
        except Exception as error:  # noqa: BLE001 (whatever foreign entries break in RQ)
            log.warning("registries_removed", error=error)
            self.connection.delete(*(key for key, shape in SHAPES.items() if shape == b"zset"))

    def clean_group_registries(self) -> None:
        """There are no groups."""

    def handle_exception(self, job: Job, *exc_info: Any) -> None:
        """Log which job failed, how and where."""
        log.error("job_failed", job=job.id, error=exc_info[1])
        self.meters.count(JOBS, "quarantined" if isinstance(exc_info[1], TaskRefused) else "failed")

    def handle_job_failure(
        self,
        job: Job,
        queue: Queue,
        started_job_registry: Any = None,
        exc_string: str = "",  # noqa: ARG002 (a traceback may quote a text: it is not stored)
        execution: Any = None,
    ) -> None:
        """Put a failed job aside without its traceback."""
        super().handle_job_failure(job, queue, started_job_registry, "see the log", execution)


class WorkLoop:
    """Works until it is told to stop, at the Redis of `url`; counts what it puts aside."""

    def __init__(self, url: str, meters: Meters | None = None) -> None:
        self._connection = connect(url, ANSWER_SECONDS)
        self._meters = meters or Meters()
        self._stopped = threading.Event()

    def run(self, *, burst: bool = False) -> None:
        """Run jobs until SIGTERM or SIGINT (or, with `burst`, until none is left)."""
        signal.signal(signal.SIGTERM, self._stop)
        signal.signal(signal.SIGINT, self._stop)
        log.info("worker_started")
        with suppress(StopRequested):
            self._work_until_stopped(burst)

    def _work_until_stopped(self, burst: bool) -> None:
        while not self._stopped.is_set():
            try:
                self._work(burst)
            except (RedisError, OSError) as error:
                log.warning("worker_without_redis", error=error)
            if burst:
                return
            self._stopped.wait(BACKOFF_SECONDS)

    def _work(self, burst: bool) -> None:
        _remove_misshapen(self._connection)
        worker = make_worker(self._connection, self._meters)
        self._connection.delete(worker.queues[0].intermediate_queue_key)
        worker.request_stop = self._stopping(worker.request_stop)  # type: ignore[method-assign]  # tells our loop too
        worker.work(burst=burst, logging_level="WARNING")

    def _stopping(self, request_stop: Any) -> Any:
        def stop(signum: int, frame: FrameType | None) -> None:
            self._stopped.set()
            request_stop(signum, frame)

        return stop

    def _stop(self, _signum: int, _frame: FrameType | None) -> NoReturn:
        self._stopped.set()
        raise StopRequested


def _remove_misshapen(connection: Redis) -> None:
    """Remove keys of RQ's that hold something of another type: each would stop every worker."""
    pipeline = connection.pipeline(transaction=False)
    for key in SHAPES:
        pipeline.type(key)
    for (key, shape), found in zip(SHAPES.items(), pipeline.execute(), strict=True):
        if found not in {b"none", shape}:
            log.warning("redis_key_removed", key=key)
            connection.delete(key)


def make_worker(connection: Redis, meters: Meters | None = None) -> BellWorker:
    """A worker on the one queue, with everything RQ must be told for it to be safe."""
    queue = Queue(QUEUE, connection=connection, serializer=JSONSerializer, job_class=TaskJob)
    worker = BellWorker(
        [queue],
        connection=connection,
        serializer=JSONSerializer,
        job_class=TaskJob,
        worker_ttl=WORKER_TTL_SECONDS,
        maintenance_interval=5,
        job_monitoring_interval=2,
        default_result_ttl=0,
        log_job_description=False,
    )
    worker.meters = meters or Meters()
    return worker


def has_worker(connection: Redis, since: datetime = LONG_AGO) -> bool:
    """Whether a worker that was born since then listens; False where Redis does not tell."""
    queue = Queue(QUEUE, connection=connection, serializer=JSONSerializer, job_class=TaskJob)
    try:
        workers = BellWorker.all(queue=queue, job_class=TaskJob, serializer=JSONSerializer)
    except (RedisError, ValueError):  # away, or it holds what RQ cannot read
        return False
    return any(worker.birth_date is not None and worker.birth_date >= since for worker in workers)
