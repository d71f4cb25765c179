"""What could be sent now: due, and first in its thread (or of a kind that overtakes).

The statements are made once: making them costs more than running them. On PostgreSQL the threads
are locked first, and what is ready is read after that; on SQLite the writer is alone anyway.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from types import MappingProxyType

from sqlalchemy import BindParameter, Connection, Integer, bindparam, exists, or_, select
from sqlalchemy.orm import aliased
from sqlmodel import col

from router.flows.outbox import BULK, FIRST
from router.flows.senders import Sender
from router.flows.sending.verdicts import CLOSED_SINCE, IN_DOUBT_SINCE
from router.store.rows import (
    CONTACT_OF_THREAD,
    THREAD_OF_MESSAGE,
    AnyRow,
    AnySelect,
    is_state,
    is_unfinished,
)
from router.store.tables import Contact, Message, Thread


@dataclass(frozen=True, slots=True)
class Wanted:
    """Up to `limit` messages of a sender, as of `at`. What is unknown since before `given_up` holds
    its thread no longer.
    """

    sender: Sender
    at: datetime
    given_up: datetime
    limit: int
    answers_only: bool


_EARLIER = aliased(Message)
_IS_BLOCKED = exists().where(
    col(_EARLIER.tenant_id) == col(Message.tenant_id),
    col(_EARLIER.thread_id) == col(Message.thread_id),
    is_unfinished(_EARLIER),
    col(_EARLIER.seq) < col(Message.seq),
    or_(col(Message.priority) > FIRST, col(_EARLIER.priority) == FIRST),
    or_(col(_EARLIER.state) != "unknown", col(_EARLIER.attempted_at) > bindparam("given_up")),
)
_READY: AnySelect = (
    select(
        col(Message.id),
        col(Message.thread_id),
        col(Message.number),
        col(Message.attempt),
        col(Message.kind),
        col(Message.priority),
        col(Message.template),
        col(Message.purpose),
        col(Message.topic),
        col(Message.cause_id),
        col(Message.body),
        col(Message.created_at),
        col(Thread.contact_id),
        IN_DOUBT_SINCE.label("doubt_since"),
        col(Thread.last_text_at),
        col(Contact.address),
        col(Contact.person),
        col(Contact.blocked),
        CLOSED_SINCE.label("closed_since"),
    )
    .join(Thread, THREAD_OF_MESSAGE)
    .join(Contact, CONTACT_OF_THREAD)
    .where(
        col(Message.tenant_id) == bindparam("tenant"),
        col(Message.number) == bindparam("address"),
        is_unfinished(),
        is_state("queued"),
        or_(col(Message.not_before).is_(None), col(Message.not_before) <= bindparam("now")),
    )
    .order_by(col(Message.priority), col(Message.created_at), col(Message.seq))
    .limit(bindparam("most", type_=Integer))
)
_FIRST_OF_THREADS = _READY.where(~_IS_BLOCKED)
_STATEMENTS = MappingProxyType(
    {False: _FIRST_OF_THREADS, True: _FIRST_OF_THREADS.where(col(Message.priority) < BULK)}
)
_THREADS: BindParameter[Sequence[str]] = bindparam("threads", expanding=True)
_OF_THREADS = MappingProxyType(
    {
        answers_only: statement.where(col(Message.thread_id).in_(_THREADS))
        for answers_only, statement in _STATEMENTS.items()
    }
)
_LOCK: AnySelect = (
    select(col(Thread.id))
    .where(col(Thread.tenant_id) == bindparam("tenant"), col(Thread.id).in_(_THREADS))
    .order_by(col(Thread.id))
    .with_for_update()
)


def read_ready(connection: Connection, wanted: Wanted) -> Sequence[AnyRow]:
    """What is ready, answers before bulk; its threads are the transaction's own from now on."""
    given = {
        "tenant": wanted.sender.tenant_id,
        "address": wanted.sender.address,
        "now": wanted.at,
        "given_up": wanted.given_up,
        "most": wanted.limit,
    }
    rows = connection.execute(_STATEMENTS[wanted.answers_only], given).all()
    if connection.dialect.name == "sqlite" or not rows:
        return rows
    given["threads"] = sorted({row.thread_id for row in rows})
    connection.execute(_LOCK, given)
    return connection.execute(_OF_THREADS[wanted.answers_only], given).all()
