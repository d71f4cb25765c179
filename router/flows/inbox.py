"""What staff does with a thread: claim it, answer it, close it. All of it is refused or done."""

from collections.abc import Callable
from dataclasses import dataclass, replace

from router.flows.held import Held, hold_thread, save
from router.flows.outbox import Draft, queue
from router.flows.ripples import CALM, Ripples
from router.flows.senders import bell_of
from router.flows.staff import StaffIdentity
from router.flows.timers import end_escalations
from router.flows.world import World

LONGEST_TEXT = 1600
OPTED_OUT = "This person has opted out: nothing can be sent until they text START."


class NoSuchThread(LookupError):
    """The tenant of the person who asks has no thread of this id."""


@dataclass(frozen=True, slots=True)
class Acted:
    """`refusal` says in plain words why nothing was done; None where it was done."""

    refusal: str | None = None
    ripples: Ripples = CALM


def claim(world: World, staff: StaffIdentity, thread_id: str) -> Acted:
    """Take a thread into one's own hands; routes leave it alone from then on."""

    def act(held: Held) -> str | None:
        if held.state.claimed and held.assignee not in {None, staff.handle}:
            return f"{held.assignee} has this thread already."
        _take(held, staff)
        return None

    return _act(world, staff, thread_id, act)


def reply(world: World, staff: StaffIdentity, thread_id: str, text: str) -> Acted:
    """Send `text` to the contact; whoever answers a thread that nobody has claimed has it."""

    def act(held: Held) -> str | None:
        refusal = _why_not(held, text)
        if refusal is None:
            queue(held, [Draft(text.strip(), "staff", author=staff.handle)])
            end_escalations(held)
            if not held.state.claimed:
                _take(held, staff)
        return refusal

    return _act(world, staff, thread_id, act)


def close(world: World, staff: StaffIdentity, thread_id: str) -> Acted:
    """End the thread's episode: tags go, the next text is routed afresh."""

    def act(held: Held) -> str | None:
        held.state = replace(
            held.state,
            state="closed",
            claimed=False,
            tags=frozenset(),
            dialog=None,
            last_assignee=held.assignee or held.state.last_assignee,
        )
        held.assignee, held.flagged = None, False
        end_escalations(held)
        return None

    return _act(world, staff, thread_id, act)


def _act(
    world: World, staff: StaffIdentity, thread_id: str, act: Callable[[Held], str | None]
) -> Acted:
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


def _take(held: Held, staff: StaffIdentity) -> None:
    held.assignee = staff.handle
    held.state = replace(held.state, claimed=True, state="open", last_assignee=staff.handle)


def _why_not(held: Held, text: str) -> str | None:
    if held.opted_out:
        return OPTED_OUT
    if not text.strip():
        return "There is nothing to send yet."
    if len(text) > LONGEST_TEXT:
        return f"A text holds {LONGEST_TEXT} characters at most; this one has {len(text)}."
    return None
