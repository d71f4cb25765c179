"""The outbox: a message to send is a row, written by the transaction that wants it sent.

A row that is `held` waits outside its thread's order, so that it holds up nothing behind it, and
takes its place at the end once it may go.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Literal

from sqlalchemy import String, bindparam, insert, or_, select, update
from sqlmodel import col

from router.flows.consent.scopes import closes
from router.flows.consent.standing import Purpose
from router.flows.held import Held
from router.store.ids import new_id
from router.store.rows import CONTACT_OF_THREAD, AnySelect, table
from router.store.statement import Statement
from router.store.tables import Contact, Message, Thread

FIRST, ANSWER, BULK = 0, 1, 2  # priorities: only FIRST overtakes what its thread still has to send
OWN_TEXT_COUNTS = timedelta(days=1)  # so long is what follows a person's text an answer to it
EXEMPT = frozenset({"compliance", "code"})  # may follow an opt-out: they answer a later word of it


@dataclass(frozen=True, slots=True)
class Draft:
    """A text to send. `author` is a staff handle; `cause_id` the inbound text that it answers;
    `id` the message's, where it has one already. `topic` is one of the rulebook's; `withheld` says
    that it is kept for staff to see and not sent, since there were too many answers.
    """

    body: str
    kind: Literal["reply", "question", "compliance", "code", "staff"]
    template: str | None = None
    purpose: Purpose = "answer"
    topic: str | None = None
    priority: int = ANSWER
    cause_id: str | None = None
    author: str | None = None
    id: str | None = None
    withheld: bool = False


_QUEUE = Statement(insert(table(Message)))
_WAITING = col(Message.state).in_(["queued", "held"])
_OF_TENANT = col(Message.tenant_id) == bindparam("tenant")
THREADS_OF_PERSON: AnySelect = (
    select(col(Thread.id))
    .join(Contact, CONTACT_OF_THREAD)
    .where(
        col(Contact.tenant_id) == bindparam("tenant"), col(Contact.person) == bindparam("person")
    )
)
_LOCK = THREADS_OF_PERSON.order_by(col(Thread.id)).with_for_update(of=Thread)
_ONLY = bindparam("only", type_=String)
_ENDED = {"state": "canceled", "reason": bindparam("why"), "updated_at": bindparam("now")}
_CANCEL = (
    update(table(Message))
    .where(_OF_TENANT, col(Message.thread_id) == bindparam("thread"), _WAITING)
    .values(_ENDED)
)
_CANCEL_TEMPLATE = _CANCEL.where(col(Message.template) == bindparam("of_template"))
_CANCEL_OF_PERSON = (
    update(table(Message))
    .where(
        _OF_TENANT,
        col(Message.thread_id).in_(THREADS_OF_PERSON),
        _WAITING,
        or_(col(Message.number) == _ONLY, _ONLY.is_(None)),
    )
    .values(_ENDED)
)


def queue(held: Held, drafts: Sequence[Draft]) -> tuple[str, ...]:
    """Add `drafts` to the thread in order; their ids.

    To a contact that has opted out only exempt kinds are queued; the others, and what is withheld,
    are kept as `suppressed`, so that staff sees what was not said. Consent that a service text or
    marketing needs, and quiet hours, are looked at when it is claimed.
    """
    if not drafts:
        return ()
    rows = [_row(held, draft) for draft in drafts]
    _QUEUE.run(held.connection, *rows)
    return tuple(str(row["id"]) for row in rows)


def purpose_of(held: Held) -> Purpose:
    """What a text to this person is now: an answer, as long as their own text is fresh."""
    last = held.last_text_at
    return "answer" if last is not None and held.at - last <= OWN_TEXT_COUNTS else "service"


def requeue(held: Held, message_id: str, state: Literal["queued", "canceled"]) -> None:
    """A message that was held goes to the end of its thread, or is given up."""
    held.connection.execute(
        update(Message)
        .where(
            col(Message.tenant_id) == held.tenant_id,
            col(Message.id) == message_id,
            col(Message.state) == "held",
        )
        .values(state=state, seq=held.take_seq(), not_before=None, updated_at=held.at)
    )


def cancel_waiting(held: Held, reason: str) -> None:
    """What waits in this thread will not be sent."""
    held.connection.execute(
        _CANCEL,
        {"tenant": held.tenant_id, "thread": held.thread_id, "why": reason, "now": held.at},
    )


def cancel_template(held: Held, template: str, reason: str) -> None:
    """What waits in this thread with the words of that template will not be sent."""
    wanted = {"tenant": held.tenant_id, "thread": held.thread_id, "why": reason, "now": held.at}
    held.connection.execute(_CANCEL_TEMPLATE, wanted | {"of_template": template})


def cancel_for_person(held: Held, reason: str, only_number: str | None) -> None:
    """What waits for this person on any channel will not be sent (from one number of ours, where
    one is named). Their other threads are locked before: a claim there has committed, or will see.
    """
    wanted = {"tenant": held.tenant_id, "person": held.person}
    if held.connection.dialect.name == "postgresql":
        held.connection.execute(_LOCK, wanted)
    held.connection.execute(
        _CANCEL_OF_PERSON, wanted | {"only": only_number, "why": reason, "now": held.at}
    )


def _row(held: Held, draft: Draft) -> dict[str, object]:
    message_id = draft.id or new_id()
    purpose = draft.purpose if draft.purpose != "answer" else purpose_of(held)
    barred = _why_barred(held, draft, purpose)
    return {
        "tenant_id": held.tenant_id,
        "id": message_id,
        "thread_id": held.thread_id,
        "seq": held.take_seq(),
        "direction": "out",
        "number": held.number,
        "kind": draft.kind,
        "purpose": purpose,
        "topic": draft.topic,
        "template": draft.template,
        "priority": draft.priority,
        "state": "suppressed" if barred else "queued",
        "reason": barred,
        "body": held.keys.seal("message.body", message_id, draft.body),
        "cause_id": draft.cause_id,
        "author": draft.author,
        "attempt": 0,
        "late": False,
        "created_at": held.at,
        "updated_at": held.at,
    }


def _why_barred(held: Held, draft: Draft, purpose: Purpose) -> str | None:
    if draft.withheld:
        return "limit"
    if draft.kind not in EXEMPT and closes(held.suppressed, held.number, purpose, draft.topic):
        return "opted_out"
    return None
