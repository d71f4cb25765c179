"""MASTER_KEY rotates: every tenant's keys are wrapped anew under the first of them."""

from sqlalchemy import select, update
from sqlmodel import col

from router.flows.world import World
from router.store.tables import Tenant


def rewrap_keys(world: World) -> int:
    """Rewrap the keys of all tenants; how many there are. What they sealed stays as it is.

    Once it has run, the older master keys can be taken out of MASTER_KEY. Raises SealError where a
    tenant's keys open under none of them; nothing is changed then.
    """
    with world.store.write() as connection:
        rows = connection.execute(
            select(col(Tenant.id), col(Tenant.data_key), col(Tenant.lookup_key))
        ).all()
        for row in rows:
            data_key, lookup_key = world.vault.rewrap(row.id, row.data_key, row.lookup_key)
            connection.execute(
                update(Tenant)
                .where(col(Tenant.id) == row.id)
                .values(data_key=data_key, lookup_key=lookup_key)
            )
    return len(rows)
