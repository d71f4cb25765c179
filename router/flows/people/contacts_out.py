"""The contacts of a tenant as a CSV file that `contacts_in` takes: importing it changes nothing."""

import csv
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TextIO

from sqlalchemy import Connection, bindparam, select
from sqlmodel import col

from router.flows.consent.scopes import closing_scopes
from router.flows.consent.standing import derive
from router.flows.people.cells import guard, guard_number
from router.flows.people.columns import ATTRIBUTE, CONTACTS
from router.flows.people.contact_rows import HOWS
from router.flows.people.known import PAGE, read_suppressed
from router.flows.people.outcome import EVERY, Tell, tell_nobody
from router.flows.people.terms import Terms, read_terms
from router.flows.world import World
from router.store.rows import CONTACT_OF_THREAD, AnyRow, AnySelect, table
from router.store.sealing import TenantKeys
from router.store.tables import ConsentEvent, Contact, Thread

_CONTACTS: AnySelect = (
    select(table(Contact), col(Thread.number))
    .join(Thread, CONTACT_OF_THREAD)
    .where(col(Contact.tenant_id) == bindparam("tenant"))
    .order_by(col(Contact.id))
)
_EVENTS = (
    select(table(ConsentEvent))
    .where(
        col(ConsentEvent.tenant_id) == bindparam("tenant"),
        col(ConsentEvent.lookup).in_(bindparam("persons", expanding=True)),
    )
    .order_by(col(ConsentEvent.at), col(ConsentEvent.id))
)
_SAID = {"keyword": "text", "sentence": "text", "web": "web"}


@dataclass(frozen=True, slots=True)
class _Line:
    """A contact with the events of the consents that stand, and the scopes it is suppressed in."""

    contact: AnyRow
    attributes: Mapping[str, str]
    consents: Sequence[AnyRow]
    suppressed: frozenset[str]


@dataclass(frozen=True, slots=True)
class _Reader:
    """Reads contacts, page by page, from one state of the database."""

    connection: Connection
    keys: TenantKeys

    def lines(self) -> Iterator[_Line]:
        """All contacts of the tenant, in the order in which they came."""
        wanted = {"tenant": self.keys.tenant_id}
        by_page = {"yield_per": PAGE}
        rows = self.connection.execute(_CONTACTS, wanted, execution_options=by_page)
        for page in rows.partitions():
            yield from self._page(page)

    def _page(self, page: Sequence[AnyRow]) -> Iterator[_Line]:
        persons = {row.person for row in page}
        suppressed = read_suppressed(self.connection, self.keys.tenant_id, persons)
        events: dict[bytes, list[AnyRow]] = {}
        wanted = {"tenant": self.keys.tenant_id, "persons": list(persons)}
        for event in self.connection.execute(_EVENTS, wanted):
            events.setdefault(event.lookup, []).append(event)
        for row in page:
            yield _Line(
                contact=row,
                attributes=self._attributes(row),
                consents=_standing(events.get(row.person, [])),
                suppressed=frozenset(suppressed.get(row.person, {})),
            )

    def _attributes(self, row: AnyRow) -> Mapping[str, str]:
        if row.attributes is None:
            return {}
        known: dict[str, str] = self.keys.open_json("contact.attributes", row.id, row.attributes)
        return {name: str(value) for name, value in known.items()}


@dataclass(frozen=True, slots=True)
class _Writer:
    """Makes rows of lines: `attributes` and `consents` are as many columns as any contact needs."""

    keys: TenantKeys
    terms: Terms
    attributes: Sequence[str]
    consents: int

    def header(self) -> list[str]:
        """The names of the columns."""
        attributes = [ATTRIBUTE + name for name in self.attributes]
        consents = [
            name if count == 1 else f"{name}:{count}"
            for count in range(1, max(self.consents, 1) + 1)
            for name in CONTACTS.numbered
        ]
        return [*CONTACTS.plain, *attributes, *consents, *CONTACTS.ignored]

    def row(self, line: _Line) -> list[str]:
        """The cells of one contact, in the order of the header."""
        contact = line.contact
        cells = [
            guard_number(self.keys.open("contact.address", contact.id, contact.address)),
            guard(line.attributes.get("name", "")),
            guard(contact.language or ""),
            guard("|".join(contact.groups)),
        ]
        cells += [guard(line.attributes.get(name, "")) for name in self.attributes]
        for event in line.consents:
            cells += self._consent(event)
        missing = max(self.consents, 1) - len(line.consents)
        cells += [""] * (missing * len(CONTACTS.numbered))
        return cells + self._ignored(line)

    def _consent(self, event: AnyRow) -> list[str]:
        note = self._opened(event, "note")
        evidence = self._opened(event, "evidence") or note or "none was kept"
        return [
            guard(self.terms.say_scope(event.scope)),
            event.at.astimezone(self.terms.book.timezone).isoformat(),
            _how(event.how, note),
            guard(evidence),
            guard(self._opened(event, "disclosure")),
        ]

    def _ignored(self, line: _Line) -> list[str]:
        is_out = not line.suppressed.isdisjoint(closing_scopes(line.contact.number))
        scopes = sorted(map(self.terms.say_scope, line.suppressed))
        created = line.contact.created_at.isoformat()
        return ["yes" if is_out else "no", guard("|".join(scopes)), created]

    def _opened(self, event: AnyRow, column: str) -> str:
        sealed: bytes | None = getattr(event, column)
        return "" if sealed is None else self.keys.open(f"consent_event.{column}", event.id, sealed)


def export_contacts(world: World, tenant_id: str, out: TextIO, tell: Tell = tell_nobody) -> int:
    """Write every contact of the tenant to `out`, and return how many. Raises NoSuchTenant.

    The file is read twice from the same state: which columns there are shows only at its end.
    """
    with world.store.read() as connection:
        terms = read_terms(world, connection, tenant_id)
        reader = _Reader(connection, world.keys(connection, tenant_id))
        names: set[str] = set()
        most = 0
        for line in reader.lines():
            names |= line.attributes.keys()
            most = max(most, len(line.consents))
        writer = _Writer(reader.keys, terms, sorted(names - {"name"}), most)
        return _write(reader, writer, out, tell)


def _write(reader: _Reader, writer: _Writer, out: TextIO, tell: Tell) -> int:
    rows: Any = csv.writer(out)
    rows.writerow(writer.header())
    count = 0
    for count, line in enumerate(reader.lines(), 1):
        rows.writerow(writer.row(line))
        if count % EVERY == 0:
            tell("written", count)
    return count


def _standing(events: Sequence[AnyRow]) -> list[AnyRow]:
    """Of each consent that stands, the event that gave it last."""
    stands = derive((event.what, event.scope) for event in events).consents
    given = {event.scope: event for event in events if event.what == "opt_in"}
    return [given[scope] for scope in sorted(stands)]


def _how(how: str, note: str) -> str:
    """The way of consenting: an import has kept it at the beginning of its note."""
    if how == "import":
        noted = note.partition(";")[0]
        return noted if noted in HOWS else "other"
    return _SAID.get(how, "other")
