"""Doubts: attempts of which nothing was heard, and who can bear witness that the log is up to date.

A witness is another text of ours that the carrier has certainly taken: if its log shows that one,
it would show the one in doubt. Best is one that was attempted after the doubt's lease had ended;
else the last one before that.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, Connection, exists, or_, select
from sqlmodel import col

from router.flows.outbox import FIRST
from router.flows.senders import Sender
from router.flows.sending.leases import grace_of, lease_of
from router.flows.world import World
from router.store.rows import CONTACT_OF_THREAD, THREAD_OF_MESSAGE, AnyRow, AnySelect, is_unfinished
from router.store.sealing import TenantKeys
from router.store.tables import Contact, Message, Thread

BATCH = 50
NO_LONGER_KNOWN = timedelta(days=1)  # what is older than that bears no witness


@dataclass(frozen=True, slots=True)
class Witness:
    """A text of ours that the carrier has taken: its SID, to whom and from which number."""

    sid: str
    to: str
    from_address: str


@dataclass(frozen=True, slots=True)
class Doubt:
    """An attempt of which nothing was heard."""

    message_id: str
    thread_id: str
    seq: int
    token: str
    kind: str
    to: str
    body: str
    attempted_at: datetime
    reason: str | None
    witness: Witness | None


_WITH_CONTACT: AnySelect = (
    select(
        col(Message.id),
        col(Message.thread_id),
        col(Message.seq),
        col(Message.sid),
        col(Message.token),
        col(Message.kind),
        col(Message.number),
        col(Message.body),
        col(Message.reason),
        col(Message.attempted_at),
        col(Contact.id).label("contact_id"),
        col(Contact.address),
    )
    .join(Thread, THREAD_OF_MESSAGE)
    .join(Contact, CONTACT_OF_THREAD)
)
_IS_TAKEN = (col(Message.sid).is_not(None), col(Message.attempted_at).is_not(None))


def is_to_be_looked_up(world: World) -> ColumnElement[bool]:
    """Whether a message is in doubt for longer than the grace, and due to be looked up (again)."""
    now = world.now()
    return (
        (col(Message.state) == "unknown")
        & (col(Message.attempted_at) < now - grace_of(world.settings))
        & or_(col(Message.not_before).is_(None), col(Message.not_before) <= now)
    )


def read_doubts(world: World, sender: Sender) -> list[Doubt]:
    """What is to be looked up of one sender, oldest first."""
    with world.store.read() as connection:
        keys = world.keys(connection, sender.tenant_id)
        rows = connection.execute(
            _WITH_CONTACT.where(
                col(Message.tenant_id) == sender.tenant_id,
                col(Message.number) == sender.address,
                is_unfinished(),
                is_to_be_looked_up(world),
            )
            .order_by(col(Message.attempted_at))
            .limit(BATCH)
        ).all()
        return [_doubt(world, connection, keys, row) for row in rows]


def has_been_overtaken(connection: Connection, tenant_id: str, doubt: Doubt) -> bool:
    """Whether a later text of the thread has left meanwhile: this one would come out of order."""
    later = exists().where(
        col(Message.tenant_id) == tenant_id,
        col(Message.thread_id) == doubt.thread_id,
        col(Message.seq) > doubt.seq,
        col(Message.attempt) > 0,
        col(Message.priority) > FIRST,
    )
    return bool(connection.execute(select(later)).scalar_one())


def has_company(connection: Connection, tenant_id: str, doubt: Doubt) -> bool:
    """Whether another text of the thread is being sent just now: a log may show that one."""
    other = exists().where(
        col(Message.tenant_id) == tenant_id,
        col(Message.thread_id) == doubt.thread_id,
        is_unfinished(),
        col(Message.state) == "sending",
        col(Message.id) != doubt.message_id,
    )
    return bool(connection.execute(select(other)).scalar_one())


def _doubt(world: World, connection: Connection, keys: TenantKeys, row: AnyRow) -> Doubt:
    found = _find_witness(world, connection, keys.tenant_id, row)
    return Doubt(
        message_id=row.id,
        thread_id=row.thread_id,
        seq=row.seq,
        token=row.token,
        kind=row.kind,
        to=keys.open("contact.address", row.contact_id, row.address),
        body=keys.open("message.body", row.id, row.body),
        attempted_at=row.attempted_at,
        reason=row.reason,
        witness=None if found is None else _witness(keys, found),
    )


def _find_witness(
    world: World, connection: Connection, tenant_id: str, doubt: AnyRow
) -> AnyRow | None:
    taken = _WITH_CONTACT.where(col(Message.tenant_id) == tenant_id, *_IS_TAKEN).limit(1)
    when, certain = col(Message.attempted_at), doubt.attempted_at + lease_of(world.settings)
    after = connection.execute(taken.where(when > certain).order_by(when)).first()
    if after is not None:
        return after
    recent = when > doubt.attempted_at - NO_LONGER_KNOWN
    before = taken.where(when <= certain, recent).order_by(when.desc())
    return connection.execute(before).first()


def _witness(keys: TenantKeys, row: AnyRow) -> Witness:
    to = keys.open("contact.address", row.contact_id, row.address)
    return Witness(row.sid, to, row.number)
