"""The clock's sweep: what a lost bell left lying."""

from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, bindparam, exists, or_, select
from sqlmodel import col

from router.flows.dispatches.claims import DUE
from router.flows.ripples import Ripples
from router.flows.sending.pace import FAR_OFF
from router.flows.sending.pauses import LONGEST_PAUSE
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
        times = {
            "now": now,
            "before": now - BELL_HAD,
            "no_pause": now + LONGEST_PAUSE,
            "no_turn": now + FAR_OFF,
        }
        senders = connection.execute(_SENDERS, times).scalars().all()
        erasures = connection.execute(_ERASURES, times).all()
        tenants = connection.execute(DUE, times).scalars().all()
    return Ripples(
        senders=frozenset(senders),
        erasures=frozenset((row.tenant_id, row.id) for row in erasures),
        dispatches=frozenset(tenants),
    )


def _has_passed(time: datetime | None) -> ColumnElement[bool]:
    return or_(col(time).is_(None), col(time) <= bindparam("now"))


_HAS_WORK = exists().where(
    col(Message.tenant_id) == col(Number.tenant_id),
    col(Message.number) == col(Number.address),
    is_unfinished(),
    is_state("queued"),
    col(Message.updated_at) < bindparam("before"),
    _has_passed(Message.not_before),
)
# one look each, however much a number has to send
_SENDERS: AnySelect = select(col(Number.id)).where(
    _HAS_WORK,
    _has_passed(Number.paused_until) | (col(Number.paused_until) > bindparam("no_pause")),
    _has_passed(Number.paced_until) | (col(Number.paced_until) > bindparam("no_turn")),
)
_ERASURES: AnySelect = select(col(PrivacyRequest.tenant_id), col(PrivacyRequest.id)).where(
    col(PrivacyRequest.state).in_(["confirmed", "erased"]), _has_passed(PrivacyRequest.retry_at)
)
