"""The queues: what waits is given to whoever is free, and what was left behind waits again.

A chore of the clock, safe to run twice and by several clocks: each thread has a transaction of its
own, which looks again at what the thread was chosen for. Where nothing waits, nothing is written.
"""

from collections.abc import Callable, Iterable
from dataclasses import replace

from sqlalchemy import Connection, func, select
from sqlmodel import col

from router.flows.assign.ask import Ask
from router.flows.assign.left_behind import left_behind
from router.flows.assign.members import members_of
from router.flows.assign.pick import choose
from router.flows.assign.place import known_ask, seat
from router.flows.each import each
from router.flows.held import Held, hold_thread, save
from router.flows.ripples import CALM, Ripples
from router.flows.rulebooks.standing import lost_tenants
from router.flows.world import World
from router.store.rows import AnyRow
from router.store.tables import Thread
from rules.moves import line_of

MOST_AT_ONCE = 100  # of one tenant in one round, so that no tenant keeps the others waiting


def drain_queues(world: World) -> Ripples:
    """Take back what was left behind, then give what waits to whoever is free, oldest first."""

    def take_back(tenant_id: str, thread_id: str) -> Ripples:
        return _seat_again(world, tenant_id, thread_id, _take_back)

    def drain(tenant_id: str, _: str) -> Ripples:
        return _drain(world, tenant_id)

    with world.store.read() as connection:
        lost = lost_tenants(world, connection)  # theirs wait, and hold up nobody else's
        left = [one for one in left_behind(connection) if one[0] not in lost]
    ripples = each(left, take_back)
    with world.store.read() as connection:
        waiting = select(col(Thread.tenant_id)).where(col(Thread.waiting_since).is_not(None))
        tenants = connection.execute(waiting.distinct()).scalars().all()
    return ripples | each(((tenant, "") for tenant in tenants if tenant not in lost), drain)


def _drain(world: World, tenant_id: str) -> Ripples:
    ripples = CALM
    tried: set[str] = set()
    while len(tried) < MOST_AT_ONCE:
        thread_id = _next_to_seat(world, tenant_id)
        if thread_id is None or thread_id in tried:
            break
        tried.add(thread_id)
        ripples |= _seat_again(world, tenant_id, thread_id, _waits)
    return ripples


def _seat_again(
    world: World, tenant_id: str, thread_id: str, is_still_so: Callable[[Held], bool]
) -> Ripples:
    with world.store.write() as connection:
        keys = world.keys(connection, tenant_id)
        held = hold_thread(connection, keys, thread_id, world.now())
        if held is None or not is_still_so(held):
            return CALM
        seat(held, world.live_book(connection, tenant_id))
        save(held, active=False)
    return Ripples(threads=frozenset({(tenant_id, thread_id)}))


def _waits(held: Held) -> bool:
    return held.waiting_since is not None


def _take_back(held: Held) -> bool:
    """Whether nobody has it who would keep it. Anyone may be picked then: whoever gave it back
    before, or was picked and is on shift again.
    """
    is_left = held.state.state in ("open", "snoozed") and not held.state.claimed
    if not is_left or _waits(held):
        return False
    held.ask = held.ask and replace(held.ask, released_by=None)
    return True


def _next_to_seat(world: World, tenant_id: str) -> str | None:
    """The thread that has waited longest of those for which somebody is free."""
    with world.store.read() as connection:
        members = members_of(connection, tenant_id)
        book, now = world.live_book(connection, tenant_id), world.now()
        for head in _heads(connection, tenant_id) if members else ():
            ask = known_ask(book, Ask(head.team, head.since, head.strategy, head.released_by))
            if ask is None or choose(line_of(book, ask.team, now), ask, members):
                return _oldest(connection, tenant_id, head)
    return None


def _heads(connection: Connection, tenant_id: str) -> list[AnyRow]:
    """Of all that wait alike the age of the oldest, the oldest of all first."""
    alike = (col(Thread.asked_team), col(Thread.asked_strategy), col(Thread.released_by))
    since = func.min(col(Thread.waiting_since)).label("since")
    names = ("team", "strategy", "released_by")
    rows: Iterable[AnyRow] = connection.execute(
        select(*(column.label(name) for column, name in zip(alike, names, strict=True)), since)
        .where(col(Thread.tenant_id) == tenant_id, col(Thread.waiting_since).is_not(None))
        .group_by(*alike)
        .order_by(since)
    )
    return list(rows)


def _oldest(connection: Connection, tenant_id: str, head: AnyRow) -> str:
    return connection.execute(
        select(col(Thread.id))
        .where(
            col(Thread.tenant_id) == tenant_id,
            col(Thread.waiting_since).is_not(None),
            col(Thread.asked_team) == head.team,
            col(Thread.asked_strategy).is_not_distinct_from(head.strategy),
            col(Thread.released_by).is_not_distinct_from(head.released_by),
        )
        .order_by(col(Thread.waiting_since), col(Thread.id))
        .limit(1)
    ).scalar_one()
