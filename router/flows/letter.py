"""Staff writes to a contact: queued, or refused in words that say why."""

from dataclasses import dataclass

from sqlalchemy import select
from sqlmodel import col

from router.flows.acting import Acted, act_on
from router.flows.assign.hands import take
from router.flows.consent.events import standing_of
from router.flows.consent.scopes import carrier_scope, closes, closing_scopes
from router.flows.consent.standing import Purpose
from router.flows.held import Held
from router.flows.outbox import Draft, purpose_of, queue
from router.flows.privacy.progress import BEING_ERASED, is_being_erased
from router.flows.senders import bell_of
from router.flows.staff import StaffIdentity
from router.flows.timers import end_escalations
from router.flows.world import World
from router.store.ids import is_id
from router.store.rows import AnyRow
from router.store.tables import Message

LONGEST_TEXT = 1600
OPTED_OUT = "This person has opted out: nothing can be sent until they text START."
CARRIER_BLOCKS = (
    "This person wants texts again, but the carrier blocks them until they text START to {number}: "
    "tell them some other way."
)
BLOCKED = "This sender is blocked: unblock them to write to them."
NO_CONSENT = {
    "service": "This is no answer to a text of the last day, and nobody has recorded that they "
    "agreed to service texts: record it if they did.",
    "marketing": "Nobody has recorded that they agreed to marketing: record it if they did.",
}
OBJECTED = "They have objected to texts of this kind."


@dataclass(frozen=True, slots=True)
class Letter:
    """What staff writes. `once` is a fresh id: the same text under the same id is sent once,
    however often it is asked. A text that is no `answer` needs consent and keeps quiet hours; it
    may be about a `topic` of the rulebook.
    """

    text: str
    once: str | None = None
    purpose: Purpose = "answer"
    topic: str | None = None


def reply(world: World, staff: StaffIdentity, thread_id: str, letter: Letter) -> Acted:
    """Send a letter to the contact; whoever answers a thread that nobody has claimed has it."""
    text, once = letter.text, letter.once

    def act(held: Held) -> str | None:
        earlier = _find(held, once)
        if earlier is not None and _is_same(held, earlier, text):
            return None
        refusal = _why_not(held, letter)
        if refusal is None:
            fresh = once if once and is_id(once) and earlier is None else None
            queue(held, [_draft(letter, staff, fresh)])
            end_escalations(held)
            if not held.state.claimed:
                take(held, staff.handle)
        return refusal

    return act_on(world, staff, thread_id, act)


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


def _draft(letter: Letter, staff: StaffIdentity, message_id: str | None) -> Draft:
    return Draft(
        letter.text.strip(),
        "staff",
        purpose=letter.purpose,
        topic=letter.topic,
        author=staff.handle,
        id=message_id,
    )


def is_only_blocked_at_carrier(held: Held) -> bool:
    """Whether they wish for texts, as far as we know, and the carrier alone refuses them."""
    return held.suppressed & closing_scopes(held.number) == {carrier_scope(held.number)}


def why_locked(held: Held) -> str | None:
    """Why nothing at all can be sent to this person now, in words; None where something can."""
    if held.opted_out:
        if is_only_blocked_at_carrier(held):
            return CARRIER_BLOCKS.format(number=held.number)
        return OPTED_OUT
    if held.blocked:
        return BLOCKED
    if is_being_erased(held.connection, held.tenant_id, held.lookup):
        return BEING_ERASED
    return None


def _why_not(held: Held, letter: Letter) -> str | None:
    return why_locked(held) or _why_not_said(held, letter.text) or _why_not_consented(held, letter)


def _why_not_consented(held: Held, letter: Letter) -> str | None:
    purpose = letter.purpose if letter.purpose != "answer" else purpose_of(held)
    if closes(held.suppressed, held.number, purpose, letter.topic):
        return OBJECTED
    standing = standing_of(held.connection, held.tenant_id, held.person)
    return None if standing.allows(purpose) else NO_CONSENT[purpose]


def _why_not_said(held: Held, text: str) -> str | None:
    if not bell_of(held.connection, held.tenant_id, held.number):
        return f"The number {held.number}, which they wrote to, is not in the rulebook any more."
    if not text.strip():
        return "There is nothing to send yet."
    if len(text) > LONGEST_TEXT:
        return f"A text holds {LONGEST_TEXT} characters at most; this one has {len(text)}."
    return None
