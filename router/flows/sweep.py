"""The clock's sweep: what a lost bell left lying."""

from datetime import timedelta

from sqlalchemy import or_, select
from sqlmodel import col

from router.flows.dispatches.claims import is_due
from router.flows.ripples import Ripples
from router.flows.senders import bell_of
from router.flows.world import World
from router.store.rows import is_unfinished
from router.store.tables import Message, Number, PrivacyRequest

BELL_HAD = timedelta(seconds=2)  # the time that a bell has before the sweep steps in


def sweep(world: World) -> Ripples:
    """The senders with messages that are due and were not taken, the erasures to go on with, and
    the tenants with dispatches that are due.
    """
    now = world.now()
    with world.store.read() as connection:
        rows = connection.execute(
            select(col(Message.tenant_id), col(Message.number))
            .join(
                Number,
                (col(Number.tenant_id) == col(Message.tenant_id))
                & (col(Number.address) == col(Message.number)),
            )
            .where(
                is_unfinished(),
                col(Message.state) == "queued",
                col(Message.updated_at) < now - BELL_HAD,
                or_(col(Message.not_before).is_(None), col(Message.not_before) <= now),
                or_(col(Number.paused_until).is_(None), col(Number.paused_until) <= now),
            )
            .distinct()
        ).all()
        erasures = connection.execute(
            select(col(PrivacyRequest.tenant_id), col(PrivacyRequest.id)).where(
                col(PrivacyRequest.state).in_(["confirmed", "erased"]),
                or_(col(PrivacyRequest.retry_at).is_(None), col(PrivacyRequest.retry_at) <= now),
            )
        ).all()
        tenants = connection.execute(is_due(now, now - BELL_HAD)).scalars().all()
        senders = [bell_of(connection, row.tenant_id, row.number) for row in rows]
    return Ripples(
        senders=frozenset().union(*senders),
        erasures=frozenset((row.tenant_id, row.id) for row in erasures),
        dispatches=frozenset(tenants),
    )
