"""What the cells of a tenant's files may name: languages, consents, scopes, numbers, days."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime

from sqlalchemy import Connection, select
from sqlmodel import col

from router.flows.consent.scopes import CARRIER, MARKETING, carrier_scope
from router.flows.consent.standing import ENROLLMENT, SERVICE
from router.flows.people.problems import Fault, unknown
from router.flows.show import NoSuchTenant
from router.flows.world import World
from router.store.tables import ConsentEvent, Contact, Suppression, Tenant
from rules.codes import fold_code
from rules.decision import EVERYTHING, number_scope, topic_scope
from rules.model import Rulebook

_EARLIEST = datetime(1990, 1, 1, tzinfo=UTC)
_NO_TIME = Fault("this is no date", "write it as 2026-11-10 or 2026-11-10T14:30")
_FUTURE = Fault("this lies in the future", "write when it was given")


@dataclass(frozen=True, slots=True)
class Terms:
    """`consents` and `scopes` map what a cell may say, in small letters, to scopes; `names` maps
    scopes to what an export calls them. `country`: whose national numbers are understood.
    """

    book: Rulebook
    at: datetime
    country: str | None
    languages: Mapping[str, str]
    consents: Mapping[str, str]
    scopes: Mapping[str, str]
    names: Mapping[str, str]

    def is_ours(self, address: str) -> bool:
        """Whether it is one of the tenant's own numbers."""
        return any(number.address == address for number in self.book.numbers.values())

    def read_time(self, cell: str) -> datetime | Fault:
        """A date or time, in the tenant's zone where it names none, as aware UTC."""
        try:
            written = datetime.fromisoformat(cell)
            zoned = written if written.tzinfo else written.replace(tzinfo=self.book.timezone)
            moment = zoned.astimezone(UTC)
        except (ValueError, OverflowError):
            return _NO_TIME
        if moment < _EARLIEST:
            return _NO_TIME
        return _FUTURE if moment > self.at else moment

    def read_language(self, cell: str) -> str | Fault:
        """One of the rulebook's languages: `es`, or `es-MX` where it knows `es`."""
        folded = cell.lower().replace("_", "-")
        found = self.languages.get(folded) or self.languages.get(folded.partition("-")[0])
        return found or unknown("language of the rulebook", cell, self.languages.values())

    def read_consent(self, cell: str) -> str | Fault:
        """The scope that a consent covers: service, marketing, all, or a code's program."""
        found = self.consents.get(cell.lower()) or self.consents.get(fold_code(cell))
        return found or unknown("consent", cell, self._offered(self.consents))

    def read_scope(self, cell: str) -> str | Fault:
        """The scope of an opt-out: all, topic:NAME, number:NAME."""
        found = self.scopes.get(cell.lower())
        return found or unknown("scope", cell, self._offered(self.scopes))

    def say_scope(self, scope: str) -> str:
        """A scope as an export names it, and `read_consent` or `read_scope` reads it again."""
        return self.names.get(scope, scope)

    def _offered(self, readable: Mapping[str, str]) -> set[str]:
        scopes = {scope for scope in readable.values() if not scope.startswith(CARRIER)}
        return {self.say_scope(scope) for scope in scopes}


def read_terms(
    world: World, connection: Connection, tenant_id: str, country: str | None = None
) -> Terms:
    """The terms of a tenant; what an earlier rulebook named stays readable. NoSuchTenant."""
    if not connection.execute(select(col(Tenant.id)).where(col(Tenant.id) == tenant_id)).first():
        raise NoSuchTenant(tenant_id)
    book = world.live_book(connection, tenant_id)
    names = _names(book)
    consents = {EVERYTHING, SERVICE, MARKETING} | {ENROLLMENT + code for code in book.enrollments}
    topics = {*book.topics, *book.enrollments, MARKETING}
    senders = {number.address for number in book.numbers.values()}
    scopes = {EVERYTHING, *map(topic_scope, topics), *map(number_scope, senders)}
    used = _distinct(connection, tenant_id, ConsentEvent.scope, ConsentEvent.tenant_id)
    listed = _distinct(connection, tenant_id, Suppression.scope, Suppression.tenant_id)
    spoken = _distinct(connection, tenant_id, Contact.language, Contact.tenant_id)
    carriers = set(map(carrier_scope, senders))
    return Terms(
        book=book,
        at=world.now(),
        country=country,
        languages={one.lower(): one for one in (*spoken, *book.languages)},
        consents=_readable(consents | used, names) | _codes(book),
        scopes=_readable(scopes | listed | carriers, names),
        names=names,
    )


def _names(book: Rulebook) -> dict[str, str]:
    """What a scope is called in a file, where that is not its own name."""
    codes = {ENROLLMENT + code: code for code in book.enrollments if code.lower() not in _PLAIN}
    ours = [(number.address, name) for name, number in book.numbers.items()]
    by_number = {number_scope(address): number_scope(name) for address, name in ours}
    by_carrier = {carrier_scope(address): carrier_scope(name) for address, name in ours}
    return codes | by_number | by_carrier


_PLAIN = frozenset({EVERYTHING, SERVICE, MARKETING})


def _readable(scopes: Iterable[str], names: Mapping[str, str]) -> dict[str, str]:
    return {name.lower(): scope for scope in scopes for name in (scope, names.get(scope, scope))}


def _codes(book: Rulebook) -> dict[str, str]:
    """Codes as people type them; no code takes the place of a plain word."""
    return {
        folded: ENROLLMENT + code for folded, code in book.codes.items() if folded not in _PLAIN
    }


def _distinct(connection: Connection, tenant_id: str, what: object, tenant: object) -> set[str]:
    rows = connection.execute(select(col(what)).where(col(tenant) == tenant_id).distinct())
    return {str(value) for value in rows.scalars() if value}
