"""A thread held by a transaction: read and locked once, changed in memory, saved once."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, bindparam, exists, insert, select, update
from sqlmodel import col

from router.store.ids import new_id
from router.store.rows import CONTACT_OF_THREAD, AnyRow, AnySelect, table
from router.store.sealing import TenantKeys
from router.store.tables import Contact, Suppression, Thread
from rules.decision import DialogState, Prompt, ThreadState

EVERYTHING = "all"  # the scope of an opt-out from whatever a tenant sends


@dataclass(slots=True)
class Held:
    """One contact and its thread, at the time `at` (aware UTC) of the transaction.

    `number` is the address of ours that the contact last wrote to.
    """

    connection: Connection
    at: datetime
    keys: TenantKeys
    thread_id: str
    contact_id: str
    lookup: bytes
    address: str
    number: str
    next_seq: int
    state: ThreadState = field(default_factory=ThreadState)
    assignee: str | None = None
    flagged: bool = False
    opted_out: bool = False
    first_contact: bool = False
    language: str | None = None
    groups: frozenset[str] = frozenset()
    attributes: dict[str, str] = field(default_factory=dict)

    @property
    def tenant_id(self) -> str:
        """Whose thread it is."""
        return self.keys.tenant_id

    def take_seq(self) -> int:
        """The next place in the thread's order."""
        self.next_seq += 1
        return self.next_seq - 1


_IS_SUPPRESSED = exists().where(
    col(Suppression.tenant_id) == col(Contact.tenant_id),
    col(Suppression.lookup) == col(Contact.lookup),
    col(Suppression.scope) == EVERYTHING,
)
_BUNDLE: AnySelect = (
    select(
        *table(Thread).columns,
        col(Contact.lookup),
        col(Contact.address),
        col(Contact.attributes),
        col(Contact.language),
        col(Contact.groups),
        _IS_SUPPRESSED.label("opted_out"),
    )
    .join_from(
        Contact,
        Thread,
        CONTACT_OF_THREAD,
    )
    .where(col(Contact.tenant_id) == bindparam("tenant"))
)
_BY_LOOKUP = _BUNDLE.where(col(Contact.lookup) == bindparam("lookup"))
_BY_THREAD = _BUNDLE.where(col(Thread.id) == bindparam("thread"))
_LOCKS = {
    statement: statement.with_only_columns(col(Thread.id)).with_for_update(of=Thread)
    for statement in (_BY_LOOKUP, _BY_THREAD)
}
_SAVE_THREAD = update(table(Thread)).where(
    col(Thread.tenant_id) == bindparam("tenant"), col(Thread.id) == bindparam("thread")
)
_SAVE_CONTACT = update(table(Contact)).where(
    col(Contact.tenant_id) == bindparam("tenant"), col(Contact.id) == bindparam("contact")
)
_MAKE_CONTACT = insert(table(Contact))
_MAKE_THREAD = insert(table(Thread))


def hold_address(
    connection: Connection, keys: TenantKeys, address: str, number: str, at: datetime
) -> Held:
    """Lock the thread of `address`. `number` becomes the one last written to.

    On first contact there is nothing to lock, and `opted_out` is not known yet: `save` makes both
    rows, and raises IntegrityError where another transaction was first.
    """
    lookup = keys.lookup("address", address)
    wanted = {"tenant": keys.tenant_id, "lookup": lookup}
    row = _lock_and_read(connection, _BY_LOOKUP, wanted)
    if row is not None:
        held = _from_row(connection, keys, row, at)
        held.number = number
        return held
    return Held(
        connection=connection,
        at=at,
        keys=keys,
        thread_id=new_id(),
        contact_id=new_id(),
        lookup=lookup,
        address=address,
        number=number,
        next_seq=1,
        first_contact=True,
    )


def hold_thread(
    connection: Connection, keys: TenantKeys, thread_id: str, at: datetime
) -> Held | None:
    """Lock a thread by its id; None where the tenant has no such thread."""
    wanted = {"tenant": keys.tenant_id, "thread": thread_id}
    row = _lock_and_read(connection, _BY_THREAD, wanted)
    return None if row is None else _from_row(connection, keys, row, at)


def _lock_and_read(
    connection: Connection, statement: AnySelect, wanted: dict[str, Any]
) -> AnyRow | None:
    """On PostgreSQL the lock comes first and the reading after it: what is read in the statement
    that waits for a lock is as old as the wait. On SQLite the writer is alone.
    """
    if connection.dialect.name == "postgresql":
        connection.execute(_LOCKS[statement], wanted)
    return connection.execute(statement, wanted).one_or_none()


def look_at(connection: Connection, keys: TenantKeys, address: str, at: datetime) -> Held | None:
    """The thread of an address, to be read and not saved; None where the tenant knows no such."""
    wanted = {"tenant": keys.tenant_id, "lookup": keys.lookup("address", address)}
    row = connection.execute(_BY_LOOKUP, wanted).one_or_none()
    return None if row is None else _from_row(connection, keys, row, at)


def save(held: Held) -> None:
    """Write the thread back, and make it on first contact; its last activity is now."""
    row = _thread_row(held)
    if held.first_contact:
        ids = {"tenant_id": held.tenant_id, "id": held.thread_id, "contact_id": held.contact_id}
        held.connection.execute(_MAKE_CONTACT, _contact_row(held) | _identity(held))
        held.connection.execute(_MAKE_THREAD, row | ids)
        return
    key = {"tenant": held.tenant_id, "thread": held.thread_id}
    held.connection.execute(_SAVE_THREAD, row | key)


def save_contact(held: Held) -> None:
    """Write back what belongs to the contact; on first contact `save` does that."""
    if not held.first_contact:
        key = {"tenant": held.tenant_id, "contact": held.contact_id}
        held.connection.execute(_SAVE_CONTACT, _contact_row(held) | key)


def _thread_row(held: Held) -> dict[str, Any]:
    state, keys = held.state, held.keys
    dialog = state.dialog and keys.seal_json("thread.dialog", held.thread_id, _pack(state.dialog))
    prompt = state.prompt and {
        "code": state.prompt.code,
        "expires_at": state.prompt.expires_at.isoformat(),
    }
    return {
        "number": held.number,
        "state": state.state,
        "team": state.team,
        "assignee": held.assignee,
        "claimed": state.claimed,
        "flagged": held.flagged,
        "tags": sorted(state.tags),
        "dialog": dialog,
        "prompt": prompt,
        "last_assignee": state.last_assignee,
        "last_activity_at": held.at,
        "next_seq": held.next_seq,
    }


def _contact_row(held: Held) -> dict[str, Any]:
    keys, contact_id, known = held.keys, held.contact_id, held.attributes
    sealed = keys.seal_json("contact.attributes", contact_id, known) if known else None
    return {"language": held.language, "groups": sorted(held.groups), "attributes": sealed}


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
        address=keys.open("contact.address", row.contact_id, row.address),
        number=row.number,
        next_seq=row.next_seq,
        state=_thread_state(keys, row),
        assignee=row.assignee,
        flagged=row.flagged,
        opted_out=row.opted_out,
        language=row.language,
        groups=frozenset(row.groups),
        attributes=keys.open_json("contact.attributes", row.contact_id, sealed) if sealed else {},
    )


def _thread_state(keys: TenantKeys, row: AnyRow) -> ThreadState:
    dialog = row.dialog and _unpack(keys.open_json("thread.dialog", row.id, row.dialog))
    prompt = row.prompt and Prompt(
        row.prompt["code"], datetime.fromisoformat(row.prompt["expires_at"])
    )
    return ThreadState(
        state=row.state,
        team=row.team,
        claimed=row.claimed,
        tags=frozenset(row.tags),
        dialog=dialog,
        prompt=prompt,
        last_activity_at=row.last_activity_at if row.state != "new" else None,
        last_assignee=row.last_assignee,
    )


def _pack(dialog: DialogState) -> dict[str, Any]:
    return {
        "name": dialog.name,
        "step": dialog.step,
        "expires_at": dialog.expires_at.isoformat(),
        "misses": dialog.misses,
        "saved": dict(dialog.saved),
    }


def _unpack(packed: dict[str, Any]) -> DialogState:
    expires_at = datetime.fromisoformat(packed["expires_at"])
    return DialogState(**{**packed, "expires_at": expires_at})
