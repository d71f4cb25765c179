"""Claiming: of each thread its lowest unfinished message, by a conditional update.

Consent is looked at again here, in the transaction that claims: a claim cannot commit after an
opt-out has. On PostgreSQL the thread's row is locked first and what is claimed is read after that;
on SQLite the writer is alone anyway.
"""

import secrets
import time
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Connection, exists, or_, select, update
from sqlalchemy.orm import aliased
from sqlmodel import col

from router.flows.held import EVERYTHING
from router.flows.outbox import EXEMPT, FIRST
from router.flows.senders import Sender
from router.flows.world import World
from router.store.rows import CONTACT_OF_THREAD, THREAD_OF_MESSAGE, AnyRow, AnySelect, is_unfinished
from router.store.tables import Contact, Message, Suppression, Thread

LEASE = timedelta(seconds=60)


@dataclass(frozen=True, slots=True)
class Claim:
    """A message that this process alone may send, until its lease ends."""

    tenant_id: str
    message_id: str
    thread_id: str
    token: str
    attempt: int
    to: str
    body: str
    deadline: float  # of time.monotonic: not one byte is written after it


def claim(world: World, sender: Sender, limit: int) -> list[Claim]:
    """Claim up to `limit` messages of a sender, answers before bulk; opted-out ones are dropped."""
    at, deadline = world.now(), time.monotonic() + LEASE.total_seconds() / 3
    with world.store.write() as connection:
        rows = _lock_and_read(connection, sender, at, limit)
        barred = [row for row in rows if _is_barred(row)]
        sendable = [row for row in rows if row not in barred]
        _drop(connection, sender, barred, at)
        token = secrets.token_hex(8)
        _mark(connection, sender, sendable, token, at)
        keys = world.keys(connection, sender.tenant_id)
    return [
        Claim(
            tenant_id=sender.tenant_id,
            message_id=row.id,
            thread_id=row.thread_id,
            token=token,
            attempt=row.attempt + 1,
            to=keys.open("contact.address", row.contact_id, row.address),
            body=keys.open("message.body", row.id, row.body),
            deadline=deadline,
        )
        for row in sendable
    ]


def _lock_and_read(
    connection: Connection, sender: Sender, at: datetime, limit: int
) -> Sequence[AnyRow]:
    ready = _ready(sender, at, limit)
    if connection.dialect.name == "sqlite":
        return connection.execute(ready).all()
    threads = [row.thread_id for row in connection.execute(ready)]
    if not threads:
        return []
    ours = (col(Thread.tenant_id) == sender.tenant_id, col(Thread.id).in_(threads))
    lock = select(col(Thread.id)).where(*ours).order_by(col(Thread.id)).with_for_update()
    connection.execute(lock)
    return connection.execute(ready.where(col(Message.thread_id).in_(threads))).all()


def _ready(sender: Sender, at: datetime, limit: int) -> AnySelect:
    """What could be sent now: due, and first in its thread (or of a kind that overtakes)."""
    earlier = aliased(Message)
    blocked = exists().where(
        col(earlier.tenant_id) == col(Message.tenant_id),
        col(earlier.thread_id) == col(Message.thread_id),
        col(earlier.direction) == "out",
        is_unfinished(earlier),
        col(earlier.seq) < col(Message.seq),
        or_(col(Message.priority) > FIRST, col(earlier.priority) == FIRST),
    )
    suppressed_since = (
        select(col(Suppression.since))
        .where(
            col(Suppression.tenant_id) == col(Contact.tenant_id),
            col(Suppression.lookup) == col(Contact.lookup),
            col(Suppression.scope) == EVERYTHING,
        )
        .scalar_subquery()
    )
    return (
        select(
            col(Message.id),
            col(Message.thread_id),
            col(Message.number),
            col(Message.attempt),
            col(Message.kind),
            col(Message.body),
            col(Thread.contact_id),
            col(Contact.address),
            col(Message.created_at),
            suppressed_since.label("suppressed_since"),
        )
        .join(
            Thread,
            THREAD_OF_MESSAGE,
        )
        .join(
            Contact,
            CONTACT_OF_THREAD,
        )
        .where(
            col(Message.tenant_id) == sender.tenant_id,
            col(Message.number) == sender.address,
            is_unfinished(),
            col(Message.state) == "queued",
            or_(col(Message.not_before).is_(None), col(Message.not_before) <= at),
            ~blocked,
        )
        .order_by(col(Message.priority), col(Message.created_at), col(Message.seq))
        .limit(limit)
    )


def _is_barred(row: AnyRow) -> bool:
    """Whether an opt-out forbids it: only its confirmation and answers to later words may go."""
    if row.suppressed_since is None:
        return False
    return row.kind not in EXEMPT or row.created_at < row.suppressed_since


def _mark(
    connection: Connection, sender: Sender, rows: Sequence[AnyRow], token: str, at: datetime
) -> None:
    if not rows:
        return
    connection.execute(
        update(Message)
        .where(
            col(Message.tenant_id) == sender.tenant_id,
            col(Message.id).in_([row.id for row in rows]),
            col(Message.state) == "queued",
        )
        .values(
            state="sending",
            token=token,
            attempt=col(Message.attempt) + 1,
            attempted_at=at,
            lease_until=at + LEASE,
            updated_at=at,
        )
    )


def _drop(connection: Connection, sender: Sender, rows: Sequence[AnyRow], at: datetime) -> None:
    if not rows:
        return
    connection.execute(
        update(Message)
        .where(
            col(Message.tenant_id) == sender.tenant_id,
            col(Message.id).in_([row.id for row in rows]),
        )
        .values(state="suppressed", reason="opted_out", updated_at=at)
    )
