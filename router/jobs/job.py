"""A job as the worker trusts it: only functions of tasks.py, only opaque ids, nothing else.

Whoever can write to Redis can write a job. So nothing of a job's hash is used but a few plain
fields, its function is looked up in a table and never imported, and a hash that cannot be read
becomes a job that fails, where RQ's own class would take the worker down with it.
"""

from collections.abc import Callable
from typing import Any, ClassVar

import structlog
from redis.exceptions import ResponseError
from rq.exceptions import NoSuchJobError
from rq.job import Job

from router.jobs.errand import OPAQUE_ID
from router.jobs.tasks import TASKS

READ_FIELDS = frozenset(
    b"data created_at enqueued_at started_at ended_at origin status timeout ttl result_ttl "
    b"failure_ttl worker_name last_heartbeat description".split()
)
LARGEST_BYTES = 4096
POISON = b'["poison", null, [], {}]'

log = structlog.get_logger()


class TaskRefused(Exception):
    """A job names a function that is not a task, or carries something that is no opaque id."""


class TaskJob(Job):
    """A job that can only be one of the tasks."""

    tasks: ClassVar = TASKS

    @property
    def func(self) -> Callable[..., None]:
        """The task; TaskRefused where the job names anything else."""
        name = self.func_name
        if not isinstance(name, str) or name not in self.tasks:
            raise TaskRefused("not a task")
        if self.kwargs or not all(_is_opaque(argument) for argument in self.args):
            raise TaskRefused("not an opaque id")
        return self.tasks[name]

    @classmethod
    def fetch(cls, id: str, connection: Any = None, serializer: Any = None) -> Job:  # noqa: A002 (RQ's name)
        """The job of that id; NoSuchJobError also where the id or its key cannot be a job."""
        try:
            return super().fetch(id, connection=connection, serializer=serializer)
        except (ValueError, TypeError) as error:
            raise NoSuchJobError("no such job id") from error
        except ResponseError as error:
            raise NoSuchJobError("the key holds no job") from error

    def refresh(self) -> None:
        """Read the job's hash: only fields that are used, and none that is larger than any of ours.

        Raises NoSuchJobError where there is none, ResponseError where the key is no hash.
        """
        fields = sorted(READ_FIELDS)
        pipeline = self.connection.pipeline(transaction=False)
        for field in fields:
            pipeline.hstrlen(self.key, field)
        if max(pipeline.execute()) > LARGEST_BYTES:
            self._quarantine()
            return
        values = self.connection.hmget(self.key, fields)
        found = zip(fields, values, strict=True)
        self.restore({field: value for field, value in found if isinstance(value, bytes)})

    def restore(self, raw_data: dict[bytes, bytes]) -> None:
        """Read the plain fields; a hash that cannot be read becomes a job that is refused."""
        if b"data" not in raw_data:
            raise NoSuchJobError("a job without data")
        kept = {key: value for key, value in raw_data.items() if key in READ_FIELDS}
        try:
            super().restore(kept)
            _ = self.func_name
        except Exception:  # noqa: BLE001 (whatever a foreign hash breaks in RQ: the job is refused)
            self._quarantine()

    def _quarantine(self) -> None:
        log.warning("job_quarantined", job=self.id)
        super().restore({b"data": POISON, b"origin": b"bellhop", b"failure_ttl": b"3600"})


def _is_opaque(argument: object) -> bool:
    return isinstance(argument, str) and OPAQUE_ID.fullmatch(argument) is not None
