"""Who was told of a thread's texts, and what became of it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, func, select
from sqlmodel import col

from router.flows.world import World
from router.store.rows import AnyRow, AnySelect
from router.store.tables import Dispatch, Staff

MOST = 500
UNDONE = ("queued", "sending", "unknown", "failed")

_OF_THREAD: AnySelect = select(
    Dispatch, func.coalesce(col(Staff.handle), col(Dispatch.recipient)).label("who")
).join(
    Staff,
    (col(Staff.tenant_id) == col(Dispatch.tenant_id)) & (col(Staff.id) == col(Dispatch.recipient)),
    isouter=True,
)


@dataclass(frozen=True, slots=True)
class Told:
    """A dispatch: by which way (`kind`) whom (a handle, or a webhook's name), and its state. `at`
    is when that came to be.
    """

    id: str
    kind: str
    who: str
    rule: str
    message_id: str
    state: str
    attempt: int
    error: str | None
    created_at: datetime
    at: datetime


def told_of(connection: Connection, tenant_id: str, thread_id: str) -> list[Told]:
    """The latest dispatches of a thread, oldest first."""
    rows: Sequence[AnyRow] = connection.execute(
        _OF_THREAD.where(col(Dispatch.tenant_id) == tenant_id, col(Dispatch.thread_id) == thread_id)
        .order_by(col(Dispatch.id).desc())
        .limit(MOST)
    ).all()
    return [
        Told(
            id=row.id,
            kind=row.kind,
            who=row.who,
            rule=row.rule,
            message_id=row.message_id,
            state=row.state,
            attempt=row.attempt,
            error=row.error,
            created_at=row.created_at,
            at=row.updated_at,
        )
        for row in reversed(rows)
    ]


def count_undone(world: World) -> dict[tuple[str, str], int]:
    """How many dispatches of a (kind, state) were not done: they wait, failed, or are unknown."""
    with world.store.read() as connection:
        rows = connection.execute(
            select(col(Dispatch.kind), col(Dispatch.state), func.count())
            .where(col(Dispatch.state).in_(UNDONE))
            .group_by(col(Dispatch.kind), col(Dispatch.state))
        ).all()
    return {(kind, state): count for kind, state, count in rows}
