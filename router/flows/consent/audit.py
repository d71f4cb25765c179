"""Whether the suppression list is what the consent events add up to."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from itertools import groupby
from operator import attrgetter

from sqlalchemy import Connection, select
from sqlmodel import col

from router.flows.consent.scopes import CARRIER
from router.flows.consent.standing import derive
from router.flows.world import World
from router.store.rows import AnyRow
from router.store.tables import ConsentEvent, Suppression


def count_differences(world: World) -> int:
    """How many persons of all tenants are suppressed otherwise than their events say.

    A suppression older than all events of its person is passed over: an erasure keeps it, and
    removes the events that it rests on.
    """
    with world.store.read() as connection:
        listed = _listed(connection)
        rows = connection.execute(
            select(
                col(ConsentEvent.tenant_id),
                col(ConsentEvent.lookup),
                col(ConsentEvent.what),
                col(ConsentEvent.scope),
                col(ConsentEvent.at),
            ).order_by(
                col(ConsentEvent.tenant_id),
                col(ConsentEvent.lookup),
                col(ConsentEvent.at),
                col(ConsentEvent.id),
            )
        )
        whose = attrgetter("tenant_id", "lookup")
        return sum(
            _differs(listed.get(person, {}), list(events))
            for person, events in groupby(rows, whose)
        )


def _differs(listed: Mapping[str, datetime], events: Sequence[AnyRow]) -> bool:
    """`listed`: scope -> since when."""
    derived = derive((event.what, event.scope) for event in events).suppressed
    recent = {scope for scope, since in listed.items() if since >= events[0].at}
    return not derived <= set(listed) or bool(recent - derived)


def _listed(connection: Connection) -> dict[tuple[str, bytes], dict[str, datetime]]:
    found: dict[tuple[str, bytes], dict[str, datetime]] = {}
    rows = connection.execute(
        select(
            col(Suppression.tenant_id),
            col(Suppression.lookup),
            col(Suppression.scope),
            col(Suppression.since),
        )
    )
    for row in rows:
        if not row.scope.startswith(CARRIER):
            found.setdefault((row.tenant_id, row.lookup), {})[row.scope] = row.since
    return found
