"""What is not said again after a restore: answers to texts that had come in before it."""

from datetime import datetime

from sqlalchemy import Connection, select, update
from sqlmodel import col

from router.flows.held import Held
from router.flows.watermarks import mark
from router.store.sealing import TenantKeys
from router.store.tables import Dispatch, Message, Timer

RESTORED = "restored"
WORDS = "a backup was restored: it may have been told before"


def withhold_answers(held: Held, message_id: str, said_at: datetime) -> None:
    """Where a text came in late that was written before a restore: what it causes goes nowhere by
    itself. Texts of ours become `review`, notices and calls `unknown`, escalations silent.
    """
    restored_at = mark(held.connection, RESTORED)
    if restored_at is None or said_at > restored_at:
        return
    of_tenant = col(Message.tenant_id) == held.tenant_id
    held.connection.execute(
        update(Message)
        .where(of_tenant, col(Message.cause_id) == message_id)
        .where(col(Message.thread_id) == held.thread_id, col(Message.state) == "queued")
        .values(state="review", reason=RESTORED)
    )
    held.connection.execute(
        update(Dispatch)
        .where(col(Dispatch.tenant_id) == held.tenant_id, col(Dispatch.message_id) == message_id)
        .where(col(Dispatch.thread_id) == held.thread_id)
        .values(state="unknown", error=WORDS)
    )
    silence_escalations(held.connection, held.keys, held.thread_id)


def silence_escalations(
    connection: Connection, keys: TenantKeys, thread_id: str | None = None
) -> int:
    """Have a tenant's escalations that wait (those of one thread, where one is named) move their
    thread and say nothing; how many had something to say.
    """
    waiting = select(col(Timer.id), col(Timer.payload)).where(
        col(Timer.tenant_id) == keys.tenant_id,
        col(Timer.kind) == "escalate",
        col(Timer.state) == "waiting",
    )
    if thread_id is not None:
        waiting = waiting.where(col(Timer.thread_id) == thread_id)
    silenced = 0
    for row in connection.execute(waiting).all():
        payload = keys.open_json("timer.payload", row.id, row.payload)
        if not payload["text"]:
            continue
        silent = keys.seal_json("timer.payload", row.id, payload | {"text": None, "template": None})
        connection.execute(
            update(Timer)
            .where(col(Timer.tenant_id) == keys.tenant_id, col(Timer.id) == row.id)
            .values(payload=silent)
        )
        silenced += 1
    return silenced
