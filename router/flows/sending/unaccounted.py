"""Texts in the carrier's log that no message of ours accounts for: one in doubt may be among them.

A trial account's prefix, smart encoding and shortened links alter the words that the log shows.
"""

from collections.abc import Iterator, Sequence
from contextlib import suppress

from sqlalchemy import Connection, bindparam, select
from sqlmodel import col

from router.carrier.api import Listed
from router.flows.sending.doubts import Doubt
from router.flows.sending.leases import LOOK_BACK, accepted_within
from router.flows.world import World
from router.store.rows import AnyRow, AnySelect
from router.store.sealing import SealError, TenantKeys
from router.store.tables import Message

_ATTEMPTED: AnySelect = select(col(Message.id), col(Message.body)).where(
    col(Message.tenant_id) == bindparam("tenant"),
    col(Message.thread_id) == bindparam("thread"),
    col(Message.attempted_at) > bindparam("since"),
)


def may_be_in_other_words(
    world: World,
    connection: Connection,
    tenant_id: str,
    doubt: Doubt,
    unclaimed: Sequence[Listed],
) -> bool:
    """Whether the log has a text of the attempt's time that is nobody's: `unclaimed` are those to
    the same person whose SID no message of the thread bears. What has the words of another text of
    the thread is that one's.
    """
    earliest, latest = accepted_within(world.settings, doubt.attempted_at)
    strange = {
        one.body
        for one in unclaimed
        if one.was_requested and one.body != doubt.body and earliest <= one.created_at <= latest
    }
    if not strange:
        return False
    keys = world.keys(connection, tenant_id)
    since = doubt.attempted_at - LOOK_BACK
    wanted = {"tenant": tenant_id, "thread": doubt.thread_id, "since": since}
    rows = connection.execute(_ATTEMPTED, wanted).all()
    return not strange <= {body for row in rows for body in _words(keys, row)}


def _words(keys: TenantKeys, row: AnyRow) -> Iterator[str]:
    with suppress(SealError):
        yield keys.open("message.body", row.id, row.body)
