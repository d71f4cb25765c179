"""Dispatches about somebody who is being erased: none is begun, those under way are waited for."""

from datetime import datetime

from sqlalchemy import Connection, delete, exists, select
from sqlmodel import col

from router.flows.held import Held
from router.store.rows import AnyRow, AnySelect
from router.store.tables import Dispatch, Message


def cancel_dispatches(connection: Connection, target: AnyRow, at: datetime) -> bool:
    """Drop what waits about texts up to the receipt; whether some of it is just being sent."""
    texts = _texts(target.tenant_id, target.thread_id, target.seq)
    connection.execute(
        delete(Dispatch).where(
            col(Dispatch.tenant_id) == target.tenant_id,
            col(Dispatch.message_id).in_(texts),
            col(Dispatch.state) == "queued",
        )
    )
    under_way = exists().where(
        col(Dispatch.tenant_id) == target.tenant_id,
        col(Dispatch.message_id).in_(texts),
        col(Dispatch.state) == "sending",
        col(Dispatch.lease_until) >= at,
    )
    return connection.execute(select(under_way)).scalar_one()


def delete_dispatches(held: Held, last: int) -> bool:
    """Delete what was told about texts up to `last`; False where one is just being told.

    The rows are locked first: on PostgreSQL a claim that is not committed yet is waited for.
    """
    mine = (
        col(Dispatch.tenant_id) == held.tenant_id,
        col(Dispatch.message_id).in_(_texts(held.tenant_id, held.thread_id, last)),
    )
    rows = held.connection.execute(
        select(col(Dispatch.state), col(Dispatch.lease_until)).where(*mine).with_for_update()
    ).all()
    if any(row.state == "sending" and row.lease_until >= held.at for row in rows):
        return False
    held.connection.execute(delete(Dispatch).where(*mine))
    return True


def _texts(tenant_id: str, thread_id: str, last: int) -> AnySelect:
    return select(col(Message.id)).where(
        col(Message.tenant_id) == tenant_id,
        col(Message.thread_id) == thread_id,
        col(Message.seq) <= last,
    )
