"""An erasure is carried out: at the carrier, then here, to a state that can be shown.

It waits until the receipt has left, then removes that message and everything older. What stays are
keyed hashes: tombstones of the MessageSids, the suppression if there is one, the ledger's entry and
the request itself. A text that came in meanwhile begins a new thread of somebody we do not know.
"""

from collections.abc import Sequence
from datetime import timedelta

from sqlalchemy import delete, insert, select, update
from sqlmodel import col

from router.carrier.api import Carrier, CarrierError
from router.flows.held import Held, hold_thread, save, save_contact
from router.flows.ripples import CALM, Ripples
from router.flows.world import World
from router.store.rows import AnyRow
from router.store.tables import (
    ConsentEvent,
    Contact,
    DecisionRecord,
    Enrolled,
    Message,
    PrivacyRequest,
    Thread,
    Timer,
    Tombstone,
)
from rules.decision import ThreadState

RECEIPT_GONE = frozenset({"delivered", "undelivered", "failed", "canceled", "suppressed", "review"})
RECEIPT_PATIENCE = timedelta(minutes=2)  # a carrier that never reports does not hold an erasure up
RETRY = timedelta(minutes=1)  # Twilio answers 20009 until a message is finished


def erase(world: World, carrier: Carrier, tenant_id: str, request_id: str) -> Ripples:
    """Carry out one confirmed deletion as far as it can be now; the clock comes back to it."""
    target = _target(world, tenant_id, request_id)
    if target is None:
        return CALM
    if not _receipt_has_left(world, target):
        _come_back(world, target, timedelta(seconds=1))
        return CALM
    if not _delete_at_carrier(carrier, _sids(world, target)):
        _come_back(world, target, RETRY)
        return CALM
    _delete_here(world, target)
    world.store.scrub()
    return Ripples(threads=frozenset({(tenant_id, target.thread_id)}))


def _target(world: World, tenant_id: str, request_id: str) -> AnyRow | None:
    """The confirmed request with its receipt's message: `seq` is the last one to be erased."""
    with world.store.read() as connection:
        return connection.execute(
            select(
                col(PrivacyRequest.tenant_id),
                col(PrivacyRequest.id),
                col(PrivacyRequest.lookup),
                col(Message.thread_id),
                col(Message.seq),
                col(Message.state),
                col(Message.updated_at),
            )
            .join(
                Message,
                (col(Message.tenant_id) == col(PrivacyRequest.tenant_id))
                & (col(Message.id) == col(PrivacyRequest.receipt_message_id)),
            )
            .where(
                col(PrivacyRequest.tenant_id) == tenant_id,
                col(PrivacyRequest.id) == request_id,
                col(PrivacyRequest.state) == "confirmed",
            )
        ).one_or_none()


def _receipt_has_left(world: World, target: AnyRow) -> bool:
    handed_over = target.state in {"accepted", "sent"}
    waited = world.now() - target.updated_at >= RECEIPT_PATIENCE
    return target.state in RECEIPT_GONE or (handed_over and waited)


def _come_back(world: World, target: AnyRow, after: timedelta) -> None:
    with world.store.write() as connection:
        connection.execute(
            update(PrivacyRequest)
            .where(
                col(PrivacyRequest.tenant_id) == target.tenant_id,
                col(PrivacyRequest.id) == target.id,
            )
            .values(retry_at=world.now() + after)
        )


def _sids(world: World, target: AnyRow) -> list[str]:
    with world.store.read() as connection:
        sids = (
            connection.execute(
                select(col(Message.sid)).where(
                    col(Message.tenant_id) == target.tenant_id,
                    col(Message.thread_id) == target.thread_id,
                    col(Message.seq) <= target.seq,
                    col(Message.sid).is_not(None),
                )
            )
            .scalars()
            .all()
        )
    return [sid for sid in sids if sid is not None]


def _delete_at_carrier(carrier: Carrier, sids: Sequence[str]) -> bool:
    """Whether all are gone there; asking again for one that is gone does no harm."""
    try:
        answers = [carrier.delete(sid) for sid in sids]
    except CarrierError:
        return False
    return all(answer == "gone" for answer in answers)


def _delete_here(world: World, target: AnyRow) -> None:
    now = world.now()
    with world.store.write() as connection:
        keys = world.keys(connection, target.tenant_id)
        held = hold_thread(connection, keys, target.thread_id, now)
        if held is not None:
            _delete_messages(held, target.seq)
            _delete_person(held)
        connection.execute(
            update(PrivacyRequest)
            .where(
                col(PrivacyRequest.tenant_id) == target.tenant_id,
                col(PrivacyRequest.id) == target.id,
            )
            .values(state="done", done_at=now, receipt_message_id=None)
        )
        world.ledger.append(now, target.tenant_id, "erased", target.lookup)


def _delete_messages(held: Held, last_seq: int) -> None:
    connection = held.connection
    mine = (
        col(Message.tenant_id) == held.tenant_id,
        col(Message.thread_id) == held.thread_id,
        col(Message.seq) <= last_seq,
    )
    rows = connection.execute(select(col(Message.id), col(Message.sid)).where(*mine)).all()
    tombstones = [
        {"tenant_id": held.tenant_id, "sid_hash": held.keys.lookup("sid", row.sid)}
        for row in rows
        if row.sid
    ]
    if tombstones:
        connection.execute(insert(Tombstone), tombstones)
    decided = select(col(Message.id)).where(*mine)
    connection.execute(
        delete(DecisionRecord).where(
            col(DecisionRecord.tenant_id) == held.tenant_id,
            col(DecisionRecord.message_id).in_(decided),
        )
    )
    connection.execute(delete(Message).where(*mine))


def _delete_person(held: Held) -> None:
    """What is known of the contact goes; the bare rows stay only for texts that came in since."""
    connection = held.connection
    for table, column, value in (
        (Timer, Timer.thread_id, held.thread_id),
        (Enrolled, Enrolled.contact_id, held.contact_id),
        (ConsentEvent, ConsentEvent.lookup, held.lookup),
    ):
        connection.execute(
            delete(table).where(col(table.tenant_id) == held.tenant_id, col(column) == value)
        )
    if _has_messages(held):
        held.state = ThreadState(state="open", team=held.state.team)
        held.assignee, held.flagged = None, False
        held.attributes, held.groups, held.language = {}, frozenset(), None
        save(held)
        save_contact(held)
        return
    connection.execute(
        delete(Thread).where(
            col(Thread.tenant_id) == held.tenant_id, col(Thread.id) == held.thread_id
        )
    )
    connection.execute(
        delete(Contact).where(
            col(Contact.tenant_id) == held.tenant_id, col(Contact.id) == held.contact_id
        )
    )


def _has_messages(held: Held) -> bool:
    mine = (col(Message.tenant_id) == held.tenant_id, col(Message.thread_id) == held.thread_id)
    first = held.connection.execute(select(col(Message.id)).where(*mine).limit(1)).first()
    return first is not None
