"""Claiming: of each thread its lowest unfinished message, by a conditional update.

Consent, purpose and quiet hours are looked at again here, in the transaction that claims: a claim
cannot commit after an opt-out has. On PostgreSQL the thread's row is locked first and what is
claimed is read after that; on SQLite the writer is alone anyway.
"""

import secrets
import time
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Connection, exists, or_, select, update
from sqlalchemy.orm import aliased
from sqlmodel import col

from router.flows.outbox import FIRST
from router.flows.senders import Sender
from router.flows.sending.verdicts import CLOSED_SINCE, IN_DOUBT_SINCE, Judge, Verdict
from router.flows.world import World
from router.store.rows import CONTACT_OF_THREAD, THREAD_OF_MESSAGE, AnyRow, AnySelect, is_unfinished
from router.store.tables import Contact, Message, Thread

LEASE = timedelta(seconds=60)


@dataclass(frozen=True, slots=True)
class Claim:
    """A message that this process alone may send, until its lease ends."""

    tenant_id: str
    message_id: str
    thread_id: str
    token: str
    attempt: int
    number: str
    kind: str
    template: str | None
    to: str
    body: str
    deadline: float  # of time.monotonic: not one byte is written after it


@dataclass(frozen=True, slots=True)
class Claims:
    """What was claimed, and the threads (ids) whose message was put aside instead."""

    messages: tuple[Claim, ...]
    put_aside: frozenset[str]


def claim(world: World, sender: Sender, limit: int) -> Claims:
    """Claim up to `limit` of a sender's messages, answers before bulk; what may not leave is put
    aside.
    """
    at, deadline = world.now(), time.monotonic() + LEASE.total_seconds() / 3
    with world.store.write() as connection:
        keys = world.keys(connection, sender.tenant_id)
        rows = _lock_and_read(connection, sender, at, limit)
        judge = Judge(world, connection, keys, sender, at)
        verdicts = {row.id: judge.verdict(row) for row in rows}
        sendable = [row for row in rows if verdicts[row.id] is None]
        for row in rows:
            if verdict := verdicts[row.id]:
                _put_aside(connection, sender, row, verdict, at)
        token = secrets.token_hex(8)
        _mark(connection, sender, sendable, token, at)
    aside = frozenset(row.thread_id for row in rows if verdicts[row.id])
    claimed = tuple(
        Claim(
            tenant_id=sender.tenant_id,
            message_id=row.id,
            thread_id=row.thread_id,
            token=token,
            attempt=row.attempt + 1,
            number=row.number,
            kind=row.kind,
            template=row.template,
            to=keys.open("contact.address", row.contact_id, row.address),
            body=keys.open("message.body", row.id, row.body),
            deadline=deadline,
        )
        for row in sendable
    )
    return Claims(claimed, aside)


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
    return (
        select(
            col(Message.id),
            col(Message.thread_id),
            col(Message.number),
            col(Message.attempt),
            col(Message.kind),
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


def _put_aside(
    connection: Connection, sender: Sender, row: AnyRow, verdict: Verdict, at: datetime
) -> None:
    connection.execute(
        update(Message)
        .where(
            col(Message.tenant_id) == sender.tenant_id,
            col(Message.id) == row.id,
            col(Message.state) == "queued",
        )
        .values(
            state=verdict.state,
            reason=verdict.reason,
            not_before=verdict.not_before,
            updated_at=at,
        )
    )
