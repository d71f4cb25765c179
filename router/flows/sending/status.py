"""What the carrier reports of a text that we sent: merged by rank, in any order, any number of
times, before or after the send itself has returned.
"""

from datetime import datetime
from typing import Any

from sqlalchemy import Connection, select, update
from sqlmodel import col

from router.carrier.api import StatusUpdate, rank, state_after
from router.carrier.errors import classify
from router.flows.consent.refusals import RefusedMessage, take_refusal
from router.flows.ripples import CALM, Ripples
from router.flows.senders import bell_of
from router.flows.world import World
from router.store.rows import AnyRow
from router.store.tables import Message

UNSETTLED = frozenset({"queued", "sending", "unknown", "review", "canceled", "suppressed"})


def record_status(world: World, news: StatusUpdate) -> Ripples:
    """Merge one callback; an unknown status, message or SID changes nothing."""
    if rank(news.status) is None or news.tenant is None or news.message_id is None:
        return CALM
    at = world.now()
    with world.store.write() as connection:
        row = _find(connection, news.tenant, news.message_id)
        if row is None or not _is_about(row, news):
            return CALM
        return _merge(world, connection, row, news, at)


def _find(connection: Connection, tenant_id: str, message_id: str) -> AnyRow | None:
    return connection.execute(
        select(
            col(Message.id),
            col(Message.tenant_id),
            col(Message.thread_id),
            col(Message.number),
            col(Message.kind),
            col(Message.template),
            col(Message.state),
            col(Message.sid),
            col(Message.attempt),
        )
        .where(
            col(Message.tenant_id) == tenant_id,
            col(Message.id) == message_id,
            col(Message.direction) == "out",
        )
        .with_for_update()
    ).one_or_none()


def _is_about(row: AnyRow, news: StatusUpdate) -> bool:
    """Whether the callback belongs to this text: its SID, or the SID of an attempt that was lost.

    A callback of an attempt proves that the attempt was sent, also when it had been given up.
    """
    if row.sid is not None:
        return bool(row.sid == news.sid)
    attempted = news.attempt is not None and 0 < news.attempt <= row.attempt
    return attempted and row.state in UNSETTLED


def _merge(
    world: World, connection: Connection, row: AnyRow, news: StatusUpdate, at: datetime
) -> Ripples:
    state = state_after(row.state if row.sid else "unknown", news.status)
    if state == row.state and row.sid is not None:
        return CALM
    values: dict[str, Any] = {"state": state, "sid": news.sid, "updated_at": at}
    if news.error_code is not None:
        values["error_code"] = news.error_code
    connection.execute(
        update(Message)
        .where(col(Message.tenant_id) == row.tenant_id, col(Message.id) == row.id)
        .values(**values)
    )
    if news.error_code is not None and classify(news.error_code, None) == "suppress":
        refused = RefusedMessage(row.tenant_id, row.thread_id, row.number, row.kind, row.template)
        take_refusal(world, connection, refused, news.error_code)
    unblocks = row.state in UNSETTLED
    return Ripples(
        senders=bell_of(connection, row.tenant_id, row.number) if unblocks else frozenset(),
        threads=frozenset({(row.tenant_id, row.thread_id)}),
    )
