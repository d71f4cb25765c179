"""A thread held by a transaction: read and locked once, changed in memory, saved once."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, SQLColumnExpression, bindparam, insert, select, update
from sqlalchemy.orm import aliased
from sqlmodel import col

from router.carrier.addresses import bare_number
from router.flows.assign.ask import Ask, pack_ask, unpack_ask
from router.flows.consent.scopes import closing_scopes
from router.flows.consent.suppressed import read_scopes, scopes_of
from router.flows.thread_state import pack_state, unpack_state
from router.store.ids import new_id
from router.store.rows import CONTACT_OF_THREAD, AnyRow, AnySelect, table
from router.store.sealing import TenantKeys
from router.store.statement import Question, Statement, ask
from router.store.tables import Contact, Thread
from rules.decision import ThreadState


@dataclass(slots=True)
class Held:
    """One contact and its thread, at the time `at` (aware UTC) of the transaction.

    `number` is the address of ours that the contact last wrote to; `suppressed` holds the scopes in
    which nothing may be sent to them; `is_stranger`: the person is known on no channel yet. `ask`:
    how a team was asked to take the thread; `waiting_since`: nobody of it was free yet.
    """

    connection: Connection
    at: datetime
    keys: TenantKeys
    thread_id: str
    contact_id: str
    lookup: bytes
    person: bytes
    address: str
    number: str
    next_seq: int
    state: ThreadState = field(default_factory=ThreadState)
    assignee: str | None = None
    ask: Ask | None = None
    waiting_since: datetime | None = None
    doubt_since: datetime | None = None
    last_text_at: datetime | None = None
    suppressed: frozenset[str] = frozenset()
    blocked: bytes | None = None
    first_contact: bool = False
    is_stranger: bool = False
    language: str | None = None
    groups: frozenset[str] = frozenset()
    attributes: dict[str, str] = field(default_factory=dict)

    @property
    def tenant_id(self) -> str:
        """Whose thread it is."""
        return self.keys.tenant_id

    @property
    def opted_out(self) -> bool:
        """Whether nothing at all may be sent to them from the number they last wrote to."""
        return not self.suppressed.isdisjoint(closing_scopes(self.number))

    def take_seq(self) -> int:
        """The next place in the thread's order."""
        self.next_seq += 1
        return self.next_seq - 1


_BUNDLE: AnySelect = (
    select(
        *table(Thread).columns,
        col(Contact.lookup),
        col(Contact.person),
        col(Contact.address),
        col(Contact.blocked),
        col(Contact.attributes),
        col(Contact.language),
        col(Contact.groups),
        scopes_of(col(Contact.tenant_id), col(Contact.person)).label("suppressed"),
    )
    .join_from(Thread, Contact, CONTACT_OF_THREAD)
    .where(col(Thread.tenant_id) == bindparam("tenant"))
)


class _Way:
    """One way to find a thread: the lock on it, and what is read of it."""

    def __init__(self, is_it: SQLColumnExpression[bool]) -> None:
        found = select(col(Thread.id)).where(col(Thread.tenant_id) == bindparam("tenant"), is_it)
        self.lock = Statement(found.with_for_update())
        self.bundle = Statement(_BUNDLE.where(is_it))


_WRITER = aliased(Contact)
_BY_LOOKUP = _Way(
    # not a join: PostgreSQL that knows nothing of a table yet would read all threads of the tenant
    col(Thread.contact_id)
    == select(col(_WRITER.id))
    .where(
        col(_WRITER.tenant_id) == bindparam("tenant"), col(_WRITER.lookup) == bindparam("lookup")
    )
    .scalar_subquery()
)
_BY_THREAD = _Way(col(Thread.id) == bindparam("thread"))
_SAVE_THREAD = Statement(
    update(table(Thread)).where(
        col(Thread.tenant_id) == bindparam("tenant"), col(Thread.id) == bindparam("thread")
    )
)
_SAVE_CONTACT = Statement(
    update(table(Contact)).where(
        col(Contact.tenant_id) == bindparam("tenant"), col(Contact.id) == bindparam("contact")
    )
)
_MAKE_CONTACT = Statement(insert(table(Contact)))
_MAKE_THREAD = Statement(insert(table(Thread)))


def hold_address(
    connection: Connection,
    keys: TenantKeys,
    address: str,
    number: str,
    at: datetime,
    *along: Question,
) -> tuple[Held, list[list[AnyRow]]]:
    """Lock the thread of `address`; and the answers to what is asked along with it, once it is
    locked. `number` becomes the one last written to.

    On first contact there is nothing to lock, and `suppressed` is not known yet: `save` makes both
    rows, and raises IntegrityError where another transaction was first.
    """
    lookup = keys.lookup("address", address)
    wanted = {"tenant": keys.tenant_id, "lookup": lookup}
    row, answers = _lock_and_read(connection, _BY_LOOKUP, wanted, *along)
    if row is not None:
        held = _from_row(connection, keys, row, at)
        held.number = number
        return held, answers
    held = Held(
        connection=connection,
        at=at,
        keys=keys,
        thread_id=new_id(),
        contact_id=new_id(),
        lookup=lookup,
        person=person_of(keys, address),
        address=address,
        number=number,
        next_seq=1,
        first_contact=True,
    )
    return held, answers


def person_of(keys: TenantKeys, address: str) -> bytes:
    """The look-up of whoever is behind an address: the same on every channel of a number."""
    return keys.lookup("address", bare_number(address))


def hold_thread(
    connection: Connection, keys: TenantKeys, thread_id: str, at: datetime
) -> Held | None:
    """Lock a thread by its id; None where the tenant has no such thread."""
    wanted = {"tenant": keys.tenant_id, "thread": thread_id}
    row, _ = _lock_and_read(connection, _BY_THREAD, wanted)
    return None if row is None else _from_row(connection, keys, row, at)


def _lock_and_read(
    connection: Connection, way: _Way, wanted: dict[str, Any], *along: Question
) -> tuple[AnyRow | None, list[list[AnyRow]]]:
    """On PostgreSQL the lock comes first and the reading after it: what is read in the statement
    that waits for a lock is as old as the wait. A thread that was not there to be locked was not
    there. On SQLite the writer is alone.
    """
    questions = [(way.bundle, wanted), *along]
    if connection.dialect.name == "postgresql":
        locked, rows, *answers = ask(connection, (way.lock, wanted), *questions)
        rows = rows if locked else []
    else:
        rows, *answers = ask(connection, *questions)
    return (rows[0] if rows else None), answers


def look_at(connection: Connection, keys: TenantKeys, address: str, at: datetime) -> Held | None:
    """The thread of an address, to be read and not saved; None where the tenant knows no such."""
    wanted = {"tenant": keys.tenant_id, "lookup": keys.lookup("address", address)}
    row = _BY_LOOKUP.bundle.first(connection, wanted)
    return None if row is None else _from_row(connection, keys, row, at)


def look_at_thread(
    connection: Connection, keys: TenantKeys, thread_id: str, at: datetime
) -> Held | None:
    """A thread by its id, to be read and not saved; None where the tenant has no such thread."""
    wanted = {"tenant": keys.tenant_id, "thread": thread_id}
    row = _BY_THREAD.bundle.first(connection, wanted)
    return None if row is None else _from_row(connection, keys, row, at)


def save(held: Held, *, active: bool = True) -> None:
    """Write the thread back, and make it on first contact; its last activity is now where the
    change is `active`: something that people would call news.
    """
    row = _thread_row(held)
    if not active:
        del row["last_activity_at"]
    if held.first_contact:
        ids = {"tenant_id": held.tenant_id, "id": held.thread_id, "contact_id": held.contact_id}
        _MAKE_CONTACT.run(held.connection, _contact_row(held) | _identity(held))
        _MAKE_THREAD.run(held.connection, row | ids)
        return
    key = {"tenant": held.tenant_id, "thread": held.thread_id}
    _SAVE_THREAD.run(held.connection, row | key)


def save_contact(held: Held) -> None:
    """Write back what belongs to the contact; on first contact `save` does that."""
    if not held.first_contact:
        key = {"tenant": held.tenant_id, "contact": held.contact_id}
        _SAVE_CONTACT.run(held.connection, _contact_row(held) | key)


def _thread_row(held: Held) -> dict[str, Any]:
    return pack_state(held.keys, held.thread_id, held.state) | {
        "number": held.number,
        "assignee": held.assignee,
        **pack_ask(held.ask),
        "waiting_since": held.waiting_since,
        "doubt_since": held.doubt_since,
        "last_text_at": held.last_text_at,
        "last_activity_at": held.at,
        "next_seq": held.next_seq,
    }


def _contact_row(held: Held) -> dict[str, Any]:
    keys, contact_id, known = held.keys, held.contact_id, held.attributes
    sealed = keys.seal_json("contact.attributes", contact_id, known) if known else None
    return {
        "person": held.person,
        "blocked": held.blocked,
        "language": held.language,
        "groups": sorted(held.groups),
        "attributes": sealed,
    }


def _identity(held: Held) -> dict[str, Any]:
    return {
        "tenant_id": held.tenant_id,
        "id": held.contact_id,
        "lookup": held.lookup,
        "address": held.keys.seal("contact.address", held.contact_id, held.address),
        "created_at": held.at,
    }


def _from_row(connection: Connection, keys: TenantKeys, row: AnyRow, at: datetime) -> Held:
    sealed = row.attributes
    return Held(
        connection=connection,
        at=at,
        keys=keys,
        thread_id=row.id,
        contact_id=row.contact_id,
        lookup=row.lookup,
        person=row.person,
        address=keys.open("contact.address", row.contact_id, row.address),
        number=row.number,
        next_seq=row.next_seq,
        state=unpack_state(keys, row),
        assignee=row.assignee,
        ask=unpack_ask(row),
        waiting_since=row.waiting_since,
        doubt_since=row.doubt_since,
        last_text_at=row.last_text_at,
        suppressed=read_scopes(row.suppressed),
        blocked=row.blocked,
        language=row.language,
        groups=frozenset(row.groups),
        attributes=keys.open_json("contact.attributes", row.contact_id, sealed) if sealed else {},
    )
