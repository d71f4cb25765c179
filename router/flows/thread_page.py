"""One thread as staff sees it: its texts, why they came here, and what may be sent."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, select
from sqlmodel import col

from router.carrier.errors import advise, explain
from router.flows.assign.shown import Hands, hands_of
from router.flows.consent.desk import can_correct
from router.flows.consent.events import Event, events_of, standing_of
from router.flows.consent.scopes import topics_in
from router.flows.consent.standing import Purpose
from router.flows.dispatches.told import Told, told_of
from router.flows.held import Held, look_at_thread
from router.flows.letter import is_only_blocked_at_carrier, why_locked
from router.flows.names import name_in
from router.flows.outbox import purpose_of
from router.flows.world import World
from router.store.rows import DECISION_OF_MESSAGE, AnyRow
from router.store.sealing import TenantKeys
from router.store.tables import DecisionRecord, Message

MOST_MESSAGES = 500
FAILED = frozenset({"undelivered", "failed"})
WENT_WELL = frozenset({"accepted", "sent", "delivered"})


@dataclass(frozen=True, slots=True)
class Why:
    """The reason that a text came here."""

    keyword: str
    language: str
    rule: str | None
    section: str | None
    file: str
    line: int | None
    revision: int
    code: str | None
    held_by: str | None
    held_back: tuple[str, ...]
    shadow: tuple[str, ...]
    team: str | None


@dataclass(frozen=True, slots=True)
class MessageLine:
    """A text of a thread. `error` is the carrier's refusal in plain words, `advice` what staff can
    do about it; `reason` why it was not sent, or not yet: opted_out, limit, no_consent, too_late,
    doubt, quiet_hours (until `not_before`), erasure, and the like. `told`: who else was told of it.
    """

    id: str
    direction: str
    kind: str
    body: str
    state: str
    error: str | None
    advice: str
    reason: str | None
    not_before: datetime | None
    purpose: str | None
    topic: str | None
    author: str | None
    late: bool
    created_at: datetime
    why: Why | None
    told: tuple[Told, ...] = ()


@dataclass(frozen=True, slots=True)
class Blocked:
    """Who blocked the sender, when and why."""

    by: str
    at: datetime
    reason: str


@dataclass(frozen=True, slots=True)
class ConsentPage:
    """What a person agreed to and objected to.

    `opted_out`: nothing may be sent from the number they last wrote to; `only_at_carrier`: it is
    the carrier alone that refuses; `can_correct`: it was not their own STOP. `topics_out`: what
    they have objected to alone. `purpose`: what a text to them is now; `service`, `marketing`:
    whether a consent covers those. `events`: newest first.
    """

    opted_out: bool
    only_at_carrier: bool
    can_correct: bool
    topics_out: tuple[str, ...]
    purpose: Purpose
    service: bool
    marketing: bool
    events: tuple[Event, ...]


@dataclass(frozen=True, slots=True)
class ThreadPage:
    """One thread, whole. `locked` says why nothing can be sent; None where something can. `topics`
    are the rulebook's; `number` is the address of ours that they last wrote to.
    """

    thread_id: str
    contact_name: str
    address: str
    number: str
    state: str
    team: str | None
    hands: Hands
    tags: tuple[str, ...]
    flags: tuple[str, ...]
    locked: str | None
    blocked: Blocked | None
    consent: ConsentPage
    topics: tuple[str, ...]
    messages: tuple[MessageLine, ...]


def open_thread(world: World, tenant_id: str, thread_id: str) -> ThreadPage | None:
    """One thread with its latest texts, oldest first; None where the tenant has no such thread."""
    with world.store.read() as connection:
        keys = world.keys(connection, tenant_id)
        held = look_at_thread(connection, keys, thread_id, world.now())
        if held is None:
            return None
        book = world.live_book(connection, tenant_id)
        return ThreadPage(
            thread_id=held.thread_id,
            contact_name=name_in(held.attributes) or held.address,
            address=held.address,
            number=held.number,
            state=held.state.state,
            team=held.state.team,
            hands=hands_of(held, book),
            tags=tuple(sorted(held.state.tags)),
            flags=tuple(sorted(held.state.flags)),
            locked=why_locked(held),
            blocked=_blocked(held),
            consent=_consent(held),
            topics=tuple(book.topics),
            messages=_messages(connection, keys, thread_id),
        )


def _blocked(held: Held) -> Blocked | None:
    if held.blocked is None:
        return None
    said = held.keys.open_json("contact.blocked", held.contact_id, held.blocked)
    return Blocked(said["by"], datetime.fromisoformat(said["at"]), said["reason"])


def _consent(held: Held) -> ConsentPage:
    standing = standing_of(held.connection, held.tenant_id, held.person)
    return ConsentPage(
        opted_out=held.opted_out,
        only_at_carrier=is_only_blocked_at_carrier(held),
        can_correct=can_correct(held),
        topics_out=tuple(sorted(topics_in(held.suppressed))),
        purpose=purpose_of(held),
        service=standing.allows("service"),
        marketing=standing.allows("marketing"),
        events=tuple(reversed(events_of(held.connection, held.keys, held.person))),
    )


def _messages(connection: Connection, keys: TenantKeys, thread_id: str) -> tuple[MessageLine, ...]:
    columns: tuple[Any, ...] = (
        *Message.__table__.columns,  # type: ignore[attr-defined]  # set by SQLModel's metaclass
        col(DecisionRecord.keyword),
        col(DecisionRecord.language),
        col(DecisionRecord.rule),
        col(DecisionRecord.section),
        col(DecisionRecord.file),
        col(DecisionRecord.line),
        col(DecisionRecord.revision),
        col(DecisionRecord.code),
        col(DecisionRecord.held_by),
        col(DecisionRecord.held_back),
        col(DecisionRecord.shadow),
        col(DecisionRecord.team).label("decided_team"),
    )
    rows = connection.execute(
        select(*columns)
        .join(
            DecisionRecord,
            DECISION_OF_MESSAGE,
            isouter=True,
        )
        .where(col(Message.tenant_id) == keys.tenant_id, col(Message.thread_id) == thread_id)
        .order_by(col(Message.seq).desc())
        .limit(MOST_MESSAGES)
    ).all()
    told: dict[str, list[Told]] = {}
    for each in told_of(connection, keys.tenant_id, thread_id):
        told.setdefault(each.message_id, []).append(each)
    return tuple(_message(keys, row, told.get(row.id, ())) for row in reversed(rows))


def _message(keys: TenantKeys, row: AnyRow, told: Sequence[Told]) -> MessageLine:
    return MessageLine(
        id=row.id,
        direction=row.direction,
        kind=row.kind,
        body=keys.open("message.body", row.id, row.body),
        state=row.state,
        error=_error(row),
        advice=advise(row.error_code) if row.state in FAILED else "",
        reason=row.reason,
        not_before=row.not_before,
        purpose=row.purpose,
        topic=row.topic,
        author=row.author,
        late=row.late,
        created_at=row.created_at,
        why=_why(row),
        told=tuple(told),
    )


def _error(row: AnyRow) -> str | None:
    """What the carrier said of an earlier try is no matter once a later one has gone well."""
    if row.state in WENT_WELL or (row.error_code is None and row.state not in FAILED):
        return None
    return explain(row.error_code)


def _why(row: AnyRow) -> Why | None:
    if row.keyword is None:
        return None
    return Why(
        keyword=row.keyword,
        language=row.language,
        rule=row.rule,
        section=row.section,
        file=row.file,
        line=row.line,
        revision=row.revision,
        code=row.code,
        held_by=row.held_by,
        held_back=tuple(row.held_back or ()),
        shadow=tuple(row.shadow or ()),
        team=row.decided_team,
    )
