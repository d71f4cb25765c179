"""Senders: which number of which tenant a text is for, and whose outbox a bell is rung for."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, bindparam, select
from sqlmodel import col

from router.store.rows import AnyRow, AnySelect
from router.store.statement import Question, Statement, ask
from router.store.tables import Number, Tenant


@dataclass(frozen=True, slots=True)
class Sender:
    """One number of a tenant. `id` is opaque; `revision` the tenant's live rulebook; `since`: when
    the tenant got the number, as far as that is known.
    """

    id: str
    tenant_id: str
    name: str
    address: str
    service_sid: str | None
    opt_out_by: str
    revision: int
    since: datetime | None


_SENDERS: AnySelect = select(
    col(Number.id),
    col(Number.tenant_id),
    col(Number.name),
    col(Number.address),
    col(Number.service_sid),
    col(Number.opt_out_by),
    col(Tenant.live_revision),
    col(Number.since),
).join(Tenant, col(Tenant.id) == col(Number.tenant_id))
_BY_ADDRESS = Statement(_SENDERS.where(col(Number.address) == bindparam("address")))
_BY_SERVICE = Statement(_SENDERS.where(col(Number.service_sid) == bindparam("service")).limit(1))
_BY_ID = _SENDERS.where(col(Number.id) == bindparam("id"))
_BELL = Statement(
    select(col(Number.id)).where(
        col(Number.tenant_id) == bindparam("tenant"), col(Number.address) == bindparam("address")
    )
)


def find_receiver(
    connection: Connection, to_address: str, service_sid: str | None
) -> Sender | None:
    """Whose number a text was sent to: by the address, else by the Messaging Service."""
    return read_receiver(ask(connection, *ask_receiver(to_address, service_sid)))


def ask_receiver(to_address: str, service_sid: str | None) -> tuple[Question, ...]:
    """What is asked to find a receiver; see `read_receiver`."""
    by_address = _BY_ADDRESS, {"address": to_address}
    return (by_address, (_BY_SERVICE, {"service": service_sid})) if service_sid else (by_address,)


def read_receiver(answers: Sequence[Sequence[AnyRow]]) -> Sender | None:
    """The receiver among the answers; None where there is none."""
    return next((Sender(*row) for rows in answers for row in rows), None)


def all_senders(connection: Connection) -> list[Sender]:
    """Every number of every tenant."""
    return [Sender(*row) for row in connection.execute(_SENDERS)]


def find_sender(connection: Connection, sender_id: str) -> Sender | None:
    """The number behind an opaque id; None where the rulebook has let it go."""
    row = connection.execute(_BY_ID, {"id": sender_id}).one_or_none()
    return None if row is None else Sender(*row)


def bell_of(connection: Connection, tenant_id: str, address: str) -> frozenset[str]:
    """The opaque id of the tenant's number at `address`: whose bell to ring; empty: none."""
    rows = _BELL.all(connection, {"tenant": tenant_id, "address": address})
    return frozenset(row.id for row in rows)
