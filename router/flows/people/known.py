"""What the database knows of the people of a file, read in pieces that any database takes."""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from itertools import islice
from typing import Any, TypeVar

from sqlalchemy import Connection, bindparam, select
from sqlmodel import col

from router.store.rows import CONTACT_OF_THREAD, AnyRow, AnySelect
from router.store.tables import ConsentEvent, Contact, PrivacyRequest, Suppression, Thread

PAGE = 500
_Item = TypeVar("_Item")

_CONTACTS: AnySelect = (
    select(
        col(Contact.id),
        col(Contact.lookup),
        col(Contact.person),
        col(Contact.address),
        col(Contact.attributes),
        col(Contact.language),
        col(Contact.groups),
        col(Thread.id).label("thread_id"),
    )
    .join(Thread, CONTACT_OF_THREAD)
    .where(col(Contact.tenant_id) == bindparam("tenant"))
)
_BY_LOOKUP = _CONTACTS.where(col(Contact.lookup).in_(bindparam("some", expanding=True)))
_BY_ID = _CONTACTS.where(col(Contact.id).in_(bindparam("some", expanding=True)))
_BY_PERSON = _CONTACTS.where(col(Contact.person).in_(bindparam("some", expanding=True)))
_SUPPRESSED = select(col(Suppression.lookup), col(Suppression.scope), col(Suppression.since)).where(
    col(Suppression.tenant_id) == bindparam("tenant"),
    col(Suppression.lookup).in_(bindparam("some", expanding=True)),
)
_ERASED = select(col(PrivacyRequest.lookup), col(PrivacyRequest.state)).where(
    col(PrivacyRequest.tenant_id) == bindparam("tenant"),
    col(PrivacyRequest.kind) == "delete",
    col(PrivacyRequest.state).in_(["confirmed", "erased", "done"]),
)
_EVENTS = select(
    col(ConsentEvent.lookup),
    col(ConsentEvent.what),
    col(ConsentEvent.scope),
    col(ConsentEvent.how),
    col(ConsentEvent.at),
).where(
    col(ConsentEvent.tenant_id) == bindparam("tenant"),
    col(ConsentEvent.lookup).in_(bindparam("some", expanding=True)),
)


_RECENT = (
    select(col(Contact.person), col(Thread.id), col(Thread.last_activity_at))
    .join(Thread, CONTACT_OF_THREAD)
    .where(
        col(Thread.tenant_id) == bindparam("tenant"),
        col(Thread.last_activity_at) >= bindparam("since"),
    )
)


@dataclass(frozen=True, slots=True)
class Change:
    """A change of consent, as far as another one depends on it."""

    what: str
    scope: str
    how: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Known:
    """Contacts by look-up; by person their suppressions (scope -> since) and changes of consent;
    the look-ups of those who were erased, and of those who are being erased.
    """

    contacts: dict[bytes, AnyRow] = field(default_factory=dict)
    suppressed: dict[bytes, dict[str, datetime]] = field(default_factory=dict)
    changes: dict[bytes, list[Change]] = field(default_factory=dict)
    erased: frozenset[bytes] = frozenset()
    being_erased: frozenset[bytes] = frozenset()


def read_known(
    connection: Connection, tenant_id: str, lookups: Collection[bytes], persons: Collection[bytes]
) -> Known:
    """What is known at these look-ups of addresses, and of these persons."""
    contacts = _read(connection, _BY_LOOKUP, tenant_id, lookups)
    erased, being_erased = read_erasures(connection, tenant_id)
    known = Known(
        contacts={row.lookup: row for row in contacts},
        suppressed=read_suppressed(connection, tenant_id, persons),
        erased=erased,
        being_erased=being_erased,
    )
    for row in _read(connection, _EVENTS, tenant_id, persons):
        change = Change(row.what, row.scope, row.how, row.at)
        known.changes.setdefault(row.lookup, []).append(change)
    return known


def read_erasures(
    connection: Connection, tenant_id: str
) -> tuple[frozenset[bytes], frozenset[bytes]]:
    """The look-ups of all who were erased, and of all who are being erased: they are few."""
    rows = connection.execute(_ERASED, {"tenant": tenant_id}).all()
    return (
        frozenset(row.lookup for row in rows if row.state != "confirmed"),
        frozenset(row.lookup for row in rows if row.state == "confirmed"),
    )


def read_suppressed(
    connection: Connection, tenant_id: str, persons: Collection[bytes]
) -> dict[bytes, dict[str, datetime]]:
    """Person -> scope -> since when."""
    suppressed: dict[bytes, dict[str, datetime]] = {}
    for row in _read(connection, _SUPPRESSED, tenant_id, persons):
        suppressed.setdefault(row.lookup, {})[row.scope] = row.since
    return suppressed


def read_contacts(
    connection: Connection, tenant_id: str, ids: Collection[str]
) -> dict[str, AnyRow]:
    """The contacts of these ids, by id, as `Known` holds them."""
    return {row.id: row for row in _read(connection, _BY_ID, tenant_id, ids)}


def read_recent(
    connection: Connection, tenant_id: str, since: datetime, persons: Collection[bytes]
) -> set[AnyRow]:
    """The threads of these persons in which something has happened `since`: few, and indexed."""
    rows = connection.execute(_RECENT, {"tenant": tenant_id, "since": since})
    return {row for row in rows if row.person in persons}


def contacts_of(connection: Connection, tenant_id: str, persons: Collection[bytes]) -> list[AnyRow]:
    """The contacts that these persons have, whatever the channel."""
    return list(_read(connection, _BY_PERSON, tenant_id, persons))


def lock_threads(connection: Connection, tenant_id: str, thread_ids: Collection[str]) -> None:
    """On PostgreSQL lock threads in the order in which all who lock several do; on SQLite the
    writer is alone.
    """
    if connection.dialect.name == "sqlite":
        return
    lock = (
        select(col(Thread.id))
        .where(
            col(Thread.tenant_id) == bindparam("tenant"),
            col(Thread.id).in_(bindparam("some", expanding=True)),
        )
        .order_by(col(Thread.id))
        .with_for_update()
    )
    for some in pieces(sorted(thread_ids)):
        connection.execute(lock, {"tenant": tenant_id, "some": some})


def pieces(items: Collection[_Item]) -> Iterator[Sequence[_Item]]:
    """`items` in lists short enough for one statement."""
    left = iter(items)
    while some := list(islice(left, PAGE)):
        yield some


def _read(
    connection: Connection, statement: AnySelect, tenant_id: str, some: Collection[Any]
) -> Iterator[AnyRow]:
    for piece in pieces(some):
        yield from connection.execute(statement, {"tenant": tenant_id, "some": piece})
