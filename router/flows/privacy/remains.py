"""What this database still holds of a person who is being erased, and its removal."""

from sqlalchemy import Connection, delete, exists, func, select, update
from sqlmodel import col

from router.flows.assign.hands import let_go, queue_up
from router.flows.audit import note
from router.flows.dispatches.remains import cancel_dispatches, delete_dispatches
from router.flows.held import Held, hold_thread, save, save_contact
from router.flows.world import World
from router.store.rows import AnyRow, insert_if_new, is_unfinished
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

ERASED = "privacy.erased"
"""In the audit: an erasure was carried out. `texts`: how many of the person's own texts went."""
_BURY = insert_if_new(Tombstone)


def is_in_flight(world: World, target: AnyRow) -> bool:
    """Whether a message up to the receipt may still reach the carrier; what only waits will not."""
    with world.store.write() as connection:
        older = (
            col(Message.tenant_id) == target.tenant_id,
            col(Message.thread_id) == target.thread_id,
            col(Message.seq) <= target.seq,
            is_unfinished(),
        )
        connection.execute(
            update(Message)
            .where(*older, col(Message.state) == "queued")
            .values(state="canceled", reason="erasure", updated_at=world.now())
        )
        is_telling = cancel_dispatches(connection, target, world.now())
        return is_telling or connection.execute(select(exists().where(*older))).scalar_one()


def last_seq(connection: Connection, target: AnyRow) -> int:
    """The last message to go: the receipt, or all there is where the person wrote nothing since."""
    mine = (
        col(Message.tenant_id) == target.tenant_id,
        col(Message.thread_id) == target.thread_id,
    )
    wrote_since = exists().where(
        *mine, col(Message.seq) > target.seq, col(Message.direction) == "in"
    )
    if connection.execute(select(wrote_since)).scalar_one():
        return int(target.seq)
    return int(connection.execute(select(func.max(col(Message.seq))).where(*mine)).scalar() or 0)


def delete_here(world: World, target: AnyRow) -> bool:
    """Remove the rows and write the ledger; False where the carrier has got more meanwhile."""
    now = world.now()
    with world.store.write() as connection:
        if target.thread_id is not None:
            keys = world.keys(connection, target.tenant_id)
            held = hold_thread(connection, keys, target.thread_id, now)
            if held is not None:
                last = last_seq(connection, target)
                if _is_at_carrier(held, last) or not delete_dispatches(held, last):
                    return False
                texts = _delete_messages(held, last)
                note(connection, held.tenant_id, now, "worker", ERASED, texts=texts)
                _delete_person(held)
        connection.execute(
            update(PrivacyRequest)
            .where(
                col(PrivacyRequest.tenant_id) == target.tenant_id,
                col(PrivacyRequest.lookup) == target.lookup,
                col(PrivacyRequest.state) == "confirmed",
                col(PrivacyRequest.created_at) <= target.created_at,
            )
            .values(state="erased", receipt_message_id=None, retry_at=None)
        )
        world.ledger.append(now, target.tenant_id, "erased", target.lookup)
    return True


def forget_sids(world: World, target: AnyRow, sids: list[str]) -> None:
    """These are gone at the carrier: their keyed tombstones take the place of the SIDs."""
    if not sids:
        return
    with world.store.write() as connection:
        keys = world.keys(connection, target.tenant_id)
        tombstones = [
            {"tenant_id": target.tenant_id, "sid_hash": keys.lookup("sid", sid)} for sid in sids
        ]
        connection.execute(_BURY[connection.dialect.name], tombstones)
        connection.execute(
            update(Message)
            .where(col(Message.tenant_id) == target.tenant_id, col(Message.sid).in_(sids))
            .values(sid=None)
        )


def _is_at_carrier(held: Held, last: int) -> bool:
    return held.connection.execute(
        select(
            exists().where(
                col(Message.tenant_id) == held.tenant_id,
                col(Message.thread_id) == held.thread_id,
                col(Message.seq) <= last,
                col(Message.sid).is_not(None) | is_unfinished(),
            )
        )
    ).scalar_one()


def _delete_messages(held: Held, last: int) -> int:
    """Remove the texts; how many of them were the person's own."""
    connection = held.connection
    mine = (
        col(Message.tenant_id) == held.tenant_id,
        col(Message.thread_id) == held.thread_id,
        col(Message.seq) <= last,
    )
    decided = connection.execute(
        delete(DecisionRecord).where(
            col(DecisionRecord.tenant_id) == held.tenant_id,
            col(DecisionRecord.message_id).in_(select(col(Message.id)).where(*mine)),
        )
    )
    connection.execute(delete(Message).where(*mine))
    return decided.rowcount


def _delete_person(held: Held) -> None:
    """What is known of the contact goes; the bare rows stay only for texts that came in since."""
    connection = held.connection
    ours = (col(Message.tenant_id) == held.tenant_id, col(Message.thread_id) == held.thread_id)
    is_kept = connection.execute(select(exists().where(*ours))).scalar_one()
    timers = delete(Timer).where(
        col(Timer.tenant_id) == held.tenant_id, col(Timer.thread_id) == held.thread_id
    )
    connection.execute(timers.where(col(Timer.state) != "waiting") if is_kept else timers)
    connection.execute(
        delete(Enrolled).where(
            col(Enrolled.tenant_id) == held.tenant_id, col(Enrolled.contact_id) == held.contact_id
        )
    )
    if not _is_known_elsewhere(held):
        connection.execute(
            delete(ConsentEvent).where(
                col(ConsentEvent.tenant_id) == held.tenant_id,
                col(ConsentEvent.lookup) == held.person,
            )
        )
    if is_kept:
        _make_stranger(held)
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


def _is_known_elsewhere(held: Held) -> bool:
    """Whether the person is a contact on another channel, too, whose consent it is as well."""
    other = exists().where(
        col(Contact.tenant_id) == held.tenant_id,
        col(Contact.person) == held.person,
        col(Contact.id) != held.contact_id,
    )
    return held.connection.execute(select(other)).scalar_one()


def _make_stranger(held: Held) -> None:
    held.state = ThreadState(state="open", team=held.state.team)
    let_go(held)
    queue_up(held)
    held.doubt_since, held.blocked = None, None
    held.attributes, held.groups, held.language = {}, frozenset(), None
    save(held)
    save_contact(held)
