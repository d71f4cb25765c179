"""Threads as staff sees them: the list, and one thread with its texts and why they came here."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

from sqlalchemy import ColumnElement, Connection, and_, exists, func, select
from sqlmodel import col

from router.carrier.errors import explain
from router.flows.held import EVERYTHING
from router.flows.inbox import OPTED_OUT
from router.flows.privacy.progress import BEING_ERASED, is_being_erased
from router.flows.staff import StaffIdentity
from router.flows.world import World
from router.store.rows import CONTACT_OF_THREAD, DECISION_OF_MESSAGE, AnyRow, AnySelect
from router.store.sealing import TenantKeys
from router.store.tables import Contact, DecisionRecord, Message, Suppression, Thread

View = Literal["mine", "team", "unclaimed", "open", "closed"]
MOST_THREADS = 100
MOST_MESSAGES = 500


@dataclass(frozen=True, slots=True)
class ThreadLine:
    """A thread in a list. `preview` is its last text, `direction` who wrote that (in, out)."""

    thread_id: str
    contact_name: str
    state: str
    team: str | None
    assignee: str | None
    tags: tuple[str, ...]
    flagged: bool
    opted_out: bool
    preview: str
    direction: str
    last_activity_at: datetime


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
    team: str | None


@dataclass(frozen=True, slots=True)
class MessageLine:
    """A text of a thread. `error` is the carrier's refusal in plain words."""

    id: str
    direction: str
    kind: str
    body: str
    state: str
    error: str | None
    author: str | None
    late: bool
    created_at: datetime
    why: Why | None


@dataclass(frozen=True, slots=True)
class ThreadPage:
    """One thread, whole. `locked` says why nothing can be sent; None where something can."""

    thread_id: str
    contact_name: str
    address: str
    state: str
    team: str | None
    assignee: str | None
    tags: tuple[str, ...]
    flagged: bool
    opted_out: bool
    locked: str | None
    messages: tuple[MessageLine, ...]


def list_threads(world: World, staff: StaffIdentity, view: View) -> list[ThreadLine]:
    """The newest threads of a view, the one with the latest activity first."""
    with world.store.read() as connection:
        keys = world.keys(connection, staff.tenant_id)
        wanted = _threads(staff.tenant_id).where(_in_view(staff, view))
        newest = wanted.order_by(col(Thread.last_activity_at).desc()).limit(MOST_THREADS)
        rows = connection.execute(newest).all()
        last = _last_messages(connection, keys, [row.id for row in rows])
    return [_line(keys, row, last.get(row.id)) for row in rows]


def open_thread(world: World, tenant_id: str, thread_id: str) -> ThreadPage | None:
    """One thread with its latest texts, oldest first; None where the tenant has no such thread."""
    with world.store.read() as connection:
        keys = world.keys(connection, tenant_id)
        wanted = _threads(tenant_id).where(col(Thread.id) == thread_id)
        row = connection.execute(wanted).one_or_none()
        if row is None:
            return None
        messages = _messages(connection, keys, thread_id)
        locked = OPTED_OUT if row.opted_out else None
        if is_being_erased(connection, tenant_id, row.lookup):
            locked = BEING_ERASED
    return ThreadPage(
        thread_id=row.id,
        contact_name=_name(keys, row),
        address=keys.open("contact.address", row.contact_id, row.address),
        state=row.state,
        team=row.team,
        assignee=row.assignee,
        tags=tuple(row.tags),
        flagged=row.flagged,
        opted_out=row.opted_out,
        locked=locked,
        messages=messages,
    )


def _threads(tenant_id: str) -> AnySelect:
    suppressed = exists().where(
        col(Suppression.tenant_id) == col(Contact.tenant_id),
        col(Suppression.lookup) == col(Contact.lookup),
        col(Suppression.scope) == EVERYTHING,
    )
    return (
        select(
            *Thread.__table__.columns,  # type: ignore[attr-defined]  # set by SQLModel's metaclass
            col(Contact.address),
            col(Contact.lookup),
            col(Contact.attributes),
            suppressed.label("opted_out"),
        )
        .join(
            Contact,
            CONTACT_OF_THREAD,
        )
        .where(col(Thread.tenant_id) == tenant_id)
    )


def _in_view(staff: StaffIdentity, view: View) -> ColumnElement[bool]:
    is_open = col(Thread.state) != "closed"
    match view:
        case "mine":
            return and_(is_open, col(Thread.assignee) == staff.handle)
        case "team":
            return and_(is_open, col(Thread.team).in_(staff.teams))
        case "unclaimed":
            return and_(is_open, col(Thread.assignee).is_(None))
        case "open":
            return is_open
        case "closed":
            return ~is_open


def _last_messages(
    connection: Connection, keys: TenantKeys, thread_ids: Sequence[str]
) -> dict[str, tuple[str, str]]:
    """Thread id -> (direction, text) of its last message."""
    newest = (
        select(col(Message.thread_id), func.max(col(Message.seq)).label("seq"))
        .where(col(Message.tenant_id) == keys.tenant_id, col(Message.thread_id).in_(thread_ids))
        .group_by(col(Message.thread_id))
        .subquery()
    )
    rows = connection.execute(
        select(col(Message.id), col(Message.thread_id), col(Message.direction), col(Message.body))
        .join(
            newest,
            and_(col(Message.thread_id) == newest.c.thread_id, col(Message.seq) == newest.c.seq),
        )
        .where(col(Message.tenant_id) == keys.tenant_id)
    ).all()
    return {
        row.thread_id: (row.direction, keys.open("message.body", row.id, row.body)) for row in rows
    }


def _line(keys: TenantKeys, row: AnyRow, last: tuple[str, str] | None) -> ThreadLine:
    direction, preview = last or ("in", "")
    return ThreadLine(
        thread_id=row.id,
        contact_name=_name(keys, row),
        state=row.state,
        team=row.team,
        assignee=row.assignee,
        tags=tuple(row.tags),
        flagged=row.flagged,
        opted_out=row.opted_out,
        preview=preview,
        direction=direction,
        last_activity_at=row.last_activity_at,
    )


def _name(keys: TenantKeys, row: AnyRow) -> str:
    """The name that a dialog has heard, else the address."""
    sealed = row.attributes
    known = keys.open_json("contact.attributes", row.contact_id, sealed) if sealed else {}
    name = known.get("full_name") or known.get("name")
    return str(name) if name else keys.open("contact.address", row.contact_id, row.address)


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
    return tuple(_message(keys, row) for row in reversed(rows))


def _message(keys: TenantKeys, row: AnyRow) -> MessageLine:
    return MessageLine(
        id=row.id,
        direction=row.direction,
        kind=row.kind,
        body=keys.open("message.body", row.id, row.body),
        state=row.state,
        error=explain(row.error_code) if row.error_code else None,
        author=row.author,
        late=row.late,
        created_at=row.created_at,
        why=_why(row),
    )


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
        team=row.decided_team,
    )
