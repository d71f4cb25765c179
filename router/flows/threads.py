"""The list of threads as staff sees it, view by view."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, tzinfo
from typing import Literal

from sqlalchemy import ColumnElement, Connection, and_, exists, func, or_, select
from sqlmodel import col

from router.flows.consent.scopes import CARRIER
from router.flows.names import contact_name
from router.flows.rulebooks.live import RulebookLost
from router.flows.staff import StaffIdentity
from router.flows.world import World
from router.store.rows import CONTACT_OF_THREAD, AnyRow, AnySelect
from router.store.sealing import TenantKeys
from router.store.tables import Contact, Message, Suppression, Thread, Timer
from rules.decision import EVERYTHING, number_scope

View = Literal["mine", "team", "unclaimed", "open", "snoozed", "closed"]
MOST_THREADS = 100
_WAKES_AT = (
    select(func.min(col(Timer.due_at)))
    .where(
        col(Timer.tenant_id) == col(Thread.tenant_id),
        col(Timer.thread_id) == col(Thread.id),
        col(Timer.kind) == "wake",
        col(Timer.state) == "waiting",
    )
    .scalar_subquery()
)


@dataclass(frozen=True, slots=True)
class ThreadLine:
    """A thread in a list. `preview` is its last text, `direction` who wrote that (in, out).
    `claimed`: by whoever has it; `waits`: for somebody free; `wakes_at`: when what is put aside is
    shown again, in the zone of the business.
    """

    thread_id: str
    contact_name: str
    state: str
    team: str | None
    assignee: str | None
    claimed: bool
    waits: bool
    wakes_at: datetime | None
    tags: tuple[str, ...]
    flags: tuple[str, ...]
    opted_out: bool
    preview: str
    direction: str
    last_activity_at: datetime


def list_threads(world: World, staff: StaffIdentity, view: View) -> list[ThreadLine]:
    """The newest threads of a view, the one with the latest activity first."""
    with world.store.read() as connection:
        keys = world.keys(connection, staff.tenant_id)
        wanted = _threads(staff.tenant_id).where(_in_view(staff, view))
        newest = wanted.order_by(col(Thread.last_activity_at).desc()).limit(MOST_THREADS)
        rows = connection.execute(newest).all()
        if not rows:
            return []
        last = _last_messages(connection, keys, [row.id for row in rows])
        zone = _zone(world, connection, staff.tenant_id)
    return [_line(keys, row, last.get(row.id), zone) for row in rows]


def _zone(world: World, connection: Connection, tenant_id: str) -> tzinfo:
    """That of the business; a list is shown all the same while its rulebook does not load."""
    try:
        return world.live_book(connection, tenant_id).timezone
    except RulebookLost:
        return UTC


def _threads(tenant_id: str) -> AnySelect:
    suppressed = exists().where(
        col(Suppression.tenant_id) == col(Contact.tenant_id),
        col(Suppression.lookup) == col(Contact.person),
        or_(
            col(Suppression.scope) == EVERYTHING,
            col(Suppression.scope) == number_scope("") + col(Thread.number),
            col(Suppression.scope) == CARRIER + col(Thread.number),
        ),
    )
    return (
        select(
            *Thread.__table__.columns,  # type: ignore[attr-defined]  # set by SQLModel's metaclass
            col(Contact.address),
            col(Contact.attributes),
            suppressed.label("opted_out"),
            _WAKES_AT.label("wakes_at"),
        )
        .join(
            Contact,
            CONTACT_OF_THREAD,
        )
        .where(col(Thread.tenant_id) == tenant_id)
    )


def _in_view(staff: StaffIdentity, view: View) -> ColumnElement[bool]:
    has_texts = col(Thread.next_seq) > 1  # not of somebody who was imported and never wrote
    is_open = and_(col(Thread.state).not_in(["closed", "snoozed"]), has_texts)
    match view:
        case "mine":
            return and_(is_open, col(Thread.assignee) == staff.handle)
        case "team":
            return and_(is_open, col(Thread.team).in_(staff.teams))
        case "unclaimed":
            return and_(is_open, col(Thread.assignee).is_(None))
        case "open":
            return is_open
        case "snoozed":
            return col(Thread.state) == "snoozed"
        case "closed":
            return col(Thread.state) == "closed"


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


def _line(keys: TenantKeys, row: AnyRow, last: tuple[str, str] | None, zone: tzinfo) -> ThreadLine:
    direction, preview = last or ("in", "")
    is_asleep = row.state == "snoozed"
    return ThreadLine(
        thread_id=row.id,
        contact_name=contact_name(keys, row),
        state=row.state,
        team=row.team,
        assignee=row.assignee,
        claimed=row.claimed,
        waits=row.waiting_since is not None,
        wakes_at=row.wakes_at.astimezone(zone) if is_asleep and row.wakes_at else None,
        tags=tuple(row.tags),
        flags=tuple(row.flags),
        opted_out=row.opted_out,
        preview=preview,
        direction=direction,
        last_activity_at=row.last_activity_at,
    )
