"""Opt-outs that a restored database does not know of are carried out again, out of the ledger.

An opt-out that was lifted since is passed over, and nothing is lifted: START lies in the carrier's
log, and is taken in from there.
"""

from collections.abc import Iterable
from datetime import datetime

from sqlalchemy import Connection, select
from sqlmodel import col

from router.flows.consent.events import Event, Evidence, add_events, event_row
from router.flows.world import World
from router.store.ledger import Entry
from router.store.rows import table
from router.store.tables import Suppression, Tenant

SAID = "the ledger, after a backup was restored"


def opt_out_again(world: World, entries: Iterable[Entry]) -> int:
    """Suppress those whom the ledger's lines leave suppressed and the database does not; how many
    suppressions that was. What waits for them is in review already.
    """
    last = {(one.tenant, one.lookup, one.scope): one for one in entries if one.what != "erased"}
    added = 0
    for one in last.values():
        if one.what == "suppressed":
            with world.store.write() as connection:
                added += _suppress(world, connection, one)
    return added


def _suppress(world: World, connection: Connection, entry: Entry) -> bool:
    person, at = bytes.fromhex(entry.lookup), datetime.fromisoformat(entry.at)
    is_ours = connection.execute(select(col(Tenant.id)).where(col(Tenant.id) == entry.tenant))
    whose = {"tenant_id": entry.tenant, "lookup": person, "scope": entry.scope}
    known = connection.execute(select(col(Suppression.since)).filter_by(**whose))
    if is_ours.first() is None or known.first() is not None:
        return False
    connection.execute(table(Suppression).insert(), whose | {"how": "import", "since": at})
    event = Event("opt_out", entry.scope, at, Evidence("import", SAID))
    add_events(connection, [event_row(world.keys(connection, entry.tenant), person, event)])
    return True
