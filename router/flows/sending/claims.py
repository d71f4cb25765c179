"""Claiming: of each thread its lowest unfinished message, by a conditional update.

Consent, purpose and quiet hours are looked at again here, in the transaction that claims: a claim
cannot commit after an opt-out has. On PostgreSQL the thread's row is locked first and what is
claimed is read after that; on SQLite the writer is alone anyway.
"""

import secrets
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, exists, or_, select, update
from sqlalchemy.orm import aliased
from sqlmodel import col

from router.flows.outbox import BULK, FIRST
from router.flows.senders import Sender
from router.flows.sending.leases import LOOK_UP, grace_of, lease_of
from router.flows.sending.pace import AHEAD, Turns, pace_of
from router.flows.sending.verdicts import CLOSED_SINCE, IN_DOUBT_SINCE, Judge, Verdict
from router.flows.world import World
from router.store.rows import (
    CONTACT_OF_THREAD,
    THREAD_OF_MESSAGE,
    AnyRow,
    AnySelect,
    is_state,
    is_unfinished,
)
from router.store.sealing import TenantKeys
from router.store.tables import Contact, Message, Number, Thread


@dataclass(frozen=True, slots=True)
class Claim:
    """A message that this process alone may send, at `send_at` or soon after, within its lease; no
    other of its number may follow within `clear_seconds`.

    `is_probe`: the carrier refused the account before; this one finds out whether it still does.
    """

    tenant_id: str
    sender_id: str
    service_sid: str | None
    message_id: str
    thread_id: str
    token: str
    attempt: int
    number: str
    kind: str
    template: str | None
    priority: int
    to: str
    body: str
    send_at: datetime
    clear_seconds: float
    created_at: datetime
    deadline: float  # of world.monotonic: not one byte is written after it
    is_probe: bool = False


@dataclass(frozen=True, slots=True)
class Claims:
    """What was claimed, and the threads (ids) whose message was put aside instead. `again_at`: when
    the sender's pace lets more go; None where it does not hold anything up.
    """

    messages: tuple[Claim, ...] = ()
    put_aside: frozenset[str] = frozenset()
    again_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class _Line:
    """A sender's line, held by the claiming transaction: how fast it may go, and whether at all."""

    sender: Sender
    turns: Turns
    is_probed: bool


def claim(world: World, sender: Sender, limit: int, *, answers_only: bool = False) -> Claims:
    """Claim up to `limit` of a sender's messages, answers before bulk and as far as its pace goes;
    what may not leave is put aside.
    """
    with world.store.write() as connection:
        at, expires = world.now(), world.monotonic() + lease_of(world.settings).total_seconds() / 3
        line = _hold_line(world, connection, sender)
        if line is None:
            return Claims()
        if line.turns.free_at > at + AHEAD:
            return Claims(again_at=line.turns.free_at - AHEAD)
        keys = world.keys(connection, sender.tenant_id)
        most = 1 if line.is_probed else line.turns.most(limit)
        ready = _ready(sender, at, at - grace_of(world.settings) - LOOK_UP, most, answers_only)
        rows = _lock_and_read(connection, sender, ready)
        judge = Judge(world, connection, keys, sender, at)
        verdicts = {row.id: judge.verdict(row) for row in rows}
        for row in rows:
            if verdict := verdicts[row.id]:
                _put_aside(connection, sender, row, verdict, at)
        sendable = [row for row in rows if verdicts[row.id] is None]
        claimed = tuple(_claims(line, keys, sendable, at, expires))
        lease_until = at + lease_of(world.settings)
        _mark(connection, sender, claimed, at, lease_until)
        if claimed:
            _move_line(connection, line, lease_until)
    aside = frozenset(row.thread_id for row in rows if verdicts[row.id])
    is_held_up = line.turns.free_at > at + AHEAD
    return Claims(claimed, aside, line.turns.free_at - AHEAD if is_held_up else None)


def _hold_line(world: World, connection: Connection, sender: Sender) -> _Line | None:
    """None while nothing may leave from that number: it is paused, or gone."""
    row = connection.execute(
        select(col(Number.paced_until), col(Number.paused_until), col(Number.paused_code))
        .where(col(Number.tenant_id) == sender.tenant_id, col(Number.id) == sender.id)
        .with_for_update()
    ).one_or_none()
    at = world.now()  # the lock may have been waited for
    if row is None or (row.paused_until is not None and row.paused_until > at):
        return None
    free_at = at if row.paced_until is None else max(at, row.paced_until)
    turns = Turns(pace_of(world.settings, sender.address), free_at)
    return _Line(sender, turns, is_probed=row.paused_code is not None)


def _claims(
    line: _Line, keys: TenantKeys, rows: Sequence[AnyRow], at: datetime, expires: float
) -> Iterator[Claim]:
    """Those of the rows whose turn comes soon enough."""
    token = secrets.token_hex(8)
    for row in rows:
        if line.turns.free_at > at + AHEAD:
            return
        to = keys.open("contact.address", row.contact_id, row.address)
        body = keys.open("message.body", row.id, row.body)
        send_at, clear_seconds = line.turns.take(body, to)
        yield Claim(
            tenant_id=line.sender.tenant_id,
            sender_id=line.sender.id,
            service_sid=line.sender.service_sid,
            message_id=row.id,
            thread_id=row.thread_id,
            token=token,
            attempt=row.attempt + 1,
            number=row.number,
            kind=row.kind,
            template=row.template,
            priority=row.priority,
            to=to,
            body=body,
            send_at=send_at,
            clear_seconds=clear_seconds,
            created_at=row.created_at,
            deadline=expires,
            is_probe=line.is_probed,
        )


def _move_line(connection: Connection, line: _Line, lease_until: datetime) -> None:
    """The next claim goes on where this one ended; while the account is probed there is none."""
    values: dict[str, datetime] = {}
    if line.turns.rate:
        values["paced_until"] = line.turns.free_at
    if line.is_probed:
        values["paused_until"] = lease_until
    if values:
        sender = line.sender
        ours = (col(Number.tenant_id) == sender.tenant_id, col(Number.id) == sender.id)
        connection.execute(update(Number).where(*ours).values(values))


def _lock_and_read(connection: Connection, sender: Sender, ready: AnySelect) -> Sequence[AnyRow]:
    if connection.dialect.name == "sqlite":
        return connection.execute(ready).all()
    threads = [row.thread_id for row in connection.execute(ready)]
    if not threads:
        return []
    ours = (col(Thread.tenant_id) == sender.tenant_id, col(Thread.id).in_(threads))
    lock = select(col(Thread.id)).where(*ours).order_by(col(Thread.id)).with_for_update()
    connection.execute(lock)
    return connection.execute(ready.where(col(Message.thread_id).in_(threads))).all()


def _ready(
    sender: Sender, at: datetime, given_up: datetime, limit: int, answers_only: bool
) -> AnySelect:
    """What could be sent now: due, and first in its thread (or of a kind that overtakes).

    What is unknown since before `given_up` holds its thread no longer.
    """
    earlier = aliased(Message)
    blocked = exists().where(
        col(earlier.tenant_id) == col(Message.tenant_id),
        col(earlier.thread_id) == col(Message.thread_id),
        is_unfinished(earlier),
        col(earlier.seq) < col(Message.seq),
        or_(col(Message.priority) > FIRST, col(earlier.priority) == FIRST),
        or_(col(earlier.state) != "unknown", col(earlier.attempted_at) > given_up),
    )
    bulk_too = () if not answers_only else (col(Message.priority) < BULK,)
    return (
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
            is_state("queued"),
            *bulk_too,
            or_(col(Message.not_before).is_(None), col(Message.not_before) <= at),
            ~blocked,
        )
        .order_by(col(Message.priority), col(Message.created_at), col(Message.seq))
        .limit(limit)
    )


def _mark(
    connection: Connection,
    sender: Sender,
    claims: Sequence[Claim],
    at: datetime,
    lease_until: datetime,
) -> None:
    if not claims:
        return
    connection.execute(
        update(Message)
        .where(
            col(Message.tenant_id) == sender.tenant_id,
            col(Message.id).in_([claim.message_id for claim in claims]),
            col(Message.state) == "queued",
        )
        .values(
            state="sending",
            token=claims[0].token,
            attempt=col(Message.attempt) + 1,
            attempted_at=at,
            lease_until=lease_until,
            not_before=None,
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
