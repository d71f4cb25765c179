"""A thread held by a transaction: read and locked once, changed in memory, saved once."""

from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, exists, insert, select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlmodel import col

from router.store.ids import new_id
from router.store.rows import AnyRow, AnySelect
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
    staff_replied_at: datetime | None = None

    @property
    def tenant_id(self) -> str:
        """Whose thread it is."""
        return self.keys.tenant_id

    def take_seq(self) -> int:
        """The next place in the thread's order."""
        self.next_seq += 1
        return self.next_seq - 1


def hold_address(
    connection: Connection, keys: TenantKeys, address: str, number: str, at: datetime
) -> Held:
    """Lock the thread of `address`, made on first contact. `number` becomes the last written to."""
    lookup = keys.lookup("address", address)
    wanted = _bundle(keys.tenant_id).where(col(Contact.lookup) == lookup)
    wanted = wanted.with_for_update(of=Thread)
    row = connection.execute(wanted).one_or_none()
    is_first = row is None and _make(connection, keys, address, number, at)
    if row is None:
        row = connection.execute(wanted).one()
    held = _from_row(connection, keys, row, at)
    return replace(held, number=number, first_contact=is_first)


def hold_thread(
    connection: Connection, keys: TenantKeys, thread_id: str, at: datetime
) -> Held | None:
    """Lock a thread by its id; None where the tenant has no such thread."""
    wanted = _bundle(keys.tenant_id).where(col(Thread.id) == thread_id)
    row = connection.execute(wanted.with_for_update(of=Thread)).one_or_none()
    return None if row is None else _from_row(connection, keys, row, at)


def look_at(connection: Connection, keys: TenantKeys, address: str, at: datetime) -> Held | None:
    """The thread of an address, to be read and not saved; None where the tenant knows no such."""
    wanted = _bundle(keys.tenant_id).where(col(Contact.lookup) == keys.lookup("address", address))
    row = connection.execute(wanted).one_or_none()
    return None if row is None else _from_row(connection, keys, row, at)


def save(held: Held) -> None:
    """Write the thread back; its last activity is now."""
    state, keys = held.state, held.keys
    dialog = state.dialog and keys.seal_json("thread.dialog", held.thread_id, _pack(state.dialog))
    prompt = state.prompt and {
        "code": state.prompt.code,
        "expires_at": state.prompt.expires_at.isoformat(),
    }
    held.connection.execute(
        update(Thread)
        .where(col(Thread.tenant_id) == held.tenant_id, col(Thread.id) == held.thread_id)
        .values(
            number=held.number,
            state=state.state,
            team=state.team,
            assignee=held.assignee,
            claimed=state.claimed,
            flagged=held.flagged,
            tags=sorted(state.tags),
            dialog=dialog,
            prompt=prompt,
            last_assignee=state.last_assignee,
            staff_replied_at=held.staff_replied_at,
            last_activity_at=held.at,
            next_seq=held.next_seq,
        )
    )


def save_contact(held: Held) -> None:
    """Write back what belongs to the contact: language, groups, attributes."""
    held.connection.execute(
        update(Contact)
        .where(col(Contact.tenant_id) == held.tenant_id, col(Contact.id) == held.contact_id)
        .values(
            language=held.language,
            groups=sorted(held.groups),
            attributes=held.keys.seal_json(
                "contact.attributes", held.contact_id, dict(held.attributes)
            ),
        )
    )


def _bundle(tenant_id: str) -> AnySelect:
    suppressed = exists().where(
        col(Suppression.tenant_id) == col(Contact.tenant_id),
        col(Suppression.lookup) == col(Contact.lookup),
        col(Suppression.scope) == EVERYTHING,
    )
    return (
        select(
            *Thread.__table__.columns,  # type: ignore[attr-defined]  # set by SQLModel's metaclass
            col(Contact.lookup),
            col(Contact.address),
            col(Contact.attributes),
            col(Contact.language),
            col(Contact.groups),
            suppressed.label("opted_out"),
        )
        .join_from(
            Contact,
            Thread,
            (col(Thread.tenant_id) == col(Contact.tenant_id))
            & (col(Thread.contact_id) == col(Contact.id)),
        )
        .where(col(Contact.tenant_id) == tenant_id)
    )


def _make(
    connection: Connection, keys: TenantKeys, address: str, number: str, at: datetime
) -> bool:
    """Make contact and thread; False where somebody else has just made them."""
    upsert = sqlite.insert if connection.dialect.name == "sqlite" else postgresql.insert
    contact_id = new_id()
    made = connection.execute(
        upsert(Contact)
        .values(
            tenant_id=keys.tenant_id,
            id=contact_id,
            lookup=keys.lookup("address", address),
            address=keys.seal("contact.address", contact_id, address),
            groups=[],
            created_at=at,
        )
        .on_conflict_do_nothing()
    )
    if not made.rowcount:
        return False
    connection.execute(
        insert(Thread).values(
            tenant_id=keys.tenant_id,
            id=new_id(),
            contact_id=contact_id,
            number=number,
            last_activity_at=at,
        )
    )
    return True


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
        staff_replied_at=row.staff_replied_at,
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
