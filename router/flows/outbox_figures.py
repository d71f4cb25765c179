"""What the database knows of the outbox and its surroundings, in figures: read at each scrape.

Every statement goes by an index of what is unfinished, so that a million sent texts cost nothing.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, Connection, case, func, null, select, text
from sqlmodel import col

from router.flows.watermarks import read_marks
from router.flows.world import World
from router.now import real_now
from router.store.ids import first_id_at
from router.store.rows import is_unfinished
from router.store.tables import HELD, ConsentEvent, Message, Number, Tenant
from router.store.tables.texts import REVIEW

DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Waiting:
    """How many messages of a tenant are in a state. `since`, of the oldest: when it was due and
    could have been sent (queued; None where none is due), was tried (unknown), or was put before a
    person (review).
    """

    tenant_id: str
    state: str
    count: int
    since: datetime | None = None


@dataclass(frozen=True, slots=True)
class OutboxFigures:
    """`opt_outs`: by (tenant id, how), of the last 24 hours. `stopped`: numbers from which nothing
    leaves, by tenant id. `marks`: when something last came so far, by name.
    """

    waiting: tuple[Waiting, ...]
    opt_outs: dict[tuple[str, str], int]
    stopped: dict[str, int]
    marks: dict[str, datetime]


def read_outbox_figures(world: World) -> OutboxFigures:
    """The figures now. DatabaseDown where it is away."""
    now = world.now()
    with world.store.read() as connection:
        return OutboxFigures(
            tuple(_waiting(connection, now)),
            _opt_outs(connection),
            _stopped(connection),
            read_marks(connection),
        )


def _waiting(connection: Connection, now: datetime) -> Iterator[Waiting]:
    unknown = col(Message.state) == "unknown"
    since = case((_is_due(now), _due_since()), (unknown, col(Message.attempted_at)))
    for of_state, its_since in (
        (is_unfinished(), since),
        (text(HELD), null()),
        (text(REVIEW), col(Message.updated_at)),
    ):
        place = (col(Message.tenant_id), col(Message.state))
        oldest = func.min(its_since).label("since")
        counted = select(*place, func.count().label("many"), oldest).group_by(*place)
        for row in connection.execute(counted.where(of_state)):
            yield Waiting(row.tenant_id, row.state, row.many, row.since)


def _is_due(now: datetime) -> ColumnElement[bool]:
    """Whether it could be sent now, or was tried before."""
    is_time = col(Message.not_before).is_(None) | (col(Message.not_before) <= now)
    return (col(Message.state) == "queued") & (is_time | (col(Message.attempt) > 0))


def _due_since() -> ColumnElement[datetime]:
    """What was held until the morning counts from then; what was tried, from its beginning."""
    return case((col(Message.attempt) > 0, col(Message.created_at)), else_=col(Message.updated_at))


def _opt_outs(connection: Connection) -> dict[tuple[str, str], int]:
    """By the primary key, which begins with the time: the table is kept for ever."""
    rows = connection.execute(
        select(col(Tenant.id), col(ConsentEvent.how), func.count().label("many"))
        .join(ConsentEvent, col(ConsentEvent.tenant_id) == col(Tenant.id))
        .where(col(ConsentEvent.id) >= first_id_at(real_now() - DAY))
        .where(col(ConsentEvent.what) == "opt_out")
        .group_by(col(Tenant.id), col(ConsentEvent.how))
    )
    return {(row.id, row.how): row.many for row in rows}


def _stopped(connection: Connection) -> dict[str, int]:
    rows = connection.execute(
        select(col(Number.tenant_id), func.count().label("many"))
        .where(col(Number.paused_code).is_not(None))
        .group_by(col(Number.tenant_id))
    )
    return {row.tenant_id: row.many for row in rows}
