"""Wishes are carried out: the event with its evidence, the suppression, the ledger."""

from collections.abc import Sequence
from dataclasses import replace

from sqlalchemy import bindparam, delete
from sqlmodel import col

from router.flows.consent.events import Event, Evidence, How, What, add_events, event_row
from router.flows.consent.scopes import carrier_scope
from router.flows.held import Held
from router.flows.outbox import cancel_for_person
from router.store.ledger import Ledger
from router.store.rows import insert_if_new, table
from router.store.tables import Suppression
from rules.decision import EVERYTHING

_LIFT = delete(table(Suppression)).where(
    col(Suppression.tenant_id) == bindparam("tenant"),
    col(Suppression.lookup) == bindparam("person"),
    col(Suppression.scope) == bindparam("scope"),
)
_SUPPRESS = insert_if_new(Suppression)


def opt_out(
    ledger: Ledger,
    held: Held,
    evidence: Evidence,
    scope: str = EVERYTHING,
    *,
    at_carrier: bool = False,
) -> None:
    """Suppress the person in `scope` and kill what that forbids; `at_carrier`: the carrier has
    blocked this number of ours to them as well. The ledger is written before the commit: a crash in
    between suppresses too much rather than too little, and the carrier delivers the text again.
    """
    known = held.suppressed
    blocks = {carrier_scope(held.number)} if at_carrier else set()
    _add(held, evidence.how, {scope} | blocks)
    if scope not in known:
        ledger.append(held.at, held.tenant_id, "suppressed", held.person, scope)
    if held.opted_out:
        if not held.is_stranger:
            only = None if scope == EVERYTHING else held.number
            cancel_for_person(held, "opted_out", only)
        held.state = replace(held.state, dialog=None, prompt=None)
    record(held, "opt_out", evidence, scope)


def opt_in(
    ledger: Ledger, held: Held, evidence: Evidence, scopes: Sequence[str] = (EVERYTHING,)
) -> None:
    """Lift those of these suppressions that stand, on the person's own word; an event for each, or
    for the first of `scopes` where none stood.
    """
    for scope in [scope for scope in scopes if scope in held.suppressed] or scopes[:1]:
        lift(ledger, held, scope)
        record(held, "opt_in", evidence, scope)


def lift(ledger: Ledger, held: Held, scope: str) -> None:
    """Take the person off the list in this scope, here and in the ledger."""
    if _remove(held, scope):
        ledger.append(held.at, held.tenant_id, "lifted", held.person, scope)


def mark_blocked_at_carrier(held: Held, number: str) -> bool:
    """The carrier refuses texts from `number`, one of ours, to them; whether that is news."""
    return _add(held, "carrier", {carrier_scope(number)})


def mark_free_at_carrier(held: Held) -> None:
    """The carrier's block of this number of ours is lifted."""
    _remove(held, carrier_scope(held.number))


def record(held: Held, what: What, evidence: Evidence, scope: str = EVERYTHING) -> None:
    """Write the event of a change that was made, or that staff looked into."""
    event = Event(what, scope, held.at, evidence)
    add_events(held.connection, [event_row(held.keys, held.person, event)])


def _add(held: Held, how: How, scopes: set[str]) -> bool:
    """Add what is not listed yet; whether there was any."""
    fresh = scopes - held.suppressed
    if not fresh:
        return False
    held.suppressed |= fresh
    whose = {"tenant_id": held.tenant_id, "lookup": held.person, "how": how, "since": held.at}
    rows = [whose | {"scope": scope} for scope in sorted(fresh)]
    held.connection.execute(_SUPPRESS[held.connection.dialect.name], rows)
    return True


def _remove(held: Held, scope: str) -> bool:
    if scope not in held.suppressed:
        return False
    held.suppressed -= {scope}
    wanted = {"tenant": held.tenant_id, "person": held.person, "scope": scope}
    return bool(held.connection.execute(_LIFT, wanted).rowcount)
