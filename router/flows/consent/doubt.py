"""A text that may be an opt-out: what is sent by itself waits until somebody has decided.

The person is asked once; whoever is silent for a day after that is taken at the worse word.
"""

from dataclasses import replace
from datetime import timedelta

from sqlalchemy import bindparam, select, update
from sqlmodel import col

from keywords.reading import Meaning
from router.flows.consent.events import Evidence
from router.flows.consent.wishes import opt_out
from router.flows.held import Held
from router.flows.outbox import THREADS_OF_PERSON, requeue
from router.flows.senders import bell_of
from router.flows.timer_rows import cancel_timers, start_timer
from router.store.ledger import Ledger
from router.store.rows import DECISION_OF_MESSAGE, is_held, table
from router.store.tables import DecisionRecord, Message
from rules.compliance import SILENCE

RELEASED_WITHIN = timedelta(hours=24)  # what waited longer has lost its sense

_HELD = (
    select(col(Message.id), col(Message.number), col(Message.created_at))
    .where(
        col(Message.tenant_id) == bindparam("tenant"),
        col(Message.thread_id) == bindparam("thread"),
        is_held(),
        col(Message.reason) == "doubt",
    )
    .order_by(col(Message.seq))
)
_SETTLE_ELSEWHERE = (
    update(table(Message))
    .where(
        col(Message.tenant_id) == bindparam("tenant"),
        col(Message.thread_id).in_(THREADS_OF_PERSON),
        col(Message.thread_id) != bindparam("thread"),
        is_held(),
        col(Message.reason) == "doubt",
    )
    .values(state=bindparam("becomes"), not_before=bindparam("now"))
)
_LATEST = (
    select(col(Message.id), col(Message.body))
    .join(DecisionRecord, DECISION_OF_MESSAGE)
    .where(
        col(Message.tenant_id) == bindparam("tenant"),
        col(Message.thread_id) == bindparam("thread"),
        col(DecisionRecord.keyword) == Meaning.AMBIGUOUS.value,
    )
    .order_by(col(Message.seq).desc())
    .limit(1)
)


def text_in_doubt(held: Held) -> str | None:
    """The latest text of the thread that may be an opt-out, while nobody has decided."""
    if held.doubt_since is None:
        return None
    wanted = {"tenant": held.tenant_id, "thread": held.thread_id}
    row = held.connection.execute(_LATEST, wanted).one_or_none()
    return None if row is None else held.keys.open("message.body", row.id, row.body)


def begin_doubt(held: Held, text: str, *, asked: bool) -> None:
    """Hold what is sent by itself; where the person was `asked`, now or before, wait a day for a
    clear answer.
    """
    held.doubt_since = held.doubt_since or held.at
    if not asked:
        return
    if not held.first_contact:
        hear_answer(held)  # one timer at a time
    start_timer(held, "silence", held.at + SILENCE, {"text": text})


def hear_answer(held: Held) -> None:
    """The person wrote on, and not in doubt again: they were not silent."""
    cancel_timers(held, "silence")


def end_doubt(held: Held, *, release: bool) -> None:
    """Somebody has decided. What waited is sent after all (`release`), or never."""
    if held.doubt_since is None:
        return
    held.doubt_since = None
    held.state = replace(held.state, flags=held.state.flags - {"doubt"}, asked_back=False)
    hear_answer(held)
    wanted = {"tenant": held.tenant_id, "thread": held.thread_id}
    for row in held.connection.execute(_HELD, wanted).all():
        fresh = release and held.at - row.created_at <= RELEASED_WITHIN
        fresh = fresh and bool(bell_of(held.connection, held.tenant_id, row.number))
        requeue(held, row.id, "queued" if fresh else "canceled")
    # What waits on other channels is held on, until now: the clock sends each in its own order.
    becomes = {"person": held.person, "becomes": "held" if release else "canceled", "now": held.at}
    held.connection.execute(_SETTLE_ELSEWHERE, wanted | becomes)


def take_silence(ledger: Ledger, held: Held, text: str, zone: str) -> None:
    """Nobody answered the question: the text in doubt counts as an opt-out."""
    if held.doubt_since is not None and not held.opted_out:
        opt_out(ledger, held, Evidence("silence", text, held.number, zone=zone))
    end_doubt(held, release=False)
