"""Consent as it changes: the event with its evidence, the suppression, the ledger."""

from typing import Literal

from sqlalchemy import delete, insert
from sqlalchemy.dialects import postgresql, sqlite
from sqlmodel import col

from router.flows.held import EVERYTHING, Held
from router.flows.outbox import cancel_waiting
from router.store.ids import new_id
from router.store.ledger import Ledger
from router.store.tables import ConsentEvent, Suppression

How = Literal["keyword", "sentence", "carrier", "staff"]


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
    held.connection.execute(
        delete(Suppression).where(
            col(Suppression.tenant_id) == held.tenant_id,
            col(Suppression.lookup) == held.lookup,
            col(Suppression.scope) == EVERYTHING,
        )
    )
    record(held, "opt_in", how, evidence)
    ledger.append(held.at, held.tenant_id, "lifted", held.lookup)
    held.opted_out = False


def suppress(ledger: Ledger, held: Held, how: How) -> None:
    """Add the contact to the suppression list, here and in the ledger; again changes nothing."""
    upsert = sqlite.insert if held.connection.dialect.name == "sqlite" else postgresql.insert
    added = held.connection.execute(
        upsert(Suppression)
        .values(
            tenant_id=held.tenant_id,
            lookup=held.lookup,
            scope=EVERYTHING,
            how=how,
            since=held.at,
        )
        .on_conflict_do_nothing()
    )
    if added.rowcount:
        ledger.append(held.at, held.tenant_id, "suppressed", held.lookup)


def record(held: Held, what: str, how: How, evidence: str, scope: str = EVERYTHING) -> None:
    """Write the consent event with the exact text that it rests on."""
    event_id = new_id()
    held.connection.execute(
        insert(ConsentEvent).values(
            tenant_id=held.tenant_id,
            id=event_id,
            lookup=held.lookup,
            scope=scope,
            what=what,
            how=how,
            number=held.number,
            evidence=held.keys.seal("consent_event.evidence", event_id, evidence),
            at=held.at,
        )
    )
