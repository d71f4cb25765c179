"""Doubts: attempts of which nothing was heard, and what goes on around them in their thread."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, bindparam, exists, or_, select
from sqlmodel import col

from router.flows.outbox import FIRST
from router.flows.senders import Sender
from router.flows.sending.leases import grace_of
from router.flows.sending.witnesses import Witness, find_witnesses
from router.flows.world import World
from router.store.rows import (
    CONTACT_OF_THREAD,
    THREAD_OF_MESSAGE,
    AnyRow,
    AnySelect,
    is_state,
    is_unfinished,
)
from router.store.sealing import SealError, TenantKeys
from router.store.tables import Contact, Message, Thread

BATCH = 50


@dataclass(frozen=True, slots=True)
class Doubt:
    """An attempt of which nothing was heard. `to` is empty where it cannot be read any more;
    `absences`: how often the log has shown so far that an attempt was not taken.
    """

    message_id: str
    thread_id: str
    seq: int
    token: str
    kind: str
    to: str
    body: str
    number: str
    absences: int
    attempted_at: datetime
    reason: str | None
    witnesses: tuple[Witness, ...]


IS_TO_BE_LOOKED_UP = (
    (col(Message.state) == "unknown")
    & (col(Message.attempted_at) < bindparam("overdue"))
    & or_(col(Message.not_before).is_(None), col(Message.not_before) <= bindparam("now"))
)
"""Whether a message is in doubt for longer than the grace, and due to be looked up (again)."""
_OF_TENANT = col(Message.tenant_id) == bindparam("tenant")
_OF_THREAD = _OF_TENANT & (col(Message.thread_id) == bindparam("thread"))
_WITH_CONTACT: AnySelect = (
    select(
        col(Message.id),
        col(Message.thread_id),
        col(Message.seq),
        col(Message.token),
        col(Message.kind),
        col(Message.body),
        col(Message.number),
        col(Message.reason),
        col(Message.absences),
        col(Message.attempted_at),
        col(Contact.id).label("contact_id"),
        col(Contact.address),
    )
    .join(Thread, THREAD_OF_MESSAGE)
    .join(Contact, CONTACT_OF_THREAD)
    .where(_OF_TENANT)
)
_DOUBTS = (
    _WITH_CONTACT.where(
        col(Message.number) == bindparam("address"), is_unfinished(), IS_TO_BE_LOOKED_UP
    )
    .order_by(col(Message.attempted_at))
    .limit(BATCH)
)
_IN_DOUBT = (
    select(col(Message.id))
    .where(
        _OF_TENANT,
        col(Message.number) == bindparam("address"),
        is_unfinished(),
        is_state("unknown"),
    )
    .limit(bindparam("most"))
)
_OVERTAKEN = select(
    exists().where(
        _OF_THREAD,
        col(Message.seq) > bindparam("place"),
        col(Message.attempt) > 0,
        col(Message.priority) > FIRST,
    )
)
_OTHERS_TAKEN = select(
    exists().where(
        _OF_TENANT,
        col(Message.number) == bindparam("address"),
        col(Message.sid).is_not(None),
        col(Message.attempted_at) >= bindparam("since"),
    )
)
_IN_COMPANY = select(
    exists().where(
        _OF_THREAD,
        is_unfinished(),
        col(Message.state) == "sending",
        col(Message.id) != bindparam("message"),
    )
)


def look_up_times(world: World) -> dict[str, datetime]:
    """The parameters of IS_TO_BE_LOOKED_UP."""
    now = world.now()
    return {"now": now, "overdue": now - grace_of(world.settings)}


def read_doubts(world: World, sender: Sender) -> list[Doubt]:
    """What is to be looked up of one sender, oldest first."""
    wanted = {"tenant": sender.tenant_id, "address": sender.address}
    with world.store.read() as connection:
        keys = world.keys(connection, sender.tenant_id)
        rows = connection.execute(_DOUBTS, wanted | look_up_times(world)).all()
        return [_doubt(world, connection, keys, row) for row in rows]


def count_doubts(world: World, tenant_id: str, number: str, most: int) -> int:
    """How many texts of a number are in doubt now, counted up to `most`."""
    wanted = {"tenant": tenant_id, "address": number, "most": most}
    with world.store.read() as connection:
        return len(connection.execute(_IN_DOUBT, wanted).all())


def has_been_overtaken(connection: Connection, tenant_id: str, doubt: Doubt) -> bool:
    """Whether a later text of the thread has left meanwhile: this one would come out of order."""
    wanted = {"tenant": tenant_id, "thread": doubt.thread_id, "place": doubt.seq}
    return bool(connection.execute(_OVERTAKEN, wanted).scalar_one())


def others_were_taken(connection: Connection, tenant_id: str, number: str, since: datetime) -> bool:
    """Whether the carrier has taken a text of the number that was tried since then."""
    wanted = {"tenant": tenant_id, "address": number, "since": since}
    return bool(connection.execute(_OTHERS_TAKEN, wanted).scalar_one())


def has_company(connection: Connection, tenant_id: str, doubt: Doubt) -> bool:
    """Whether another text of the thread is being sent just now: a log may show that one."""
    wanted = {"tenant": tenant_id, "thread": doubt.thread_id, "message": doubt.message_id}
    return bool(connection.execute(_IN_COMPANY, wanted).scalar_one())


def _doubt(world: World, connection: Connection, keys: TenantKeys, row: AnyRow) -> Doubt:
    """One that does not open keeps no other from being settled."""
    try:
        to = keys.open("contact.address", row.contact_id, row.address)
        body = keys.open("message.body", row.id, row.body)
    except SealError:
        to = body = ""
    return Doubt(
        message_id=row.id,
        thread_id=row.thread_id,
        seq=row.seq,
        token=row.token,
        kind=row.kind,
        to=to,
        body=body,
        number=row.number,
        absences=row.absences or 0,
        attempted_at=row.attempted_at,
        reason=row.reason,
        witnesses=find_witnesses(world, connection, keys, row),
    )
