"""A suppression list is imported: opt-outs that were given elsewhere hold here from now on.

All of it, or, where anything is wrong with it, nothing. The numbers need not be contacts: only
their keyed hashes are kept.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from router.flows.people.bulk import prepare
from router.flows.people.columns import SUPPRESSIONS
from router.flows.people.known import contacts_of, lock_threads, read_known, read_recent
from router.flows.people.outcome import (
    EVERY,
    RESTLESS,
    TRIES,
    Imported,
    Moved,
    Refused,
    Source,
    SuppressionCounts,
    Tell,
    tell_nobody,
)
from router.flows.people.problems import Problem, at
from router.flows.people.quieting import Quieting
from router.flows.people.staff_named import missing_author
from router.flows.people.suppression_plan import SuppressionPlan
from router.flows.people.suppression_rows import SuppressionRow, read_suppression_row
from router.flows.people.table import Table, read_table
from router.flows.people.terms import Terms, read_terms
from router.flows.world import World
from router.store.rows import AnyRow
from router.store.sealing import TenantKeys
from router.store.tables import ConsentEvent, Suppression

_MARGIN = timedelta(minutes=2)  # the clocks of several machines differ


@dataclass(frozen=True, slots=True)
class _Seen:
    """What a plan rests on: the threads of those whom it suppresses, and in which threads of all
    whom the list names something has happened `since` shortly before.
    """

    since: datetime
    recent: set[AnyRow]
    persons: frozenset[bytes]
    threads: tuple[str, ...]


def import_suppressions(
    world: World,
    tenant_id: str,
    data: bytes,
    source: Source,
    *,
    country: str | None = None,
    dry_run: bool = False,
    tell: Tell = tell_nobody,
) -> Imported[SuppressionCounts] | Refused:
    """Suppress whom the bytes of a CSV file list; again changes nothing.

    Raises NoSuchTenant, DatabaseDown, and OSError where the ledger cannot be written: nothing is
    committed then.
    """
    with world.store.read() as connection:
        terms = read_terms(world, connection, tenant_id, country)
        keys = world.keys(connection, tenant_id)
        problems = missing_author(connection, tenant_id, source.author)
    found = read_table(data, SUPPRESSIONS)
    tell("read", len(found.rows))
    rows = _understand(found, terms, keys, problems, tell)
    for _ in range(TRIES):
        plan, seen = _plan(world, rows, SuppressionPlan(keys, terms, source))
        if problems or plan.problems:
            return Refused(tuple(sorted([*problems, *plan.problems])))
        tell("prepared", plan.counts.rows)
        try:
            if plan.suppressions and not dry_run:
                _write(world, plan, seen)
                tell("written", plan.counts.rows)
        except Moved:
            continue
        return Imported(plan.counts, tuple(plan.notices))
    return Refused((at(0, "", RESTLESS),))


def _understand(
    found: Table, terms: Terms, keys: TenantKeys, problems: list[Problem], tell: Tell
) -> list[SuppressionRow]:
    problems += found.problems
    if not found.problems and not {"number", "hash"} & found.columns:
        problems.append(Problem(1, "number", "there is no such column", "every row needs a number"))
        return []
    rows: list[SuppressionRow] = []
    for count, row in enumerate(found.rows, 1):
        suppression = read_suppression_row(row, terms, keys, problems)
        if suppression is not None:
            rows.append(suppression)
        if count % EVERY == 0:
            tell("checked", count)
    return rows


def _plan(
    world: World, rows: Sequence[SuppressionRow], plan: SuppressionPlan
) -> tuple[SuppressionPlan, _Seen]:
    tenant_id, since = plan.keys.tenant_id, world.now() - _MARGIN
    persons = {row.person for row in rows}
    with world.store.read() as connection:
        known = read_known(connection, tenant_id, (), persons)
        recent = read_recent(connection, tenant_id, since, persons)
        contacts = contacts_of(connection, tenant_id, persons)
    have_one = {row.person for row in contacts}
    for row in rows:
        plan.add(row, known, have_one)
    suppressed = plan.persons
    threads = tuple(row.thread_id for row in contacts if row.person in suppressed)
    return plan, _Seen(since, recent, frozenset(persons), threads)


def _write(world: World, plan: SuppressionPlan, seen: _Seen) -> None:
    """The one transaction. The threads of those who are suppressed are locked first, so that no
    text of theirs is claimed meanwhile. The ledger comes last: a crash after it suppresses too
    much rather than too little.
    """
    tenant_id, dialect = plan.keys.tenant_id, world.store.engine.dialect
    suppressions = prepare(dialect, Suppression, plan.suppressions, anew=False)
    events = prepare(dialect, ConsentEvent, plan.events)
    with world.store.write() as connection:
        lock_threads(connection, tenant_id, seen.threads)
        if read_recent(connection, tenant_id, seen.since, seen.persons) != seen.recent:
            raise Moved
        suppressions.write(connection)
        events.write(connection)
        quieting = Quieting(connection, plan.keys, plan.terms)
        plan.counts.canceled = quieting.cancel(seen.threads)
        if plan.ends_enrollments:
            quieting.leave(seen.threads)
        listed = [(row["lookup"], row["scope"]) for row in plan.suppressions]
        world.ledger.append_all(plan.terms.at, tenant_id, "suppressed", listed)
