"""Numbers from which nothing leaves while the carrier refuses the account."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, func, select
from sqlmodel import col

from router.flows.world import World
from router.store.rows import AnyRow, is_state, is_unfinished
from router.store.tables import Message, Number


@dataclass(frozen=True, slots=True)
class Stopped:
    """A number that is stopped. `code`: the carrier's error; `waiting`: how many texts wait to
    leave from it, the oldest `since` then (None: none waits).
    """

    tenant_id: str
    name: str
    address: str
    code: int
    waiting: int
    since: datetime | None


def stopped_senders(world: World, tenant_id: str | None = None) -> list[Stopped]:
    """The stopped numbers of one tenant, or of all."""
    wanted = select(Number).where(col(Number.paused_code).is_not(None))
    if tenant_id is not None:
        wanted = wanted.where(col(Number.tenant_id) == tenant_id)
    with world.store.read() as connection:
        rows = connection.execute(wanted.order_by(col(Number.tenant_id), col(Number.name))).all()
        found = [_look_at(connection, row, world.now()) for row in rows]
    return [one for one in found if one is not None]


def _look_at(connection: Connection, row: AnyRow, now: datetime) -> Stopped | None:
    """None where the pause is over and nothing waits that would find out whether it still holds."""
    waiting, since = connection.execute(
        select(func.count(), func.min(col(Message.created_at))).where(
            col(Message.tenant_id) == row.tenant_id,
            col(Message.number) == row.address,
            is_unfinished(),
            is_state("queued"),
        )
    ).one()
    if row.paused_until <= now and not waiting:
        return None
    return Stopped(row.tenant_id, row.name, row.address, row.paused_code, waiting, since)
