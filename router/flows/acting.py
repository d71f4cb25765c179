"""Staff acts on a thread: it is held, the act is refused in words or done, and saved."""

from collections.abc import Callable
from dataclasses import dataclass

from router.flows.held import Held, hold_thread, save
from router.flows.ripples import CALM, Ripples
from router.flows.senders import bell_of
from router.flows.staff import StaffIdentity
from router.flows.world import World


class NoSuchThread(LookupError):
    """The tenant of the person who asks has no thread of this id."""


class NoSuchMessage(NoSuchThread):
    """The thread has no message of this id."""


@dataclass(frozen=True, slots=True)
class Acted:
    """`refusal` says in plain words why nothing was done; None where it was done."""

    refusal: str | None = None
    ripples: Ripples = CALM


Act = Callable[[Held], str | None]
"""What is done to the held thread; why it is not, in words."""


def act_on(world: World, staff: StaffIdentity, thread_id: str, act: Act) -> Acted:
    """Let `act` change the thread, and save it; NoSuchThread where the tenant has no such one."""
    with world.store.write() as connection:
        keys = world.keys(connection, staff.tenant_id)
        held = hold_thread(connection, keys, thread_id, world.now())
        if held is None:
            raise NoSuchThread(thread_id)
        refusal = act(held)
        if refusal is not None:
            return Acted(refusal)
        save(held)
        ripples = Ripples(
            senders=bell_of(connection, held.tenant_id, held.number),
            threads=frozenset({(held.tenant_id, held.thread_id)}),
        )
    return Acted(ripples=ripples)
