"""Statuses of texts whose SID no message bears yet: kept for an hour as SID, status and code only.

They come where a callback's address does not name the message: a status webhook that is set at the
carrier, for a service or the account, may call before the carrier's answer has been written down.
"""

from collections.abc import Mapping
from datetime import timedelta

from sqlalchemy import Connection, bindparam, delete, insert, select, update
from sqlmodel import col

from router.carrier.api import StatusUpdate, rank
from router.flows.sending.claims import Claim
from router.flows.sending.merging import find_outgoing, merge
from router.flows.world import World
from router.store.tables import StrayStatus

KEPT = timedelta(hours=1)


_STRAYS = select(col(StrayStatus.sid), col(StrayStatus.status), col(StrayStatus.error_code)).where(
    col(StrayStatus.sid).in_(bindparam("sids", expanding=True))
)


def keep_stray(world: World, connection: Connection, news: StatusUpdate) -> None:
    """Keep the furthest status of a SID until the message that bears it is known."""
    mine = col(StrayStatus.sid) == news.sid
    known = connection.execute(select(col(StrayStatus.status)).where(mine)).scalar_one_or_none()
    values = {"status": news.status, "error_code": news.error_code, "at": world.now()}
    if known is None:
        connection.execute(insert(StrayStatus).values(sid=news.sid, **values))
    elif (rank(news.status) or 0) > (rank(known) or 0):
        connection.execute(update(StrayStatus).where(mine).values(**values))


def merge_strays(world: World, connection: Connection, claims: Mapping[str, Claim]) -> None:
    """Merge what came before the messages with these SIDs were known."""
    strays = connection.execute(_STRAYS, {"sids": list(claims)}).all()
    for stray in strays:
        claim = claims[stray.sid]
        row = find_outgoing(connection, claim.tenant_id, message_id=claim.message_id)
        if row is not None and row.sid == stray.sid:
            news = StatusUpdate(
                *stray, message_id=claim.message_id, attempt=None, tenant=claim.tenant_id
            )
            merge(world, connection, row, news)
    if strays:
        gone = [stray.sid for stray in strays]
        connection.execute(delete(StrayStatus).where(col(StrayStatus.sid).in_(gone)))


def forget_strays(world: World) -> None:
    """Forget those that nobody asked for within the hour."""
    with world.store.write() as connection:
        connection.execute(delete(StrayStatus).where(col(StrayStatus.at) < world.now() - KEPT))
