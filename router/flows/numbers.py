"""The numbers of a rulebook that goes live: none is another tenant's, each has an opaque id."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, delete, insert, select, update
from sqlmodel import col

from router.store.ids import new_id
from router.store.rows import is_held, is_unfinished
from router.store.tables import Message, Number
from rules.model import Number as OurNumber
from rules.model import Rulebook

NUMBER_LEFT = "number left the rulebook"  # the reason of what was never sent, or is in doubt


@dataclass(frozen=True, slots=True)
class Taken:
    """A number of a rulebook that `tenant_id` has already, by its address or its service."""

    number: OurNumber
    tenant_id: str
    is_service: bool


def find_taken(connection: Connection, book: Rulebook) -> list[Taken]:
    """What other tenants have already of a rulebook's numbers and Messaging Services."""
    numbers = book.numbers.values()
    wanted = {number.address for number in numbers}
    services = {number.service for number in numbers if number.service}
    rows = connection.execute(
        select(col(Number.address), col(Number.service_sid), col(Number.tenant_id)).where(
            col(Number.tenant_id) != book.tenant,
            col(Number.address).in_(wanted) | col(Number.service_sid).in_(services),
        )
    ).all()
    by_address = {row.address: row.tenant_id for row in rows}
    by_service = {row.service_sid: row.tenant_id for row in rows if row.service_sid}
    return [
        *(Taken(n, by_address[n.address], False) for n in numbers if n.address in by_address),
        *(Taken(n, by_service[n.service], True) for n in numbers if n.service in by_service),
    ]


def renumber(connection: Connection, book: Rulebook, at: datetime) -> None:
    """Make the tenant's senders those of its rulebook, which goes live `at`; a number that stays
    keeps its id.
    """
    ours = col(Number.tenant_id) == book.tenant
    known = set(connection.execute(select(col(Number.address)).where(ours)).scalars())
    wanted = {number.address: number for number in book.numbers.values()}
    _let_go(connection, book.tenant, known - set(wanted))
    for address, number in wanted.items():
        values = {
            "name": number.name,
            "service_sid": number.service,
            "opt_out_by": number.opt_out_by,
        }
        if address in known:
            mine = (ours, col(Number.address) == address)
            connection.execute(update(Number).where(*mine).values(**values))
        else:
            fresh = {"tenant_id": book.tenant, "id": new_id(), "address": address, "since": at}
            connection.execute(insert(Number).values(**fresh, **values))


def _let_go(connection: Connection, tenant_id: str, addresses: set[str]) -> None:
    """Numbers leave: what waits to be sent from them never will be, and says so.

    What is being sent is left to whoever sends it; see `let_go_stranded`.
    """
    gone = (col(Message.tenant_id) == tenant_id, col(Message.number).in_(addresses))
    for state, becomes in (("queued", "canceled"), ("held", "canceled"), ("unknown", "review")):
        waits = is_held() if state == "held" else is_unfinished()
        connection.execute(
            update(Message)
            .where(*gone, waits, col(Message.state) == state)
            .values(state=becomes, reason=NUMBER_LEFT)
        )
    connection.execute(
        delete(Number).where(col(Number.tenant_id) == tenant_id, col(Number.address).in_(addresses))
    )
