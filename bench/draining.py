"""Other workers than ours, for comparison: RQ's own classes, whose jobs drain one sender each.

    python -m bench.draining forking|simple

What a job left is rung for again, as the pump of `bellhop worker` goes on by itself.
"""

import sys
from types import MappingProxyType
from typing import ClassVar

from rq import Queue, SimpleWorker, Worker
from rq.serializers import JSONSerializer

from router.carrier.twilio import TwilioCarrier
from router.cli.start import opened_world, read_settings
from router.flows.rulebooks.standing import compile_live
from router.flows.world import World
from router.jobs.bell import QUEUE, Bell
from router.jobs.errand import Errand
from router.jobs.job import TaskJob
from router.jobs.redis import connect
from router.logs import set_up_logs
from tests.parts.drain import drain

CLASSES: MappingProxyType[str, type[Worker | SimpleWorker]] = MappingProxyType(
    {"forking": Worker, "simple": SimpleWorker}
)


class Drainer:
    """What a job needs, in a process that may have been forked since."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._carrier = TwilioCarrier(world.settings)
        self._bell = Bell(world.settings.redis_url)

    def drain_sender(self, sender_id: str) -> None:
        """The job."""
        self._bell.clear(Errand("drain_sender", (sender_id,)))
        self._bell.ring(drain(self._world, self._carrier, sender_id))
        self._bell.flush()


class DrainJob(TaskJob):
    """A job that can only be the one task."""

    tasks: ClassVar = MappingProxyType({})


def main(class_name: str) -> None:
    """Work until SIGTERM, with the queue that the bell rings at."""
    settings = read_settings()
    set_up_logs("bench")
    with opened_world(settings) as world, connect(settings.redis_url) as redis:
        compile_live(world)
        world.store.close()  # a forked child must not share a connection
        path = Errand("drain_sender", ()).path
        DrainJob.tasks = MappingProxyType({path: Drainer(world).drain_sender})
        queue = Queue(QUEUE, connection=redis, serializer=JSONSerializer, job_class=DrainJob)
        CLASSES[class_name](
            [queue], connection=redis, serializer=JSONSerializer, job_class=DrainJob
        ).work(logging_level="WARNING")


if __name__ == "__main__":
    main(sys.argv[1])
