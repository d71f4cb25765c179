"""The outbox: a message to send is a row, written by the transaction that wants it sent."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from sqlalchemy import bindparam, insert, update
from sqlmodel import col

from router.flows.held import Held
from router.store.ids import new_id
from router.store.rows import table
from router.store.tables import Message

FIRST, ANSWER, BULK = 0, 1, 2  # priorities: only FIRST overtakes what its thread still has to send
EXEMPT = frozenset({"compliance", "code"})  # may follow an opt-out: they answer a later word of it


@dataclass(frozen=True, slots=True)
class Draft:
    """A text to send. `author` is a staff handle; `cause_id` the inbound text that it answers;
    `id` the message's, where it has one already.
    """

    body: str
    kind: Literal["reply", "question", "compliance", "code", "staff"]
    template: str | None = None
    purpose: Literal["answer", "service", "marketing"] = "answer"
    priority: int = ANSWER
    cause_id: str | None = None
    author: str | None = None
    id: str | None = None


_QUEUE = insert(table(Message))
_CANCEL = (
    update(table(Message))
    .where(
        col(Message.tenant_id) == bindparam("tenant"),
        col(Message.thread_id) == bindparam("thread"),
        col(Message.state) == "queued",
    )
    .values(state="canceled", reason=bindparam("why"), updated_at=bindparam("now"))
)


def queue(held: Held, drafts: Sequence[Draft]) -> tuple[str, ...]:
    """Add `drafts` to the thread in order; their ids.

    To a contact that has opted out only exempt kinds are queued; the others are kept as
    `suppressed`, so that staff sees what was not said.
    """
    if not drafts:
        return ()
    rows = [_row(held, draft) for draft in drafts]
    held.connection.execute(_QUEUE, rows)
    return tuple(str(row["id"]) for row in rows)


def cancel_waiting(held: Held, reason: str) -> None:
    """What waits in this thread will not be sent."""
    held.connection.execute(
        _CANCEL,
        {"tenant": held.tenant_id, "thread": held.thread_id, "why": reason, "now": held.at},
    )


def _row(held: Held, draft: Draft) -> dict[str, object]:
    message_id = draft.id or new_id()
    barred = held.opted_out and draft.kind not in EXEMPT
    return {
        "tenant_id": held.tenant_id,
        "id": message_id,
        "thread_id": held.thread_id,
        "seq": held.take_seq(),
        "direction": "out",
        "number": held.number,
        "kind": draft.kind,
        "purpose": draft.purpose,
        "template": draft.template,
        "priority": draft.priority,
        "state": "suppressed" if barred else "queued",
        "reason": "opted_out" if barred else None,
        "body": held.keys.seal("message.body", message_id, draft.body),
        "cause_id": draft.cause_id,
        "author": draft.author,
        "attempt": 0,
        "late": False,
        "created_at": held.at,
        "updated_at": held.at,
    }
