"""What staff does with a thread: claim it, close it. All of it is refused or done."""

from dataclasses import replace

from router.flows.acting import Acted, act_on
from router.flows.held import Held
from router.flows.staff import StaffIdentity
from router.flows.timers import end_escalations
from router.flows.world import World


def claim(world: World, staff: StaffIdentity, thread_id: str) -> Acted:
    """Take a thread into one's own hands; routes leave it alone from then on."""

    def act(held: Held) -> str | None:
        if held.state.claimed and held.assignee not in {None, staff.handle}:
            return f"{held.assignee} has this thread already."
        take(held, staff)
        return None

    return act_on(world, staff, thread_id, act)


def close(world: World, staff: StaffIdentity, thread_id: str) -> Acted:
    """End the thread's episode: tags go, the next text is routed afresh."""

    def act(held: Held) -> str | None:
        held.state = replace(
            held.state,
            state="closed",
            claimed=False,
            tags=frozenset(),
            flags=held.state.flags & {"doubt"},
            dialog=None,
            last_assignee=held.assignee or held.state.last_assignee,
        )
        held.assignee = None
        end_escalations(held)
        return None

    return act_on(world, staff, thread_id, act)


def take(held: Held, staff: StaffIdentity) -> None:
    """The thread is in this person's hands from now on."""
    held.assignee = staff.handle
    held.state = replace(held.state, claimed=True, state="open", last_assignee=staff.handle)
