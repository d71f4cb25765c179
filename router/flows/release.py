"""What was held back until a time goes to the end of its thread once that has come."""

from sqlalchemy import select
from sqlmodel import col

from router.flows.each import each
from router.flows.held import hold_thread, save
from router.flows.outbox import requeue
from router.flows.ripples import CALM, Ripples
from router.flows.senders import bell_of
from router.flows.world import World
from router.store.rows import is_held
from router.store.tables import Message

BATCH = 200


def release_due(world: World) -> Ripples:
    """Let go what quiet hours held; a thread a transaction."""
    now = world.now()
    with world.store.read() as connection:
        threads = connection.execute(
            select(col(Message.tenant_id), col(Message.thread_id))
            .where(is_held(), col(Message.not_before) <= now)
            .distinct()
            .limit(BATCH)
        ).all()

    def release(tenant_id: str, thread_id: str) -> Ripples:
        return _release(world, tenant_id, thread_id)

    return each(((row.tenant_id, row.thread_id) for row in threads), release)


def _release(world: World, tenant_id: str, thread_id: str) -> Ripples:
    now = world.now()
    with world.store.write() as connection:
        held = hold_thread(connection, world.keys(connection, tenant_id), thread_id, now)
        if held is None:
            return CALM
        due = connection.execute(
            select(col(Message.id), col(Message.number))
            .where(
                col(Message.tenant_id) == tenant_id,
                col(Message.thread_id) == thread_id,
                is_held(),
                col(Message.not_before) <= now,
            )
            .order_by(col(Message.seq))
        ).all()
        for row in due:
            requeue(held, row.id, "queued")
        save(held, active=False)
        senders = [bell_of(connection, tenant_id, row.number) for row in due]
    return Ripples(frozenset().union(*senders), frozenset({(tenant_id, thread_id)}))
