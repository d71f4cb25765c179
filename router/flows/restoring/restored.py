"""After a backup was restored: nothing of it leaves by itself, since all of it may have left.

What the backup has as waiting, on its way or unknown becomes `review`: a person decides. Texts that
came in since are in the carrier's log and are taken in again; what answers them is withheld as well
(`withheld.py`), since it was said before. Opt-outs since are in the ledger. May be run again.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import datetime
from functools import partial

from sqlalchemy import ColumnElement, Connection, select, update
from sqlmodel import col

from router.flows.restoring.age import CLOCK
from router.flows.restoring.missing import erased_and_back
from router.flows.restoring.opt_outs import opt_out_again
from router.flows.restoring.withheld import RESTORED, WORDS, silence_escalations
from router.flows.watermarks import raise_mark
from router.flows.world import World
from router.store.high_water import HighWater
from router.store.rows import AnySelect, is_held, is_unfinished
from router.store.tables import Dispatch, Message, Tenant

BATCH = 200


@dataclass(slots=True)
class Counts:
    """What was done: texts put into review, notices and calls given up, escalations that will move
    their thread and say nothing, opt-outs carried out again; and the contacts (tenant id, contact
    id) that were erased since the backup and are back.
    """

    texts: int = 0
    dispatches: int = 0
    escalations: int = 0
    opt_outs: int = 0
    erased: list[tuple[str, str]] = field(default_factory=list)


def make_safe(world: World) -> Counts:
    """Make a restored database safe to send from. No worker and no clock may run meanwhile."""
    now, counts = world.now(), Counts()
    with world.store.write() as connection:
        raise_mark(connection, RESTORED, now)
    for waits in (is_unfinished(), is_held()):  # each by the index that is made for it
        counts.texts += _in_batches(world, partial(_texts, waits, now))
    counts.dispatches = _in_batches(world, partial(_dispatches, now))
    counts.escalations = _silence_all(world)
    by_ledger = follow_ledger(world)
    counts.opt_outs, counts.erased = by_ledger.opt_outs, by_ledger.erased
    with world.store.write() as connection:
        noted = HighWater(world.settings.ledger).read()
        raise_mark(connection, CLOCK, max(now, noted or now))
    return counts


def follow_ledger(world: World) -> Counts:
    """Carry out again only what this machine's ledger has and the database has not, as where the
    ledger of another machine has been followed before. Others may work meanwhile.
    """
    entries = list(world.ledger.entries())
    opt_outs = opt_out_again(world, entries)
    with world.store.read() as connection:
        return Counts(opt_outs=opt_outs, erased=erased_and_back(connection, entries))


def _in_batches(world: World, do: Callable[[Connection], int]) -> int:
    """Run short transactions until there is nothing left to do; how much it was."""
    total = 0
    while True:
        with world.store.write() as connection:
            done = do(connection)
        total += done
        if not done:
            return total


def _texts(waits: ColumnElement[bool], now: datetime, connection: Connection) -> int:
    waiting = select(col(Message.tenant_id), col(Message.id)).where(waits)
    review = {"state": "review", "reason": RESTORED, "token": None, "not_before": None}
    return sum(
        connection.execute(
            update(Message)
            .where(col(Message.tenant_id) == tenant_id, col(Message.id).in_(ids))
            .values(review | {"updated_at": now})
        ).rowcount
        for tenant_id, ids in _by_tenant(connection, waiting)
    )


def _dispatches(now: datetime, connection: Connection) -> int:
    waiting = select(col(Dispatch.tenant_id), col(Dispatch.id)).where(
        col(Dispatch.state).in_(("queued", "sending"))
    )
    unknown = {"state": "unknown", "error": WORDS, "token": None, "updated_at": now}
    return sum(
        connection.execute(
            update(Dispatch)
            .where(col(Dispatch.tenant_id) == tenant_id, col(Dispatch.id).in_(ids))
            .values(unknown)
        ).rowcount
        for tenant_id, ids in _by_tenant(connection, waiting)
    )


def _by_tenant(connection: Connection, rows: AnySelect) -> Iterable[tuple[str, list[str]]]:
    found: dict[str, list[str]] = {}
    for row in connection.execute(rows.limit(BATCH)):
        found.setdefault(row.tenant_id, []).append(row.id)
    return found.items()


def _silence_all(world: World) -> int:
    with world.store.read() as connection:
        tenants = connection.execute(select(col(Tenant.id))).scalars().all()
    total = 0
    for tenant_id in tenants:
        with world.store.write() as connection:
            total += silence_escalations(connection, world.keys(connection, tenant_id))
    return total
