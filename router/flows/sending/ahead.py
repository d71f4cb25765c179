"""Times in messages that lie ahead: written by a clock that was wrong, and has been set since.

For as long as it was ahead nothing would become of such a text, and its thread would wait for it.
"""

from sqlalchemy import ColumnElement, bindparam, select, update
from sqlmodel import col

from router.flows.ripples import CALM, Ripples
from router.flows.sending.leases import CLOCKS_DIFFER
from router.flows.sending.pauses import LONGEST_PAUSE
from router.flows.world import World
from router.store.rows import is_unfinished, table
from router.store.server_clock import is_astray
from router.store.tables import Message

CLOCK = "clock was ahead"  # why a person is asked: when it was tried nobody knows
TWO_CLOCKS = 2 * CLOCKS_DIFFER  # one of ours may be ahead by as much as another is behind


def _is_tried_ahead() -> ColumnElement[bool]:
    was_tried = col(Message.state).in_(["sending", "unknown"])
    return is_unfinished() & was_tried & (col(Message.attempted_at) > bindparam("soon"))


def _waits_too_long() -> ColumnElement[bool]:
    """No pause is so long. What is held waits for a time of the person's, which may be."""
    return is_unfinished() & (col(Message.not_before) > bindparam("no_pause"))


def _is_changed_ahead() -> ColumnElement[bool]:
    return is_unfinished() & (col(Message.updated_at) > bindparam("soon"))


_THREADS = (
    select(col(Message.tenant_id), col(Message.thread_id))
    .where(_is_tried_ahead() | _waits_too_long() | _is_changed_ahead())
    .distinct()
)
_ASK = (
    update(table(Message))
    .where(_is_tried_ahead())
    .values(state="review", reason=CLOCK, not_before=None, updated_at=bindparam("now"))
)
_LET_GO = (
    update(table(Message))
    .where(_waits_too_long())
    .values(not_before=None, updated_at=bindparam("now"))
)
_TOUCH = update(table(Message)).where(_is_changed_ahead()).values(updated_at=bindparam("now"))


def set_right(world: World) -> Ripples:
    """Have a person asked about what was tried in a time that is still to come, and let go what
    waits for longer than anything does. A clock that is astray itself judges nothing.
    """
    now = world.now()
    times = {"now": now, "soon": now + TWO_CLOCKS, "no_pause": now + LONGEST_PAUSE + TWO_CLOCKS}
    with world.store.read() as connection:
        rows = connection.execute(_THREADS, times).all()
        if not rows or is_astray(connection):
            return CALM
    with world.store.write() as connection:
        for statement in (_ASK, _LET_GO, _TOUCH):
            connection.execute(statement, times)
    return Ripples(threads=frozenset((row.tenant_id, row.thread_id) for row in rows))
