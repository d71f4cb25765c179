"""What became of an attempt is written down, unless a callback or a reconcile was first."""

import random
from datetime import datetime, timedelta

from sqlalchemy import Connection, select, update
from sqlmodel import col

from router.carrier.api import Accepted, Delay, Outcome, Refused, Unknown, state_after
from router.flows.consent.refusals import RefusedMessage, take_refusal
from router.flows.sending.claims import Claim
from router.flows.world import World
from router.store.tables import Message, Number

PAUSE = timedelta(minutes=5)
LONGEST_DELAY_SECONDS = 300.0


def record(world: World, claimed: Claim, outcome: Outcome) -> None:
    """Write down what became of an attempt, unless a callback or a reconcile was first."""
    at = world.now()
    with world.store.write() as connection:
        match outcome:
            case Accepted(sid, status, error_code):
                state = state_after("accepted", status)
                _settle(connection, claimed, at, state=state, sid=sid, error_code=error_code)
            case Delay(code, seconds):
                again = at + timedelta(seconds=_backoff(claimed.attempt, seconds))
                _settle(connection, claimed, at, state="queued", not_before=again, error_code=code)
            case Refused(code, "stop_sender"):
                _settle(connection, claimed, at, state="queued", error_code=code)
                _pause(connection, claimed, code, at)
            case Refused(code, action):
                settled = _settle(connection, claimed, at, state="failed", error_code=code)
                if settled and action == "suppress" and code is not None:
                    take_refusal(world, connection, _refused(claimed), code)
            case Unknown(reason):
                _settle(connection, claimed, at, state="unknown", reason=reason)


def _refused(claimed: Claim) -> RefusedMessage:
    return RefusedMessage(
        claimed.tenant_id, claimed.thread_id, claimed.number, claimed.kind, claimed.template
    )


def _settle(connection: Connection, claimed: Claim, at: datetime, **values: object) -> bool:
    changed = connection.execute(
        update(Message)
        .where(
            col(Message.tenant_id) == claimed.tenant_id,
            col(Message.id) == claimed.message_id,
            col(Message.state) == "sending",
            col(Message.token) == claimed.token,
        )
        .values(**values, updated_at=at)
    )
    return bool(changed.rowcount)


def _pause(connection: Connection, claimed: Claim, code: int | None, at: datetime) -> None:
    number = (
        select(col(Message.number))
        .where(col(Message.tenant_id) == claimed.tenant_id, col(Message.id) == claimed.message_id)
        .scalar_subquery()
    )
    connection.execute(
        update(Number)
        .where(col(Number.tenant_id) == claimed.tenant_id, col(Number.address) == number)
        .values(paused_code=code, paused_until=at + PAUSE)
    )


def _backoff(attempt: int, seconds: float) -> float:
    """At least what the carrier asked for; doubled each attempt, with jitter."""
    longest = min(2.0**attempt, LONGEST_DELAY_SECONDS)
    return max(seconds, random.uniform(longest / 2, longest))  # noqa: S311  # no secret
