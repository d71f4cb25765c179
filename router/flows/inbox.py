"""What staff does with a thread: claim it, close it. All of it is refused or done."""

from router.flows.acting import Acted, act_on
from router.flows.assign import hands
from router.flows.held import Held
from router.flows.staff import StaffIdentity
from router.flows.world import World


def claim(world: World, staff: StaffIdentity, thread_id: str) -> Acted:
    """Take a thread into one's own hands; routes leave it alone from then on."""

    def act(held: Held) -> str | None:
        if held.state.claimed and held.assignee not in {None, staff.handle}:
            return f"{held.assignee} has this thread already."
        hands.take(held, staff.handle)
        return None

    return act_on(world, staff, thread_id, act)


def close(world: World, staff: StaffIdentity, thread_id: str) -> Acted:
    """End the thread's episode: tags go, the next text is routed afresh."""

    def act(held: Held) -> str | None:
        hands.close(held)
        return None

    return act_on(world, staff, thread_id, act)
