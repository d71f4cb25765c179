"""Statuses of texts whose SID no message bears yet: kept for an hour as SID, status and code only.

They come where a callback's address does not name the message: a status webhook that is set at the
carrier, for a service or the account, may call before the carrier's answer has been written down.
"""

from collections.abc import Iterable
from datetime import timedelta

from sqlalchemy import Connection, bindparam, case, delete, select, true
from sqlalchemy.dialects import postgresql, sqlite
from sqlmodel import col

from router.carrier.api import StatusUpdate, rank
from router.carrier.statuses import STATE_OF
from router.flows.each import each
from router.flows.ripples import CALM, Ripples
from router.flows.sending.merging import find_outgoing, merge
from router.flows.world import World
from router.store.rows import AnySelect, table
from router.store.tables import Message, StrayStatus, Tenant

KEPT = timedelta(hours=1)

_RANKS = {status: rank(status) for status in STATE_OF}


def _keeping(spoken: postgresql.Insert | sqlite.Insert) -> postgresql.Insert | sqlite.Insert:
    """Insert a status, or put it in the place of one that had come less far."""
    given = spoken.excluded
    return spoken.on_conflict_do_update(
        index_elements=["sid"],
        set_={name: given[name] for name in ("status", "error_code", "at")},
        where=case(_RANKS, value=given.status) > case(_RANKS, value=col(StrayStatus.status)),
    )


_KEEP = {
    dialect.dialect.name: _keeping(dialect.insert(table(StrayStatus)))
    for dialect in (sqlite, postgresql)
}
_AMONG: AnySelect = select(col(StrayStatus.sid)).where(
    col(StrayStatus.sid).in_(bindparam("sids", expanding=True))
)
_TAKE_OUT = (
    delete(table(StrayStatus))
    .where(col(StrayStatus.sid) == bindparam("stray"))
    .returning(col(StrayStatus.status), col(StrayStatus.error_code))
)
_BEARER = (  # not EXISTS: out of that PostgreSQL may make a walk through all messages
    select(col(Message.id))
    .where(col(Message.tenant_id) == col(Tenant.id), col(Message.sid) == col(StrayStatus.sid))
    .limit(1)
    .correlate(Tenant, StrayStatus)
    .scalar_subquery()
)
_KNOWN: AnySelect = (
    select(col(Tenant.id), col(StrayStatus.sid))
    .join_from(StrayStatus, Tenant, true())
    .where(_BEARER.is_not(None))
)


def keep_stray(world: World, connection: Connection, news: StatusUpdate) -> None:
    """Keep the furthest status of a SID until the message that bears it is known."""
    values = {"status": news.status, "error_code": news.error_code, "at": world.now()}
    connection.execute(_KEEP[connection.dialect.name], {"sid": news.sid, **values})


def find_strays(connection: Connection, sids: Iterable[str]) -> frozenset[str]:
    """Of which of these SIDs something was heard before."""
    return frozenset(connection.execute(_AMONG, {"sids": list(sids)}).scalars())


def merge_strays(world: World, known: Iterable[tuple[str, str]]) -> Ripples:
    """Merge what came before the messages that bear these SIDs (with their tenants) were known.

    What cannot be merged now is logged and kept: `tend_strays` tries it again.
    """

    def merge_stray(tenant_id: str, sid: str) -> Ripples:
        return _merge(world, tenant_id, sid)

    return each(known, merge_stray)


def tend_strays(world: World) -> Ripples:
    """Merge those whose SID has become known meanwhile, since both came at the same moment or the
    carrier's log told it; forget those that nobody asked for within the hour.
    """
    with world.store.read() as connection:
        known = [(row.id, row.sid) for row in connection.execute(_KNOWN)]
    ripples = merge_strays(world, known)
    with world.store.write() as connection:
        connection.execute(delete(StrayStatus).where(col(StrayStatus.at) < world.now() - KEPT))
    return ripples


def _merge(world: World, tenant_id: str, sid: str) -> Ripples:
    with world.store.write() as connection:
        row = find_outgoing(connection, tenant_id, sid=sid)
        stray = connection.execute(_TAKE_OUT, {"stray": sid}).one_or_none() if row else None
        if row is None or stray is None:
            return CALM
        news = StatusUpdate(sid, stray.status, stray.error_code, row.id, None, tenant_id)
        return merge(world, connection, row, news)
