"""Times that lie ahead: written by a clock that was wrong, and has been set right since.

For as long as it was ahead nothing would become of such a text, its thread would wait for it, an
erasure would stand still, and whoever is to be told would not be.
"""

from datetime import datetime

from sqlalchemy import BindParameter, ColumnElement, bindparam, exists, or_, select, update
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


def _is(state: str) -> ColumnElement[bool]:
    return col(Dispatch.state) == state


_Mend = tuple[ColumnElement[bool], dict[str, object]]
"""What is wrong with a row, and what it is to hold instead."""

_NOW: BindParameter[datetime] = bindparam("now")
_LEASE: BindParameter[datetime] = bindparam("longest_lease")
_TO_BE_ERASED = col(PrivacyRequest.state).in_(["confirmed", "erased"])
_OF_THE_OUTBOX: tuple[_Mend, ...] = (
    # whoever sends it may still be at it: its lease goes on for as long as any
    (_is_tried_ahead("sending") & (col(Message.lease_until) > _LEASE), {"lease_until": _LEASE}),
    (_is_tried_ahead("unknown"), {"state": "review", "reason": CLOCK, "not_before": None}),
    (col(Message.not_before) > bindparam("no_pause"), {"not_before": None}),
    (col(Message.updated_at) > bindparam("soon"), {}),
)
_OF_DISPATCHES: tuple[_Mend, ...] = (
    (_is("queued") & (col(Dispatch.not_before) > bindparam("no_pause")), {"not_before": None}),
    (_is("queued") & (col(Dispatch.updated_at) > bindparam("soon")), {"updated_at": _NOW}),
    (_is("sending") & (col(Dispatch.lease_until) > bindparam("soon")), {"lease_until": _LEASE}),
)
_OF_REQUESTS: tuple[_Mend, ...] = (
    (_TO_BE_ERASED & (col(PrivacyRequest.retry_at) > bindparam("no_pause")), {"retry_at": None}),
    (
        # what was written before they asked is certainly to go, and what came since may stay
        (col(PrivacyRequest.confirmed_at) > bindparam("soon"))
        & (col(PrivacyRequest.created_at) <= bindparam("soon")),
        {"confirmed_at": col(PrivacyRequest.created_at)},
    ),
)
_THREADS = (
    # the outbox's index serves only where its condition stands for itself
    select(col(Message.tenant_id), col(Message.thread_id))
    .where(is_unfinished(), or_(*(wrong for wrong, _ in _OF_THE_OUTBOX)))
    .distinct()
)
_OTHERS = select(or_(*(exists().where(wrong) for wrong, _ in _OF_DISPATCHES + _OF_REQUESTS)))
_SET_RIGHT = (
    *(
        update(table(Message)).where(is_unfinished(), wrong).values({"updated_at": _NOW} | right)
        for wrong, right in _OF_THE_OUTBOX
    ),
    *(update(table(Dispatch)).where(wrong).values(right) for wrong, right in _OF_DISPATCHES),
    *(update(table(PrivacyRequest)).where(wrong).values(right) for wrong, right in _OF_REQUESTS),
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
