"""Opt-outs that a restored database does not know of are carried out again, out of the ledger.

An opt-out that was lifted since is passed over, and nothing is lifted: START lies in the carrier's
log, and is taken in from there.
"""

from collections.abc import Iterable
from datetime import datetime

from router.flows.consent.events import Event, Evidence, add_events, event_row
from router.flows.restoring.missing import opt_outs_missing
from router.flows.world import World
from router.store.ledger import Entry
from router.store.rows import table
from router.store.tables import Suppression

SAID = "the ledger, after a backup was restored"


def opt_out_again(world: World, entries: Iterable[Entry]) -> int:
    """Suppress those whom the ledger's lines leave suppressed and the database does not; how many
    suppressions that was. What waits for them is in review, or is dropped when it is claimed.
    """
    with world.store.write() as connection:
        missing = opt_outs_missing(connection, entries)
        for one in missing:
            person, at = bytes.fromhex(one.lookup), datetime.fromisoformat(one.at)
            whose = {"tenant_id": one.tenant, "lookup": person, "scope": one.scope}
            row = whose | {"how": "import", "since": at}
            connection.execute(table(Suppression).insert(), row)
            event = Event("opt_out", one.scope, at, Evidence("import", SAID))
            add_events(connection, [event_row(world.keys(connection, one.tenant), person, event)])
    return len(missing)
