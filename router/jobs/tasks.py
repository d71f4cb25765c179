"""What the worker may run: these functions and no others. Each takes opaque ids, may run any
number of times, and sees to it that what the database says is to be done is done.

`serve` sets the process's runtime once, before the first job. Each task clears its bell and hands
on: to the pump what is to be sent, the others to threads aside, which ring for what a flow left.
So a job takes no time, and no bell waits for a carrier that hangs or a webhook that is slow.
"""

from collections.abc import Callable
from types import MappingProxyType

from router.carrier.api import Carrier
from router.couriers.couriers import Couriers
from router.flows.dispatches.send import Means
from router.flows.dispatches.send import send_dispatches as run_dispatches
from router.flows.privacy.erase import erase as run_erasure
from router.flows.ripples import Ripples
from router.flows.sending.pump import Pump
from router.flows.sending.settle import settle
from router.flows.world import World
from router.jobs.aside import Aside
from router.jobs.bell import Bell
from router.jobs.errand import Errand


class Runtime:
    """What tasks work with, for as long as the process serves."""

    def __init__(self, world: World, carrier: Carrier, bell: Bell, couriers: Couriers) -> None:
        self.world = world
        self.carrier = carrier
        self.bell = bell
        self.couriers = couriers
        self.pump = Pump(world, carrier, bell.ring)
        self.aside = Aside(world.meters)

    def finish(self, timeout_seconds: float) -> bool:
        """Wait until all that was handed on is done; False where that took longer."""
        is_done = self.aside.finish(timeout_seconds)
        return self.pump.finish(timeout_seconds) and is_done

    def close(self) -> None:
        """Begin nothing more, and let what is under way end."""
        self.pump.close()
        self.aside.close()


class NotServing(Exception):
    """A task ran in a process that is no worker: `serve` was never called."""


_runtime: list[Runtime] = []


def serve(runtime: Runtime) -> None:
    """Make this process one that runs tasks, with `runtime`."""
    _runtime[:] = [runtime]


def drain_sender(sender_id: str) -> None:
    """Send what waits in a sender's outbox."""
    _begin(Errand("drain_sender", (sender_id,))).pump.wake(sender_id)


def settle_sender(sender_id: str) -> None:
    """Find out what became of a sender's unknown messages."""
    _do_aside(
        Errand("settle_sender", (sender_id,)),
        lambda runtime: settle(runtime.world, runtime.carrier, sender_id),
    )


def erase(tenant_id: str, request_id: str) -> None:
    """Run a confirmed erasure."""
    _do_aside(
        Errand("erase", (tenant_id, request_id)),
        lambda runtime: run_erasure(runtime.world, runtime.carrier, tenant_id, request_id),
    )


def send_dispatches(tenant_id: str) -> None:
    """Tell others than the contact what a tenant has to tell: staff and webhooks."""
    _do_aside(
        Errand("send_dispatches", (tenant_id,)),
        lambda runtime: run_dispatches(
            Means(runtime.world, runtime.carrier, runtime.couriers), tenant_id
        ),
    )


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


def _do_aside(errand: Errand, run: Callable[[Runtime], Ripples]) -> None:
    runtime = _begin(errand)
    runtime.aside.do(errand, lambda: runtime.bell.ring(run(runtime)))
