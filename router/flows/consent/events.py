"""The consent ledger's events: each change of consent with all that it rests on.

Events are only ever added. What follows from them (who may be sent what) is `standing.py`'s.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

from sqlalchemy import Connection, bindparam, insert, select
from sqlmodel import col

from router.flows.consent.standing import Standing, derive
from router.store.ids import new_id
from router.store.rows import AnyRow, table
from router.store.sealing import TenantKeys
from router.store.tables import ConsentEvent

What = Literal["opt_out", "opt_in", "corrected", "wants_back", "kept", "blocked", "unblocked"]
"""`corrected`: an opt-out that was recorded by mistake is taken back; `wants_back`: the person asks
for texts that the carrier still blocks; `kept`: staff found that a text in doubt was no opt-out."""

How = Literal["keyword", "sentence", "silence", "staff", "import", "web", "carrier"]


@dataclass(frozen=True, slots=True)
class Evidence:
    """What a change of consent rests on.

    `text`: the person's exact words, or what the carrier or the imported list said. `author`: the
    handle of whoever recorded it, with their `note`. `disclosure`: what the person had been shown,
    `version` where that stands (file@revision). `zone`: the IANA zone of the tenant.
    """

    how: How
    text: str | None = None
    number: str | None = None
    author: str | None = None
    note: str | None = None
    disclosure: str | None = None
    version: str | None = None
    zone: str | None = None


@dataclass(frozen=True, slots=True)
class Event:
    """One event, opened. `at` is aware UTC."""

    what: What
    scope: str
    at: datetime
    evidence: Evidence


_RECORD = insert(table(ConsentEvent))
_OF_TENANT = (
    select(table(ConsentEvent))
    .where(col(ConsentEvent.tenant_id) == bindparam("tenant"))
    .order_by(col(ConsentEvent.at), col(ConsentEvent.id))
)
_OF_PERSON = _OF_TENANT.where(col(ConsentEvent.lookup) == bindparam("person"))
_OF_PERSONS = _OF_TENANT.where(
    col(ConsentEvent.lookup).in_(bindparam("persons", expanding=True))
).with_only_columns(col(ConsentEvent.lookup), col(ConsentEvent.what), col(ConsentEvent.scope))


def event_row(keys: TenantKeys, person: bytes, event: Event) -> dict[str, Any]:
    """The sealed row of an event of a person."""
    event_id, evidence = new_id(), event.evidence

    def seal(column: str, text: str | None) -> bytes | None:
        return None if text is None else keys.seal(f"consent_event.{column}", event_id, text)

    return {
        "tenant_id": keys.tenant_id,
        "id": event_id,
        "lookup": person,
        "scope": event.scope,
        "what": event.what,
        "how": evidence.how,
        "number": evidence.number,
        "evidence": seal("evidence", evidence.text),
        "author": evidence.author,
        "note": seal("note", evidence.note),
        "disclosure": seal("disclosure", evidence.disclosure),
        "disclosure_version": evidence.version,
        "zone": evidence.zone,
        "at": event.at,
    }


def add_events(connection: Connection, rows: Iterable[Mapping[str, Any]]) -> None:
    """Write rows that `event_row` has made."""
    written = list(rows)
    if written:
        connection.execute(_RECORD, written)


def events_of(connection: Connection, keys: TenantKeys, person: bytes) -> list[Event]:
    """All events of a person, oldest first, opened."""
    wanted = {"tenant": keys.tenant_id, "person": person}
    return [_open(keys, row) for row in connection.execute(_OF_PERSON, wanted)]


def standing_of(connection: Connection, tenant_id: str, person: bytes) -> Standing:
    """What a person's events add up to."""
    rows = connection.execute(_OF_PERSON, {"tenant": tenant_id, "person": person})
    return derive((row.what, row.scope) for row in rows)


def standings_of(
    connection: Connection, tenant_id: str, persons: Iterable[bytes]
) -> dict[bytes, Standing]:
    """The same for many persons at once."""
    events: dict[bytes, list[tuple[str, str]]] = {person: [] for person in persons}
    if events:
        wanted = {"tenant": tenant_id, "persons": list(events)}
        for row in connection.execute(_OF_PERSONS, wanted):
            events[row.lookup].append((row.what, row.scope))
    return {person: derive(theirs) for person, theirs in events.items()}


def _open(keys: TenantKeys, row: AnyRow) -> Event:
    def opened(column: str, sealed: bytes | None) -> str | None:
        return None if sealed is None else keys.open(f"consent_event.{column}", row.id, sealed)

    evidence = Evidence(
        how=row.how,
        text=opened("evidence", row.evidence),
        number=row.number,
        author=row.author,
        note=opened("note", row.note),
        disclosure=opened("disclosure", row.disclosure),
        version=row.disclosure_version,
        zone=row.zone,
    )
    return Event(row.what, row.scope, row.at, evidence)
