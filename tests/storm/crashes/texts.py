"""Looking at the texts that an inn has sent, or has still to send."""

from sqlalchemy import select
from sqlmodel import col

from router.store.rows import AnyRow
from router.store.tables import Message
from tests.storm.crashes.stage import TENANT, Stage


def outgoing(stage: Stage) -> list[AnyRow]:
    """All that was to be sent, oldest first."""
    with stage.world.store.read() as connection:
        wanted = select(*Message.__table__.columns).where(col(Message.direction) == "out")
        return list(connection.execute(wanted.order_by(col(Message.created_at), col(Message.seq))))


def last_body(stage: Stage) -> str:
    """What the last of them says."""
    last = outgoing(stage)[-1]
    with stage.world.store.read() as connection:
        keys = stage.world.keys(connection, TENANT)
    return keys.open("message.body", last.id, last.body)
