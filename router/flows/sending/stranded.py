"""What is to be sent from a number that left the rulebook after the number's outbox was let go.

A text that was on its way then may come back to be sent again, or be in doubt. No bell rings for a
number that is gone, and whatever comes later in the thread would wait behind it for ever.
"""

from datetime import datetime
from types import MappingProxyType

from sqlalchemy import ColumnElement, Connection, exists, select, update
from sqlmodel import col

from router.flows.numbers import NUMBER_LEFT
from router.flows.ripples import CALM, Ripples
from router.flows.world import World
from router.store.rows import is_unfinished
from router.store.tables import Message, Number

FATES = MappingProxyType({"queued": "canceled", "sending": "review", "unknown": "review"})


def let_go_stranded(world: World) -> Ripples:
    """End what waits for a number that no rulebook has; the ripples name the threads that go on.

    What was certainly not sent is canceled; what may have been is a person's to look at, once the
    lease of whoever sends it has run out.
    """
    now = world.now()
    with world.store.read() as connection:
        threads = _threads(connection, now)
    if not threads:
        return CALM
    with world.store.write() as connection:
        for state, becomes in FATES.items():
            connection.execute(
                update(Message)
                .where(_is_stranded(now), col(Message.state) == state)
                .values(state=becomes, reason=NUMBER_LEFT, updated_at=now)
            )
    return Ripples(threads=threads)


def _threads(connection: Connection, now: datetime) -> frozenset[tuple[str, str]]:
    # distinct in the order of the outbox's index, or SQLite would rather walk through all messages
    place = (col(Message.tenant_id), col(Message.number), col(Message.thread_id))
    rows = connection.execute(select(*place).where(_is_stranded(now)).distinct())
    return frozenset((row.tenant_id, row.thread_id) for row in rows)


def _is_stranded(now: datetime) -> ColumnElement[bool]:
    is_there = exists().where(
        col(Number.tenant_id) == col(Message.tenant_id),
        col(Number.address) == col(Message.number),
    )
    is_at_work = (col(Message.state) == "sending") & (col(Message.lease_until) >= now)
    return is_unfinished() & ~is_there & ~is_at_work
