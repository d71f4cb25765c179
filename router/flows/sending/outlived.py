"""What was on its way at an opt-out and did not leave: it ends, whatever the person says later.

An opt-out ends what waits at once. What was being sent just then, or was in doubt, is found out
here when it would be sent again.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import NamedTuple

from sqlalchemy import Connection, bindparam, select
from sqlmodel import col

from router.flows.consent.scopes import closes
from router.flows.outbox import EXEMPT
from router.store.rows import AnyRow
from router.store.tables import ConsentEvent

SKEW = timedelta(seconds=10)  # of our machines' clocks


class Wish(NamedTuple):
    """A person opted out of a scope, or in again."""

    is_out: bool
    scope: str
    at: datetime


_WISHES = select(
    col(ConsentEvent.lookup), col(ConsentEvent.what), col(ConsentEvent.scope), col(ConsentEvent.at)
).where(
    col(ConsentEvent.tenant_id) == bindparam("tenant"),
    col(ConsentEvent.lookup).in_(bindparam("persons", expanding=True)),
    col(ConsentEvent.what).in_(["opt_out", "opt_in"]),
)


def read_wishes(
    connection: Connection, tenant_id: str, persons: Iterable[bytes]
) -> dict[bytes, list[Wish]]:
    """All that these people have wished, each with what they said."""
    found: dict[bytes, list[Wish]] = {person: [] for person in persons}
    if found:
        wanted = {"tenant": tenant_id, "persons": list(found)}
        for row in connection.execute(_WISHES, wanted):
            found[row.lookup].append(Wish(row.what == "opt_out", row.scope, row.at))
    return found


def is_outlived(message: AnyRow, wishes: Sequence[Wish]) -> bool:
    """Whether a message was there before an opt-out that forbids it, as far as clocks tell."""
    if message.kind in EXEMPT:
        return False
    at = message.created_at
    later = [wish for wish in wishes if wish.is_out and wish.at > at - SKEW]
    scopes = frozenset(
        wish.scope for wish in later if wish.at > at or not _is_back(wishes, wish, at)
    )
    return closes(scopes, message.number, message.purpose, message.topic)


def find_outlived(connection: Connection, tenant_id: str, rows: Iterable[AnyRow]) -> frozenset[str]:
    """Those (ids) of these messages that have been outlived."""
    tried: Mapping[str, AnyRow] = {row.id: row for row in rows if row.attempt}
    wishes = read_wishes(connection, tenant_id, {row.person for row in tried.values()})
    return frozenset(one for one, row in tried.items() if is_outlived(row, wishes[row.person]))


def _is_back(wishes: Sequence[Wish], opt_out: Wish, at: datetime) -> bool:
    """Whether the person had opted in again by then, so that the message is of afterwards."""
    return any(not wish.is_out and opt_out.at <= wish.at <= at for wish in wishes)
