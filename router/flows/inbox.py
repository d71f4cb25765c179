"""What staff does with a thread: claim it, answer it, close it. All of it is refused or done."""

from collections.abc import Callable
from dataclasses import dataclass, replace

from sqlalchemy import select
from sqlmodel import col

from router.flows.held import Held, hold_thread, save
from router.flows.outbox import Draft, queue
from router.flows.privacy.progress import BEING_ERASED, is_being_erased
from router.flows.ripples import CALM, Ripples
from router.flows.senders import bell_of
from router.flows.staff import StaffIdentity
from router.flows.timers import end_escalations
from router.flows.world import World
from router.store.ids import is_id
from router.store.rows import AnyRow
from router.store.tables import Message

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


def reply(
    world: World, staff: StaffIdentity, thread_id: str, text: str, once: str | None = None
) -> Acted:
    """Send `text` to the contact; whoever answers a thread that nobody has claimed has it.

    `once` is a fresh id: the same text under the same id is sent once, however often it is asked.
    """

    def act(held: Held) -> str | None:
        earlier = _find(held, once)
        if earlier is not None and _is_same(held, earlier, text):
            return None
        refusal = _why_not(held, text)
        if refusal is None:
            fresh = once if once and is_id(once) and earlier is None else None
            queue(held, [Draft(text.strip(), "staff", author=staff.handle, id=fresh)])
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


def _find(held: Held, message_id: str | None) -> AnyRow | None:
    if message_id is None or not is_id(message_id):
        return None
    return held.connection.execute(
        select(col(Message.id), col(Message.thread_id), col(Message.body)).where(
            col(Message.tenant_id) == held.tenant_id, col(Message.id) == message_id
        )
    ).one_or_none()


def _is_same(held: Held, earlier: AnyRow, text: str) -> bool:
    """Another text, or one for somebody else, is not swallowed because a page kept an old id."""
    if earlier.thread_id != held.thread_id:
        return False
    return held.keys.open("message.body", earlier.id, earlier.body) == text.strip()


def _why_not(held: Held, text: str) -> str | None:
    if held.opted_out:
        return OPTED_OUT
    if is_being_erased(held.connection, held.tenant_id, held.lookup):
        return BEING_ERASED
    if not bell_of(held.connection, held.tenant_id, held.number):
        return f"The number {held.number}, which they wrote to, is not in the rulebook any more."
    if not text.strip():
        return "There is nothing to send yet."
    if len(text) > LONGEST_TEXT:
        return f"A text holds {LONGEST_TEXT} characters at most; this one has {len(text)}."
    return None
