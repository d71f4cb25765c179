"""What the ledger says and the database does not: lost opt-outs, the erased who are back.

A crash between the ledger's line and the commit leaves one such line; a backup that was restored
leaves many.
"""

from collections.abc import Iterable
from datetime import datetime

from sqlalchemy import Connection, select
from sqlmodel import col

from router.flows.world import World
from router.store.ledger import Entry
from router.store.tables import Contact, Suppression, Tenant


def opt_outs_missing(connection: Connection, entries: Iterable[Entry]) -> list[Entry]:
    """Those that the last of `entries` about them leaves suppressed, and that do not hold."""
    last = {(one.tenant, one.lookup, one.scope): one for one in entries if one.what != "erased"}
    tenants = set(connection.execute(select(col(Tenant.id))).scalars())
    wanted = [one for one in last.values() if one.what == "suppressed" and one.tenant in tenants]
    return [one for one in wanted if not _is_suppressed(connection, one)]


def erased_and_back(connection: Connection, entries: Iterable[Entry]) -> list[tuple[str, str]]:
    """The contacts (tenant id, contact id) that were erased and are there, as they were before."""
    found = set()
    for one in entries:
        if one.what == "erased":
            row = connection.execute(
                select(col(Contact.tenant_id), col(Contact.id)).where(
                    col(Contact.tenant_id) == one.tenant,
                    col(Contact.lookup) == bytes.fromhex(one.lookup),
                    col(Contact.created_at) <= datetime.fromisoformat(one.at),
                )
            ).one_or_none()
            found |= {(row.tenant_id, row.id)} if row else set()
    return sorted(found)


def count_missing(world: World) -> int:
    """How many of either the whole ledger has."""
    entries = list(world.ledger.entries())
    with world.store.read() as connection:
        opt_outs = opt_outs_missing(connection, entries)
        return len(opt_outs) + len(erased_and_back(connection, entries))


def _is_suppressed(connection: Connection, entry: Entry) -> bool:
    wanted = select(col(Suppression.since)).where(
        col(Suppression.tenant_id) == entry.tenant,
        col(Suppression.lookup) == bytes.fromhex(entry.lookup),
        col(Suppression.scope) == entry.scope,
    )
    return connection.execute(wanted).first() is not None
