"""A status of a text that we sent is merged into its message: by rank, so that order is no matter.

A text that was not delivered for a reason that may pass, a full queue at the carrier among them, is
sent once more, later, unless it is a code: a person can always ask for a fresh one. It waits as
`held` does, outside its thread's order. An account that is refused so late stops the number, too.
"""

from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, bindparam, select, update
from sqlmodel import col

from router.carrier.api import StatusUpdate, state_after
from router.carrier.errors import classify
from router.flows.consent.refusals import RefusedMessage, take_refusal
from router.flows.outbox import EXEMPT
from router.flows.ripples import CALM, Ripples
from router.flows.senders import bell_of
from router.flows.sending.pauses import stop
from router.flows.world import World
from router.store.rows import AnyRow, AnySelect, table
from router.store.statement import Statement
from router.store.tables import Message

UNSETTLED = frozenset({"queued", "held", "sending", "unknown", "review", "canceled", "suppressed"})
RETRY_AFTER = timedelta(minutes=10)
RETRIED = "retry"  # the reason of a message that waits for its one later retry
FAILURES = frozenset({"undelivered", "failed"})
PASSING = frozenset({"retry_once", "delay"})  # what is done about a code that may not come again


_OUTGOING: AnySelect = (
    select(
        col(Message.id),
        col(Message.tenant_id),
        col(Message.thread_id),
        col(Message.number),
        col(Message.kind),
        col(Message.template),
        col(Message.state),
        col(Message.reason),
        col(Message.sid),
        col(Message.first_sid),
        col(Message.attempt),
    )
    .where(col(Message.tenant_id) == bindparam("tenant"), col(Message.direction) == "out")
    .with_for_update()
)
_BY_ID = Statement(_OUTGOING.where(col(Message.id) == bindparam("message")))
_BY_SID = Statement(_OUTGOING.where(col(Message.sid) == bindparam("sid")))
_CHANGE = Statement(
    update(table(Message)).where(
        col(Message.tenant_id) == bindparam("tenant"), col(Message.id) == bindparam("message")
    )
)


def find_outgoing(
    connection: Connection,
    tenant_id: str,
    *,
    message_id: str | None = None,
    sid: str | None = None,
) -> AnyRow | None:
    """A message of ours by its id, or else by its SID; locked. None where there is none."""
    if message_id:
        return _BY_ID.first(connection, {"tenant": tenant_id, "message": message_id})
    return _BY_SID.first(connection, {"tenant": tenant_id, "sid": sid})


def merge(world: World, connection: Connection, row: AnyRow, news: StatusUpdate) -> Ripples:
    """Merge what is known to be about this message; what the change leaves to be done."""
    error_code = news.error_code
    state = state_after(row.state if row.sid else "unknown", news.status)
    if state == row.state and row.sid is not None:
        return CALM
    at = world.now()
    values: dict[str, Any] = {"state": state, "sid": news.sid, "updated_at": at}
    if error_code is not None:
        values["error_code"] = error_code
    if state in FAILURES and _may_be_retried(row, error_code):
        values |= _later(news.sid, at)
    _CHANGE.run(connection, values | {"tenant": row.tenant_id, "message": row.id})
    if error_code is not None:
        _heed(world, connection, row, error_code, at)
    unblocks = row.state in UNSETTLED
    return Ripples(
        senders=bell_of(connection, row.tenant_id, row.number) if unblocks else frozenset(),
        threads=frozenset({(row.tenant_id, row.thread_id)}),
    )


def _heed(world: World, connection: Connection, row: AnyRow, error_code: int, at: datetime) -> None:
    """Do what the code asks for beyond this one text."""
    match classify(error_code, None):
        case "suppress":
            refused = RefusedMessage(
                row.tenant_id, row.thread_id, row.number, row.kind, row.template
            )
            take_refusal(world, connection, refused, error_code)
        case "stop_sender":
            stop(connection, row.tenant_id, row.number, error_code, at)


def _may_be_retried(row: AnyRow, error_code: int | None) -> bool:
    passes = error_code is not None and classify(error_code, None) in PASSING
    return passes and row.first_sid is None and row.kind not in EXEMPT


def _later(sid: str, at: datetime) -> dict[str, Any]:
    return {
        "state": "held",
        "reason": RETRIED,
        "not_before": at + RETRY_AFTER,
        "first_sid": sid,
        "sid": None,
        "token": None,
    }
