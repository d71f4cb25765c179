"""What the ledger says and the database does not: lost opt-outs, the erased who are back.

A crash between the ledger's line and the commit leaves one such line; a backup that was restored
leaves many. A machine's ledger need not know what was lifted on another one: the database may.
"""

from collections.abc import Iterable
from datetime import datetime

from sqlalchemy import Connection, select
from sqlmodel import col

from router.flows.consent.scopes import CARRIER
from router.flows.consent.standing import derive
from router.flows.world import World
from router.store.ledger import Entry
from router.store.tables import ConsentEvent, Contact, Suppression, Tenant


def opt_outs_missing(connection: Connection, entries: Iterable[Entry]) -> list[Entry]:
    """Those that the last of `entries` about them leaves suppressed, and that do not hold."""
    last = {(one.tenant, one.lookup, one.scope): one for one in entries if one.what != "erased"}
    tenants = set(connection.execute(select(col(Tenant.id))).scalars())
    wanted = [one for one in last.values() if one.tenant in tenants and _is_wish(one)]
    absent = [one for one in wanted if not _is_suppressed(connection, one)]
    return [one for one in absent if not _was_lifted(connection, one)]


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


def count_missing(world: World) -> tuple[int, int]:
    """How many opt-outs, and how many erasures, the whole ledger has."""
    entries = list(world.ledger.entries())
    with world.store.read() as connection:
        opt_outs = opt_outs_missing(connection, entries)
        return len(opt_outs), len(erased_and_back(connection, entries))


def _is_wish(entry: Entry) -> bool:
    """Whether somebody is to be left alone; the carrier's own blocks, some of which an older ledger
    has, are the carrier's to tell.
    """
    return entry.what == "suppressed" and not entry.scope.startswith(CARRIER)


def _is_suppressed(connection: Connection, entry: Entry) -> bool:
    wanted = select(col(Suppression.since)).where(
        col(Suppression.tenant_id) == entry.tenant,
        col(Suppression.lookup) == bytes.fromhex(entry.lookup),
        col(Suppression.scope) == entry.scope,
    )
    return connection.execute(wanted).first() is not None


def _was_lifted(connection: Connection, entry: Entry) -> bool:
    """Whether the person's later events, of whatever machine, end the opt-out."""
    later = connection.execute(
        select(col(ConsentEvent.what), col(ConsentEvent.scope))
        .where(
            col(ConsentEvent.tenant_id) == entry.tenant,
            col(ConsentEvent.lookup) == bytes.fromhex(entry.lookup),
            col(ConsentEvent.at) > datetime.fromisoformat(entry.at),
        )
        .order_by(col(ConsentEvent.at), col(ConsentEvent.id))
    )
    events = [("opt_out", entry.scope), *((one.what, one.scope) for one in later)]
    return entry.scope not in derive(events).suppressed
