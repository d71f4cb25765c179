"""A text goes out: claim, send side by side, record what became of each."""

import random
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta

from sqlalchemy import Connection, select, update
from sqlmodel import col

from router.carrier.api import (
    Accepted,
    Carrier,
    Delay,
    Outcome,
    Outgoing,
    Refused,
    Unknown,
    state_after,
)
from router.carrier.webhook import callback_url
from router.flows.claims import Claim, claim
from router.flows.consent.refusals import RefusedMessage, take_refusal
from router.flows.ripples import CALM, Ripples
from router.flows.senders import Sender, find_sender
from router.flows.world import World
from router.store.tables import Message, Number

AT_ONCE = 32
PAUSE = timedelta(minutes=5)
LONGEST_DELAY_SECONDS = 300.0


def drain(world: World, carrier: Carrier, sender_id: str, budget_seconds: float = 10.0) -> Ripples:
    """Send what one sender has waiting, for at most `budget_seconds`; may run any number of times.

    The ripples name the threads that changed, and the sender again where time ran out first.
    """
    ends = time.monotonic() + budget_seconds
    ripples = CALM
    with ThreadPoolExecutor(AT_ONCE, thread_name_prefix="send") as pool:
        while time.monotonic() < ends:
            sender = _active_sender(world, sender_id)
            if sender is None:
                return ripples
            claims = claim(world, sender, AT_ONCE)
            touched = claims.put_aside | {message.thread_id for message in claims.messages}
            if not touched:
                return ripples
            ripples |= Ripples(threads=frozenset((sender.tenant_id, each) for each in touched))
            list(pool.map(_send_one(world, carrier, sender), claims.messages))
    return ripples | Ripples(senders=frozenset({sender_id}))


def _active_sender(world: World, sender_id: str) -> Sender | None:
    with world.store.read() as connection:
        paused_until = connection.execute(
            select(col(Number.paused_until)).where(col(Number.id) == sender_id)
        ).scalar_one_or_none()
        if paused_until is not None and paused_until > world.now():
            return None
        sender = find_sender(connection, sender_id)
        if sender and world.why_lost(connection, sender.tenant_id, sender.revision):
            return None  # a STOP could not be heard now: whatever waits, waits on
        return sender


def _send_one(world: World, carrier: Carrier, sender: Sender) -> Callable[[Claim], None]:
    def send(claimed: Claim) -> None:
        outcome = carrier.send(
            Outgoing(
                to=claimed.to,
                from_address=sender.address,
                body=claimed.body,
                service_sid=sender.service_sid,
                callback_url=callback_url(
                    world.settings.public_url,
                    tenant=claimed.tenant_id,
                    message_id=claimed.message_id,
                    attempt=claimed.attempt,
                ),
                deadline=claimed.deadline,
            )
        )
        record(world, claimed, outcome)

    return send


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
