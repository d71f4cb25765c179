"""Messages of which nobody can find out whether they were sent: a person decides, and says so.

Sent again, a message takes its place at the end of its thread. News of an earlier attempt still
counts: if it was sent after all, nothing more is.
"""

import hmac
import re
from dataclasses import dataclass, replace
from datetime import datetime
from types import MappingProxyType
from typing import Literal

from sqlalchemy import func, select, update
from sqlmodel import col

from router.flows.acting import Acted, NoSuchMessage, act_on
from router.flows.audit import note
from router.flows.held import Held
from router.flows.letter import why_locked
from router.flows.names import contact_name
from router.flows.outbox import EXEMPT
from router.flows.privacy.confirm import pending_request
from router.flows.privacy.progress import BEING_ERASED, is_being_erased
from router.flows.privacy.request import CODE_DIGITS
from router.flows.ripples import Ripples
from router.flows.senders import bell_of
from router.flows.sending.outlived import is_outlived, read_wishes
from router.flows.sending.verdicts import CONFIRMATIONS, CONFIRMED_WITHIN
from router.flows.staff import StaffIdentity
from router.flows.world import World
from router.store.rows import CONTACT_OF_THREAD, THREAD_OF_MESSAGE, AnyRow, is_state
from router.store.tables import Contact, Message, Thread

Choice = Literal["again", "arrived"]
SENT_AGAIN, TAKEN_AS_SENT = "sent again", "taken as sent"  # reasons of a message
AUDITED: MappingProxyType[Choice, str] = MappingProxyType(
    {"again": "review.sent_again", "arrived": "review.taken_as_sent"}
)
MOST = 100

SETTLED = "It has been settled meanwhile: what became of it stands below the text."
NUMBER_GONE = "The number {}, from which it was to leave, is not in the rulebook any more."
CODE_ENDED = "Its code does not hold any more: they have to text DELETE again."
OUTLIVED = "They have opted out since it was written. If they are back, write to them anew."
TOO_LATE = "An opt-out is confirmed within five minutes or not at all."

_CODE = re.compile(rf"(?<!\d)\d{{{CODE_DIGITS}}}(?!\d)")


@dataclass(frozen=True, slots=True)
class InReview:
    """A message that waits for a decision.

    `reason`: why the carrier's log did not settle it; `attempted_at`: when it may have been sent;
    `author`: the staff handle that wrote it, if one did.
    """

    message_id: str
    thread_id: str
    contact_name: str
    kind: str
    author: str | None
    body: str
    reason: str | None
    attempted_at: datetime | None


def count_review(world: World, tenant_id: str) -> int:
    """How many messages wait for a decision."""
    wanted = select(func.count()).where(col(Message.tenant_id) == tenant_id, is_state("review"))
    with world.store.read() as connection:
        return connection.execute(wanted).scalar_one()


def list_review(world: World, tenant_id: str) -> list[InReview]:
    """What waits for a decision, the latest first."""
    wanted = (
        select(
            col(Message.id),
            col(Message.thread_id),
            col(Message.kind),
            col(Message.author),
            col(Message.body),
            col(Message.reason),
            col(Message.attempted_at),
            col(Thread.contact_id),
            col(Contact.address),
            col(Contact.attributes),
        )
        .join(Thread, THREAD_OF_MESSAGE)
        .join(Contact, CONTACT_OF_THREAD)
        .where(col(Message.tenant_id) == tenant_id, is_state("review"))
        .order_by(col(Message.updated_at).desc(), col(Message.id).desc())
        .limit(MOST)
    )
    with world.store.read() as connection:
        keys = world.keys(connection, tenant_id)
        return [
            InReview(
                message_id=row.id,
                thread_id=row.thread_id,
                contact_name=contact_name(keys, row),
                kind=row.kind,
                author=row.author,
                body=keys.open("message.body", row.id, row.body),
                reason=row.reason,
                attempted_at=row.attempted_at,
            )
            for row in connection.execute(wanted)
        ]


def decide(
    world: World, staff: StaffIdentity, thread_id: str, message_id: str, choice: Choice
) -> Acted:
    """Send a message again, or take it as sent. NoSuchThread where there is no such message."""
    senders = set[str]()

    def act(held: Held) -> str | None:
        message = _find(held, message_id)
        if choice == "again" and (refusal := _why_not_again(held, message)):
            return refusal
        if not _settle(held, message, choice):
            return SETTLED
        senders.update(bell_of(held.connection, held.tenant_id, message.number))
        about = {"thread": thread_id, "message": message_id}
        note(held.connection, held.tenant_id, held.at, staff.handle, AUDITED[choice], **about)
        return None

    acted = act_on(world, staff, thread_id, act)
    return replace(acted, ripples=acted.ripples | Ripples(senders=frozenset(senders)))


def _find(held: Held, message_id: str) -> AnyRow:
    row = held.connection.execute(
        select(
            col(Message.id),
            col(Message.number),
            col(Message.kind),
            col(Message.purpose),
            col(Message.topic),
            col(Message.template),
            col(Message.body),
            col(Message.created_at),
        ).where(
            col(Message.tenant_id) == held.tenant_id,
            col(Message.id) == message_id,
            col(Message.thread_id) == held.thread_id,
            col(Message.direction) == "out",
        )
    ).one_or_none()
    if row is None:
        raise NoSuchMessage(message_id)
    return row


def _settle(held: Held, message: AnyRow, choice: Choice) -> bool:
    """Whether it was undecided until now: a callback or a colleague may have been first."""
    values: dict[str, object] = {"state": "sent", "reason": TAKEN_AS_SENT}
    if choice == "again":
        values = {"state": "queued", "reason": SENT_AGAIN, "seq": held.take_seq()}
    changed = held.connection.execute(
        update(Message)
        .where(
            col(Message.tenant_id) == held.tenant_id,
            col(Message.id) == message.id,
            is_state("review"),
        )
        .values(**values, not_before=None, updated_at=held.at)
    )
    return bool(changed.rowcount)


def _why_not_again(held: Held, message: AnyRow) -> str | None:
    """What would be dropped once it is claimed is refused here, in words."""
    if not bell_of(held.connection, held.tenant_id, message.number):
        return NUMBER_GONE.format(message.number)
    if message.kind == "code":
        return _why_no_code(held, message)
    if message.template in CONFIRMATIONS and held.at - message.created_at > CONFIRMED_WITHIN:
        return TOO_LATE
    wishes = read_wishes(held.connection, held.tenant_id, [held.person])[held.person]
    if is_outlived(message, wishes):
        return OUTLIVED
    return None if message.kind in EXEMPT else why_locked(held)


def _why_no_code(held: Held, message: AnyRow) -> str | None:
    if is_being_erased(held.connection, held.tenant_id, held.lookup):
        return BEING_ERASED
    request = pending_request(held)
    return None if request is not None and _names_code(held, message, request) else CODE_ENDED


def _names_code(held: Held, message: AnyRow, request: AnyRow) -> bool:
    """Whether the code in the message, if it has one, is the one that the deletion waits for."""
    lookup = held.keys.lookup
    codes = _CODE.findall(held.keys.open("message.body", message.id, message.body))
    return not codes or any(
        hmac.compare_digest(lookup("code", request.id + code), request.code_hash) for code in codes
    )
