"""Claiming: of each thread its lowest unfinished message, by a conditional update.

Consent, purpose and quiet hours are looked at again here, in the transaction that claims: a claim
cannot commit after an opt-out has.
"""

import secrets
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, bindparam, update
from sqlmodel import col

from router.flows.outbox import ANSWER, BULK
from router.flows.senders import Sender
from router.flows.sending.leases import LOOK_UP, grace_of, lease_of
from router.flows.sending.line import Line, hold_line, move_line
from router.flows.sending.pauses import REFUSED
from router.flows.sending.ready import read_ready
from router.flows.sending.verdicts import Judge, Verdict
from router.flows.world import World
from router.store.rows import AnyRow, table
from router.store.sealing import SealError, TenantKeys
from router.store.tables import Message

_IS_QUEUED = (col(Message.tenant_id) == bindparam("tenant"), col(Message.state) == "queued")
_MARK = (
    update(table(Message))
    .where(*_IS_QUEUED, col(Message.id).in_(bindparam("messages", expanding=True)))
    .values(
        state="sending",
        token=bindparam("claimed"),
        attempt=col(Message.attempt) + 1,
        attempted_at=bindparam("now"),
        lease_until=bindparam("until"),
        not_before=None,
        updated_at=bindparam("now"),
    )
)
_PUT_ASIDE = (
    update(table(Message))
    .where(*_IS_QUEUED, col(Message.id) == bindparam("message"))
    .values(
        state=bindparam("becomes"),
        reason=bindparam("why"),
        not_before=bindparam("again_at"),
        updated_at=bindparam("now"),
    )
)

PROBES = 32  # so many are looked at for the one that is to find out
UNREADABLE = Verdict("failed", "unreadable")  # it does not open, and must stop no other


@dataclass(frozen=True, slots=True)
class Claim:
    """A message that this process alone may send, at `send_at` or soon after, within its lease; no
    other of its number may follow within `clear_seconds`.

    `is_probe`: the carrier refused the account before; this one finds out whether it still does.
    `was_refused`: it has refused it so with this one before.
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
    claimed_at: datetime
    deadline: float  # of world.monotonic: not one byte is written after it
    is_probe: bool = False
    was_refused: bool = False


@dataclass(frozen=True, slots=True)
class Claims:
    """What was claimed, and the threads (ids) whose message was put aside instead. `again_in`: in
    how many seconds the sender's pace lets more go; None where it does not hold anything up.
    `had_all`: nothing else was ready.
    """

    messages: tuple[Claim, ...] = ()
    put_aside: frozenset[str] = frozenset()
    again_in: float | None = None
    had_all: bool = True


def claim(world: World, sender: Sender, limit: int, *, answers_only: bool = False) -> Claims:
    """Claim up to `limit` of a sender's messages, answers before bulk and as far as its pace goes;
    what may not leave is put aside.
    """
    with world.store.write() as connection:
        line = hold_line(world, connection, sender)
        if line is None:
            return Claims()
        at, expires = line.at, world.monotonic() + lease_of(world.settings).total_seconds() / 3
        if line.turns.again_in(at) is not None:
            return Claims(again_in=line.turns.again_in(at))
        keys = world.keys(connection, sender.tenant_id)
        most = PROBES if line.is_probed else line.turns.most(limit)
        rows = read_ready(
            connection,
            sender,
            at=at,
            given_up=at - grace_of(world.settings) - LOOK_UP,
            lowest=ANSWER if answers_only else BULK,
            most=most,
        )
        opened = dict(_open(keys, rows))
        verdicts: dict[str, Verdict | None] = {row.id: UNREADABLE for row in rows}
        readable = [row for row in rows if row.id in opened]
        verdicts |= Judge(world, connection, keys, sender, at).verdicts(readable)
        _put_aside(connection, verdicts, sender.tenant_id, at)
        sendable = [row for row in rows if verdicts[row.id] is None]
        claimed = tuple(_claims(line, sendable, opened, expires))
        lease_until = at + lease_of(world.settings)
        _mark(connection, claimed, at, lease_until)
        if claimed:
            move_line(connection, line, lease_until)
    aside = frozenset(row.thread_id for row in rows if verdicts[row.id])
    return Claims(claimed, aside, line.turns.again_in(at), had_all=len(rows) < most)


def _open(keys: TenantKeys, rows: Sequence[AnyRow]) -> Iterator[tuple[str, tuple[str, str]]]:
    """To whom each goes and its words, by its id; nothing of one that does not open."""
    for row in rows:
        with suppress(SealError):
            to = keys.open("contact.address", row.contact_id, row.address)
            yield row.id, (to, keys.open("message.body", row.id, row.body))


def _claims(
    line: Line, rows: Sequence[AnyRow], opened: Mapping[str, tuple[str, str]], expires: float
) -> Iterator[Claim]:
    """Those of the rows whose turn comes soon enough; as a probe the one that was tried least, for
    it may be one text alone that is refused.
    """
    token = secrets.token_hex(8)
    if line.is_probed:
        rows = sorted(rows, key=lambda row: row.attempt)[:1]
    for row in rows:
        if line.turns.again_in(line.at) is not None:
            return
        to, body = opened[row.id]
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
            claimed_at=line.at,
            deadline=expires,
            is_probe=line.is_probed,
            was_refused=row.reason == REFUSED,
        )


def _mark(
    connection: Connection, claims: Sequence[Claim], at: datetime, lease_until: datetime
) -> None:
    if claims:
        first = claims[0]
        ids = [claim.message_id for claim in claims]
        wanted = {"tenant": first.tenant_id, "messages": ids, "claimed": first.token}
        connection.execute(_MARK, wanted | {"now": at, "until": lease_until})


def _put_aside(
    connection: Connection, verdicts: Mapping[str, Verdict | None], tenant_id: str, at: datetime
) -> None:
    aside = [
        {
            "tenant": tenant_id,
            "message": message_id,
            "becomes": verdict.state,
            "why": verdict.reason,
            "again_at": verdict.not_before,
            "now": at,
        }
        for message_id, verdict in verdicts.items()
        if verdict is not None
    ]
    if aside:
        connection.execute(_PUT_ASIDE, aside)
