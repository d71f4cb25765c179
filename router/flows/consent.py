"""Consent as it changes: the event with its evidence, the suppression, the ledger."""

from typing import Literal

from sqlalchemy import bindparam, delete, insert
from sqlalchemy.dialects import postgresql, sqlite
from sqlmodel import col

from router.flows.held import EVERYTHING, Held
from router.flows.outbox import cancel_waiting
from router.store.ids import new_id
from router.store.ledger import Ledger
from router.store.rows import table
from router.store.tables import ConsentEvent, Suppression

How = Literal["keyword", "sentence", "carrier", "staff"]

_LIFT = delete(Suppression).where(
    col(Suppression.tenant_id) == bindparam("tenant"),
    col(Suppression.lookup) == bindparam("lookup"),
    col(Suppression.scope) == EVERYTHING,
)
_SUPPRESS = {
    dialect.dialect.name: dialect.insert(table(Suppression)).on_conflict_do_nothing()
    for dialect in (sqlite, postgresql)
}
_RECORD = insert(table(ConsentEvent))


def opt_out(ledger: Ledger, held: Held, how: How, evidence: str) -> None:
    """Suppress the contact and kill what waits. The ledger is written before the commit: a crash
    in between suppresses too much rather than too little, and the carrier delivers the text again.
    """
    if not held.first_contact:
        cancel_waiting(held, "opted_out")
    suppress(ledger, held, how)
    record(held, "opt_out", how, evidence)
    held.opted_out = True


def opt_in(ledger: Ledger, held: Held, how: How, evidence: str) -> None:
    """Lift the suppression."""
    held.connection.execute(_LIFT, {"tenant": held.tenant_id, "lookup": held.lookup})
    record(held, "opt_in", how, evidence)
    ledger.append(held.at, held.tenant_id, "lifted", held.lookup)
    held.opted_out = False


def suppress(ledger: Ledger, held: Held, how: How) -> None:
    """Add the contact to the suppression list, here and in the ledger; again changes nothing."""
    added = held.connection.execute(
        _SUPPRESS[held.connection.dialect.name],
        {
            "tenant_id": held.tenant_id,
            "lookup": held.lookup,
            "scope": EVERYTHING,
            "how": how,
            "since": held.at,
        },
    )
    if added.rowcount:
        ledger.append(held.at, held.tenant_id, "suppressed", held.lookup)


def record(held: Held, what: str, how: How, evidence: str, scope: str = EVERYTHING) -> None:
    """Write the consent event with the exact text that it rests on."""
    event_id = new_id()
    held.connection.execute(
        _RECORD,
        {
            "tenant_id": held.tenant_id,
            "id": event_id,
            "lookup": held.lookup,
            "scope": scope,
            "what": what,
            "how": how,
            "number": held.number,
            "evidence": held.keys.seal("consent_event.evidence", event_id, evidence),
            "at": held.at,
        },
    )
