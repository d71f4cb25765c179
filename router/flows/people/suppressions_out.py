"""The suppression list of a tenant as a CSV file that `suppressions_in` takes.

A number stands there where we still know it; who was erased, or never was a contact, stands there
by the keyed hash alone.
"""

import csv
from typing import Any, TextIO

from sqlalchemy import bindparam, select
from sqlmodel import col

from router.carrier.addresses import bare_number
from router.flows.people.cells import guard_number
from router.flows.people.hashes import write_hash
from router.flows.people.known import PAGE, contacts_of
from router.flows.people.outcome import EVERY, Tell, tell_nobody
from router.flows.people.terms import read_terms
from router.flows.world import World
from router.store.tables import Suppression

HEADER = ("number", "hash", "scope", "since", "how")
_LISTED = (
    select(
        col(Suppression.lookup),
        col(Suppression.scope),
        col(Suppression.since),
        col(Suppression.how),
    )
    .where(col(Suppression.tenant_id) == bindparam("tenant"))
    .order_by(col(Suppression.lookup), col(Suppression.scope))
)


def export_suppressions(world: World, tenant_id: str, out: TextIO, tell: Tell = tell_nobody) -> int:
    """Write the whole list to `out`, and return how many rows it has. Raises NoSuchTenant."""
    rows: Any = csv.writer(out)
    rows.writerow(HEADER)
    count = 0
    with world.store.read() as connection:
        terms, keys = read_terms(world, connection, tenant_id), world.keys(connection, tenant_id)
        by_page = {"yield_per": PAGE}
        listed = connection.execute(_LISTED, {"tenant": tenant_id}, execution_options=by_page)
        for page in listed.partitions():
            contacts = contacts_of(connection, tenant_id, {row.lookup for row in page})
            numbers = {
                row.person: bare_number(keys.open("contact.address", row.id, row.address))
                for row in contacts
            }
            for row in page:
                number = numbers.get(row.lookup)
                digest = "" if number else write_hash(keys, row.lookup)
                since = row.since.astimezone(terms.book.timezone).isoformat()
                named = [guard_number(number or ""), digest, terms.say_scope(row.scope)]
                rows.writerow([*named, since, row.how])
                count += 1
                if count % EVERY == 0:
                    tell("written", count)
    return count
