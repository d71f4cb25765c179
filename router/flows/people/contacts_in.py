"""A file of contacts is imported: all of it, or, where anything is wrong with it, nothing.

All that takes long (reading, hashing, sealing) happens before the transaction that writes. That one
looks first whether the people of the file are still as they were when the rows were made, and has
them made anew where they are not.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import Connection, bindparam, update
from sqlalchemy.exc import IntegrityError
from sqlmodel import col

from router.flows.people.bulk import prepare, slices
from router.flows.people.columns import CONTACTS
from router.flows.people.contact_plan import ContactPlan
from router.flows.people.contact_rows import ContactRow, read_contact_row
from router.flows.people.identity import Identity, identify
from router.flows.people.known import (
    Known,
    lock_threads,
    read_contacts,
    read_erasures,
    read_known,
    read_suppressed,
)
from router.flows.people.outcome import (
    EVERY,
    RESTLESS,
    TRIES,
    ContactCounts,
    Imported,
    Moved,
    Refused,
    Source,
    Tell,
    tell_nobody,
)
from router.flows.people.problems import Fault, Problem, at
from router.flows.people.staff_named import missing_author
from router.flows.people.table import Table, read_table
from router.flows.people.terms import Terms, read_terms
from router.flows.world import World
from router.store.rows import table
from router.store.sealing import TenantKeys
from router.store.tables import ConsentEvent, Contact, Enrolled, Thread

_UPDATE = update(table(Contact)).where(
    col(Contact.tenant_id) == bindparam("of_tenant"), col(Contact.id) == bindparam("of_id")
)


@dataclass(frozen=True, slots=True)
class _Row:
    contact: ContactRow
    who: Identity


def import_contacts(
    world: World,
    tenant_id: str,
    data: bytes,
    source: Source,
    *,
    country: str | None = None,
    dry_run: bool = False,
    tell: Tell = tell_nobody,
) -> Imported[ContactCounts] | Refused:
    """Add and update contacts from the bytes of a CSV file.

    No suppression is ever lifted, and nobody who was erased comes back. Raises NoSuchTenant, and
    DatabaseDown where nothing could be committed.
    """
    with world.store.read() as connection:
        terms = read_terms(world, connection, tenant_id, country)
        keys = world.keys(connection, tenant_id)
        problems = missing_author(connection, tenant_id, source.author)
    found = read_table(data, CONTACTS)
    tell("read", len(found.rows))
    rows = _understand(found, terms, keys, problems, tell)
    for _ in range(TRIES):
        plan, known = _plan(world, rows, ContactPlan(keys, terms, source))
        if problems or plan.problems:
            return Refused(tuple(sorted([*problems, *plan.problems])))
        tell("prepared", plan.counts.rows)
        try:
            if plan.lookups and not dry_run:
                _write(world, plan, known)
                tell("written", plan.counts.rows)
        except (Moved, IntegrityError):  # the first text of one of them came in meanwhile
            continue
        return Imported(plan.counts, tuple(plan.notices))
    return Refused((at(0, "", RESTLESS),))


def _understand(
    found: Table, terms: Terms, keys: TenantKeys, problems: list[Problem], tell: Tell
) -> list[_Row]:
    problems += found.problems
    if not found.problems and "number" not in found.columns:
        problems.append(Problem(1, "number", "there is no such column", "every row needs a number"))
        return []
    rows: list[_Row] = []
    lines: dict[bytes, int] = {}
    for count, row in enumerate(found.rows, 1):
        contact = read_contact_row(row, terms, problems)
        if contact is not None:
            who = identify(keys, contact.address.text)
            if (line := lines.setdefault(who.lookup, row.line)) != row.line:
                problems.append(at(row.line, "number", _twice(line)))
            rows.append(_Row(contact, who))
        if count % EVERY == 0:
            tell("checked", count)
    return rows


def _twice(line: int) -> Fault:
    return Fault(f"the same number as in line {line}", "make one row of the two")


def _plan(world: World, rows: Sequence[_Row], plan: ContactPlan) -> tuple[ContactPlan, Known]:
    lookups = [lookup for row in rows for lookup in row.who.lookups]
    agreeing = {row.who.person for row in rows if row.contact.consents}
    with world.store.read() as connection:
        known = read_known(connection, plan.keys.tenant_id, lookups, agreeing)
    for row in rows:
        plan.add(row.contact, row.who, known)
    return plan, known


def _write(world: World, plan: ContactPlan, known: Known) -> None:
    """The one transaction."""
    dialect = world.store.engine.dialect
    inserts = (
        prepare(dialect, Contact, plan.contacts),
        prepare(dialect, Thread, plan.threads),
        prepare(dialect, Enrolled, plan.enrolled, anew=False),
        prepare(dialect, ConsentEvent, plan.events),
    )
    with world.store.write() as connection:
        before = list(plan.changing.values())
        lock_threads(connection, plan.keys.tenant_id, [row.thread_id for row in before])
        if not _is_as_it_was(connection, plan, known):
            raise Moved
        for updates in slices(plan.updates):
            connection.execute(_UPDATE, updates)
        for bulk in inserts:
            bulk.write(connection)


def _is_as_it_was(connection: Connection, plan: ContactPlan, known: Known) -> bool:
    """Whether all that the rows rest on is still so; that a contact is new its key will show."""
    tenant_id = plan.keys.tenant_id
    suppressed = {who: known.suppressed[who] for who in plan.agreeing & known.suppressed.keys()}
    erased, being_erased = read_erasures(connection, tenant_id)
    return (
        read_contacts(connection, tenant_id, plan.changing) == plan.changing
        and read_suppressed(connection, tenant_id, plan.agreeing) == suppressed
        and plan.lookups.isdisjoint((erased - known.erased) | (being_erased - known.being_erased))
    )
