"""Times that lie ahead: written by a clock that was wrong, and has been set right since.

For as long as it was ahead nothing would become of such a text, its thread would wait for it, an
erasure would stand still, and whoever is to be told would not be.
"""

from sqlalchemy import ColumnElement, bindparam, exists, or_, select, update
from sqlmodel import col

from router.flows.ripples import CALM, Ripples
from router.flows.sending.leases import CLOCKS_DIFFER, LONGEST_LEASE
from router.flows.sending.pauses import LONGEST_PAUSE
from router.flows.world import World
from router.store.rows import is_state, is_unfinished, table
from router.store.server_clock import is_astray
from router.store.tables import Dispatch, Message, PrivacyRequest

CLOCK = "clock was ahead"  # why a person is asked: when it was tried nobody knows
TWO_CLOCKS = 2 * CLOCKS_DIFFER  # one of ours may be ahead by as much as another is behind


def _is_tried_ahead(state: str) -> ColumnElement[bool]:
    return is_state(state) & (col(Message.attempted_at) > bindparam("soon"))


_IS_LEASED_AHEAD = _is_tried_ahead("sending") & (
    col(Message.lease_until) > bindparam("longest_lease")
)
_IS_UNKNOWN_AHEAD = _is_tried_ahead("unknown")
_WAITS_TOO_LONG = col(Message.not_before) > bindparam("no_pause")
_IS_CHANGED_AHEAD = col(Message.updated_at) > bindparam("soon")
_THREADS = (
    # the outbox's index serves only where its condition stands for itself
    select(col(Message.tenant_id), col(Message.thread_id))
    .where(
        is_unfinished(),
        or_(_IS_LEASED_AHEAD, _IS_UNKNOWN_AHEAD, _WAITS_TOO_LONG, _IS_CHANGED_AHEAD),
    )
    .distinct()
)
_IS_TOLD_TOO_LATE = (col(Dispatch.state) == "queued") & (
    col(Dispatch.not_before) > bindparam("no_pause")
)
_IS_BEING_TOLD_AHEAD = (col(Dispatch.state) == "sending") & (
    col(Dispatch.lease_until) > bindparam("soon")
)
_IS_ERASED_TOO_LATE = col(PrivacyRequest.state).in_(["confirmed", "erased"]) & (
    col(PrivacyRequest.retry_at) > bindparam("no_pause")
)
_IS_TOLD_AHEAD = (col(Dispatch.state) == "queued") & (col(Dispatch.updated_at) > bindparam("soon"))
_IS_CONFIRMED_AHEAD = (col(PrivacyRequest.confirmed_at) > bindparam("soon")) & (
    col(PrivacyRequest.created_at) <= bindparam("soon")
)
_ELSEWHERE = (
    _IS_TOLD_TOO_LATE,
    _IS_BEING_TOLD_AHEAD,
    _IS_TOLD_AHEAD,
    _IS_ERASED_TOO_LATE,
    _IS_CONFIRMED_AHEAD,
)
_OTHERS = select(or_(*map(exists().where, _ELSEWHERE)))
_OF_OUTBOX = update(table(Message)).where(is_unfinished()).values(updated_at=bindparam("now"))
_SET_RIGHT = (
    # whoever sends it may still be at it: its lease goes on for as long as any
    _OF_OUTBOX.where(_IS_LEASED_AHEAD).values(lease_until=bindparam("longest_lease")),
    _OF_OUTBOX.where(_IS_UNKNOWN_AHEAD).values(state="review", reason=CLOCK, not_before=None),
    _OF_OUTBOX.where(_WAITS_TOO_LONG).values(not_before=None),
    _OF_OUTBOX.where(_IS_CHANGED_AHEAD),
    update(table(Dispatch)).where(_IS_TOLD_TOO_LATE).values(not_before=None),
    update(table(Dispatch))
    .where(_IS_BEING_TOLD_AHEAD)
    .values(lease_until=bindparam("longest_lease")),
    update(table(Dispatch)).where(_IS_TOLD_AHEAD).values(updated_at=bindparam("now")),
    update(table(PrivacyRequest)).where(_IS_ERASED_TOO_LATE).values(retry_at=None),
    # what was written before they asked for it is certainly to go, and what came since may stay
    update(table(PrivacyRequest))
    .where(_IS_CONFIRMED_AHEAD)
    .values(confirmed_at=col(PrivacyRequest.created_at)),
)


def set_right(world: World) -> Ripples:
    """Have a person asked about what was tried in a time that is still to come, once no process is
    at it, and let go what waits for longer than anything does. A clock that is astray itself judges
    nothing.
    """
    now = world.now()
    times = {
        "now": now,
        "soon": now + TWO_CLOCKS,
        "no_pause": now + LONGEST_PAUSE + TWO_CLOCKS,
        "longest_lease": now + LONGEST_LEASE,
    }
    with world.store.read() as connection:
        rows = connection.execute(_THREADS, times).all()
        is_any = rows or connection.execute(_OTHERS, times).scalar_one()
        if not is_any or is_astray(connection):
            return CALM
    with world.store.write() as connection:
        for statement in _SET_RIGHT:
            connection.execute(statement, times)
    return Ripples(threads=frozenset((row.tenant_id, row.thread_id) for row in rows))
