"""What is to be sent from a number that left the rulebook after the number's outbox was let go.

A text that was on its way then may come back to be sent again, or be in doubt. No bell rings for a
number that is gone, and whatever comes later in the thread would wait behind it for ever.
"""

from types import MappingProxyType

from sqlalchemy import bindparam, exists, select, update
from sqlmodel import col

from router.flows.numbers import NUMBER_LEFT
from router.flows.ripples import CALM, Ripples
from router.flows.world import World
from router.store.rows import is_unfinished, table
from router.store.tables import Message, Number

FATES = MappingProxyType({"queued": "canceled", "sending": "review", "unknown": "review"})


_IS_THERE = exists().where(
    col(Number.tenant_id) == col(Message.tenant_id), col(Number.address) == col(Message.number)
)
_IS_AT_WORK = (col(Message.state) == "sending") & (col(Message.lease_until) >= bindparam("now"))
_IS_STRANDED = is_unfinished() & ~_IS_THERE & ~_IS_AT_WORK
# distinct in the order of the outbox's index, or SQLite would rather walk through all messages
_THREADS = (
    select(col(Message.tenant_id), col(Message.number), col(Message.thread_id))
    .where(_IS_STRANDED)
    .distinct()
)
_LET_GO = (
    update(table(Message))
    .where(_IS_STRANDED, col(Message.state) == bindparam("was"))
    .values(state=bindparam("becomes"), reason=NUMBER_LEFT, updated_at=bindparam("now"))
)


def let_go_stranded(world: World) -> Ripples:
    """End what waits for a number that no rulebook has; the ripples name the threads that go on.

    What was certainly not sent is canceled; what may have been is a person's to look at, once the
    lease of whoever sends it has run out.
    """
    now = world.now()
    with world.store.read() as connection:
        rows = connection.execute(_THREADS, {"now": now}).all()
    if not rows:
        return CALM
    with world.store.write() as connection:
        for state, becomes in FATES.items():
            connection.execute(_LET_GO, {"now": now, "was": state, "becomes": becomes})
    return Ripples(threads=frozenset((row.tenant_id, row.thread_id) for row in rows))
