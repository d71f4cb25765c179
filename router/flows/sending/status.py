"""What the carrier reports of a text that we sent: merged by rank, in any order, any number of
times, before or after the send itself has returned.
"""

from sqlalchemy import Connection

from router.carrier.api import StatusUpdate, rank
from router.flows.ripples import CALM, Ripples
from router.flows.senders import find_receiver
from router.flows.sending.merging import FAILURES, UNSETTLED, find_outgoing, merge
from router.flows.sending.review import SENT_AGAIN, TAKEN_AS_SENT
from router.flows.sending.strays import keep_stray
from router.flows.world import World
from router.store.rows import AnyRow


def record_status(world: World, news: StatusUpdate) -> Ripples:
    """Merge one callback. An unknown status changes nothing; an unknown SID is kept for an hour."""
    if rank(news.status) is None:
        return CALM
    with world.store.write() as connection:
        if news.tenant is None or news.message_id is None:
            return _merge_by_sid(world, connection, news)
        row = find_outgoing(connection, news.tenant, message_id=news.message_id)
        if row is None or not _is_about(row, news):
            return CALM
        return merge(world, connection, row, news)


def _merge_by_sid(world: World, connection: Connection, news: StatusUpdate) -> Ripples:
    """The callback's address names no message: it is not the one that we gave."""
    sender = find_receiver(connection, news.from_address, None)
    if sender is None:
        return CALM
    row = find_outgoing(connection, sender.tenant_id, sid=news.sid)
    if row is None:
        keep_stray(world, connection, news)
        return CALM
    return merge(world, connection, row, news)


def _is_about(row: AnyRow, news: StatusUpdate) -> bool:
    """Whether the callback belongs to this text: its SID, or the SID of an attempt that was lost.

    A callback of an attempt proves that the attempt was sent, also when it had been given up. That
    of a text which is tried once more tells only good news: it arrived after all.
    """
    if row.sid is not None:
        return bool(row.sid == news.sid)
    if row.first_sid == news.sid and news.status in FAILURES | {"sent", "sending", "queued"}:
        return False
    attempted = news.attempt is not None and 0 < news.attempt <= row.attempt
    is_open = row.state in UNSETTLED or row.reason == TAKEN_AS_SENT
    return attempted and is_open and not _is_overruled(row, news)


def _is_overruled(row: AnyRow, news: StatusUpdate) -> bool:
    """Whether a person has it sent again since: that an earlier attempt failed stops nothing."""
    is_earlier = row.state == "queued" or news.attempt != row.attempt
    return row.reason == SENT_AGAIN and is_earlier and news.status in FAILURES
