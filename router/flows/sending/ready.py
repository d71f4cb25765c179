"""What of a sender is ready to be sent, read so that it stays as it is until it is claimed.

Ready is what is due and first in its thread, or of a kind that overtakes. What stands before a
message is asked for as a place in its thread, in order, and not by NOT EXISTS: out of that
PostgreSQL, which does not know how long an outbox is, makes a walk through all of it for each.
"""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import Connection, Integer, bindparam, or_, select
from sqlalchemy.orm import aliased
from sqlmodel import col

from router.flows.outbox import FIRST
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

_EARLIER = aliased(Message)
_HOLDS_IT_UP = (
    select(col(_EARLIER.seq))
    .where(
        col(_EARLIER.tenant_id) == col(Message.tenant_id),
        col(_EARLIER.thread_id) == col(Message.thread_id),
        is_unfinished(_EARLIER),
        col(_EARLIER.seq) < col(Message.seq),
        or_(col(Message.priority) > FIRST, col(_EARLIER.priority) == FIRST),
        or_(col(_EARLIER.state) != "unknown", col(_EARLIER.attempted_at) > bindparam("given_up")),
    )
    .order_by(col(_EARLIER.seq))
    .limit(1)
    .correlate(Message)
    .scalar_subquery()
)
_READY: AnySelect = (
    select(
        col(Message.id),
        col(Message.thread_id),
        col(Message.number),
        col(Message.attempt),
        col(Message.reason),
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
        col(Message.priority) <= bindparam("lowest"),
        or_(col(Message.not_before).is_(None), col(Message.not_before) <= bindparam("now")),
        _HOLDS_IT_UP.is_(None),
    )
    .order_by(col(Message.priority), col(Message.created_at), col(Message.seq))
    .limit(bindparam("most", type_=Integer))
)
_READY_OF_THREADS = _READY.where(col(Message.thread_id).in_(bindparam("threads", expanding=True)))
_LOCK = (
    select(col(Thread.id))
    .where(
        col(Thread.tenant_id) == bindparam("tenant"),
        col(Thread.id).in_(bindparam("threads", expanding=True)),
    )
    .order_by(col(Thread.id))
    .with_for_update()
)


def read_ready(
    connection: Connection,
    sender: Sender,
    *,
    at: datetime,
    given_up: datetime,
    lowest: int,
    most: int,
) -> Sequence[AnyRow]:
    """Up to `most` messages of priority `lowest` or better, answers before bulk, all of them alone
    in the hand of this transaction. What is unknown since before `given_up` holds nothing up.

    On PostgreSQL the threads are locked first, and what is ready is read again after that; on
    SQLite the writer is alone anyway.
    """
    wanted: dict[str, object] = {
        "tenant": sender.tenant_id,
        "address": sender.address,
        "now": at,
        "given_up": given_up,
        "lowest": lowest,
        "most": most,
    }
    rows = connection.execute(_READY, wanted).all()
    if connection.dialect.name == "sqlite" or not rows:
        return rows
    wanted["threads"] = [row.thread_id for row in rows]
    connection.execute(_LOCK, wanted)
    return connection.execute(_READY_OF_THREADS, wanted).all()
