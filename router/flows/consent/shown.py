"""What a person had been shown when they agreed: kept with their consent as its evidence."""

from dataclasses import dataclass

from sqlalchemy import bindparam, select
from sqlmodel import col

from router.flows.held import Held
from router.store.tables import DecisionRecord, Message


@dataclass(frozen=True, slots=True)
class Shown:
    """A wording, and the file and revision (file@revision) that it came from."""

    text: str
    version: str


_LAST_QUESTION = (
    select(
        col(Message.id),
        col(Message.body),
        col(DecisionRecord.file),
        col(DecisionRecord.revision),
    )
    .join(
        DecisionRecord,
        (col(DecisionRecord.tenant_id) == col(Message.tenant_id))
        & (col(DecisionRecord.message_id) == col(Message.cause_id)),
    )
    .where(
        col(Message.tenant_id) == bindparam("tenant"),
        col(Message.thread_id) == bindparam("thread"),
        col(Message.template) == "confirm",
    )
    .order_by(col(Message.seq).desc())
    .limit(1)
)


def question_asked(held: Held) -> Shown | None:
    """The question of a double opt-in that this thread was asked last; None where none was."""
    wanted = {"tenant": held.tenant_id, "thread": held.thread_id}
    row = held.connection.execute(_LAST_QUESTION, wanted).one_or_none()
    if row is None:
        return None
    text = held.keys.open("message.body", row.id, row.body)
    return Shown(text, f"{row.file}@{row.revision}")
