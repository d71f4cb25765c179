"""The clock's sweep: what a lost bell left lying."""

from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, exists, or_, select
from sqlmodel import col

from router.flows.dispatches.claims import is_due
from router.flows.ripples import Ripples
from router.flows.world import World
from router.store.rows import AnySelect, is_state, is_unfinished
from router.store.tables import Message, Number, PrivacyRequest

BELL_HAD = timedelta(seconds=2)  # the time that a bell has before the sweep steps in


def sweep(world: World) -> Ripples:
    """The senders with messages that are due and were not taken, the erasures to go on with, and
    the tenants with dispatches that are due.
    """
    now = world.now()
    with world.store.read() as connection:
        senders = connection.execute(_senders(now)).scalars().all()
        erasures = connection.execute(
            select(col(PrivacyRequest.tenant_id), col(PrivacyRequest.id)).where(
                col(PrivacyRequest.state).in_(["confirmed", "erased"]),
                or_(col(PrivacyRequest.retry_at).is_(None), col(PrivacyRequest.retry_at) <= now),
            )
        ).all()
        tenants = connection.execute(is_due(now, now - BELL_HAD)).scalars().all()
    return Ripples(
        senders=frozenset(senders),
        erasures=frozenset((row.tenant_id, row.id) for row in erasures),
        dispatches=frozenset(tenants),
    )


def _senders(now: datetime) -> AnySelect:
    """Numbers that may send now and have something to send: one look each, however much it is."""
    has_work = exists().where(
        col(Message.tenant_id) == col(Number.tenant_id),
        col(Message.number) == col(Number.address),
        is_unfinished(),
        is_state("queued"),
        col(Message.updated_at) < now - BELL_HAD,
        or_(col(Message.not_before).is_(None), col(Message.not_before) <= now),
    )
    return select(col(Number.id)).where(
        has_work, _has_passed(Number.paused_until, now), _has_passed(Number.paced_until, now)
    )


def _has_passed(time: datetime | None, now: datetime) -> ColumnElement[bool]:
    return or_(col(time).is_(None), col(time) <= now)
