"""What the worker may run: these functions and no others. Each takes opaque ids, may run any
number of times, and reads from the database what is to be done.

`serve` sets the process's runtime once, before the first job. Each task clears its bell, runs one
flow, and rings for what that left.
"""

from collections.abc import Callable
from dataclasses import dataclass
from types import MappingProxyType

from router.carrier.api import Carrier
from router.couriers.couriers import Couriers
from router.flows.dispatches.send import Means
from router.flows.dispatches.send import send_dispatches as run_dispatches
from router.flows.privacy.erase import erase as run_erasure
from router.flows.sending.drain import drain
from router.flows.sending.settle import settle
from router.flows.world import World
from router.jobs.bell import Bell
from router.jobs.errand import Errand


@dataclass(frozen=True, slots=True)
class Runtime:
    """What tasks work with."""

    world: World
    carrier: Carrier
    bell: Bell
    couriers: Couriers


class NotServing(Exception):
    """A task ran in a process that is no worker: `serve` was never called."""


_runtime: list[Runtime] = []


def serve(runtime: Runtime) -> None:
    """Make this process one that runs tasks, with `runtime`."""
    _runtime[:] = [runtime]


def drain_sender(sender_id: str) -> None:
    """Send what waits in a sender's outbox."""
    runtime = _begin(Errand("drain_sender", (sender_id,)))
    runtime.bell.ring(drain(runtime.world, runtime.carrier, sender_id))


def settle_sender(sender_id: str) -> None:
    """Find out what became of a sender's unknown messages."""
    runtime = _begin(Errand("settle_sender", (sender_id,)))
    runtime.bell.ring(settle(runtime.world, runtime.carrier, sender_id))


def erase(tenant_id: str, request_id: str) -> None:
    """Run a confirmed erasure."""
    runtime = _begin(Errand("erase", (tenant_id, request_id)))
    runtime.bell.ring(run_erasure(runtime.world, runtime.carrier, tenant_id, request_id))


def send_dispatches(tenant_id: str) -> None:
    """Tell others than the contact what a tenant has to tell: staff and webhooks."""
    runtime = _begin(Errand("send_dispatches", (tenant_id,)))
    means = Means(runtime.world, runtime.carrier, runtime.couriers)
    runtime.bell.ring(run_dispatches(means, tenant_id))


TASKS: MappingProxyType[str, Callable[..., None]] = MappingProxyType(
    {
        Errand(task.__name__, ()).path: task  # a name outside this table never runs
        for task in (drain_sender, settle_sender, erase, send_dispatches)
    }
)


def _begin(errand: Errand) -> Runtime:
    if not _runtime:
        raise NotServing(errand.task)
    _runtime[0].bell.clear(errand)
    return _runtime[0]
