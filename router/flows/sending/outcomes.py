"""What became of an attempt is written down, unless a callback or a reconcile was first."""

import random
from collections.abc import Sequence
from datetime import datetime, timedelta

import structlog
from sqlalchemy import Connection, bindparam, update
from sqlmodel import col

from router.backoff import doubled
from router.carrier.api import (
    Accepted,
    Delay,
    Outcome,
    Refused,
    StatusUpdate,
    Unknown,
    state_after,
)
from router.flows.consent.refusals import RefusedMessage, take_refusal
from router.flows.sending.claims import Claim
from router.flows.sending.doubts import others_were_taken
from router.flows.sending.merging import FAILURES
from router.flows.sending.pauses import PAUSE, REFUSED, pause, resume, stop
from router.flows.sending.strays import find_strays, keep_stray, merge_strays
from router.flows.world import World
from router.store.engine import DatabaseDown
from router.store.rows import table
from router.store.tables import Message

LONGEST_DELAY_SECONDS = 300.0
MOST_STOPS = 6  # attempts of a text that stops its number again and again

Attempt = tuple[Claim, Outcome]

log = structlog.get_logger()

_ACCEPT = (
    update(table(Message))
    .where(
        col(Message.tenant_id) == bindparam("tenant"),
        col(Message.id) == bindparam("message"),
        col(Message.token) == bindparam("claimed"),
        col(Message.sid).is_(None),
    )
    .values(
        state=bindparam("becomes"),
        sid=bindparam("given"),
        error_code=None,
        reason=None,
        not_before=None,
        updated_at=bindparam("now"),
    )
)


def record_all(world: World, attempts: Sequence[Attempt]) -> None:
    """Write down what became of many, those that were taken in one transaction. Safe to repeat."""
    taken = [(claim, outcome) for claim, outcome in attempts if isinstance(outcome, Accepted)]
    if taken:
        try:
            record_accepted(world, taken)
        except DatabaseDown:
            raise
        except Exception:  # noqa: BLE001 (whose fault it is shows, and is told, one by one)
            for each in taken:
                _record_alone(world, *each)
    for claim, outcome in attempts:
        if not isinstance(outcome, Accepted):
            _record_alone(world, claim, outcome)


def _record_alone(world: World, claim: Claim, outcome: Outcome) -> None:
    """Whatever is wrong with one: its lease runs out, and the carrier's log settles it."""
    try:
        record(world, claim, outcome)
    except DatabaseDown:
        raise
    except Exception as error:  # noqa: BLE001 (it must not keep the others from being written)
        log.error("outcome_not_written", message=claim.message_id, error=error)  # noqa: TRY400


def record(world: World, claimed: Claim, outcome: Outcome) -> None:
    """Write down what became of one attempt."""
    if isinstance(outcome, Accepted):
        record_accepted(world, [(claimed, outcome)])
        return
    at, whose = world.now(), (claimed.tenant_id, claimed.number)
    with world.store.write() as connection:
        match outcome:
            case Delay(code, seconds):
                again = at + timedelta(seconds=_backoff(claimed.attempt, seconds))
                _settle(connection, claimed, at, state="queued", not_before=again, error_code=code)
                if seconds:  # it asks for a pause, or is not there: that holds for all we send
                    pause(connection, *whose, at + timedelta(seconds=seconds))
            case Refused(code, "stop_sender"):
                _take_account_refusal(connection, claimed, code, at)
            case Refused(code, action):
                settled = _settle(connection, claimed, at, state="failed", error_code=code)
                if settled and action == "suppress" and code is not None:
                    take_refusal(world, connection, _refused(claimed), code)
                if claimed.is_probe:  # this one text was judged, so the account is not refused
                    resume(connection, *whose)
            case Unknown(reason):
                _settle(connection, claimed, at, state="unknown", reason=reason)


def record_accepted(world: World, taken: Sequence[tuple[Claim, Accepted]]) -> None:
    """Write down in one transaction what the carrier took.

    Who has the token of an attempt and the carrier's word for it is right, whatever was made of the
    attempt meanwhile: its lease may have run out, or it may wait to be sent again. What was heard
    before is merged afterwards, so that a fault in that takes nothing back.
    """
    at = world.now()
    with world.store.write() as connection:
        connection.execute(_ACCEPT, [_acceptance(claim, answer, at) for claim, answer in taken])
        for _, answer in taken:
            if answer.status in FAILURES:  # as a callback would tell it, with all that follows
                told = StatusUpdate(answer.sid, answer.status, answer.error_code)
                keep_stray(world, connection, told)
        early = find_strays(connection, [answer.sid for _, answer in taken])
        for claim, _ in taken:
            if claim.is_probe:
                resume(connection, claim.tenant_id, claim.number)
    merge_strays(
        world, [(claim.tenant_id, answer.sid) for claim, answer in taken if answer.sid in early]
    )


def _acceptance(claim: Claim, answer: Accepted, at: datetime) -> dict[str, object]:
    so_far = "queued" if answer.status in FAILURES else answer.status
    return {
        "tenant": claim.tenant_id,
        "message": claim.message_id,
        "claimed": claim.token,
        "becomes": state_after("accepted", so_far),
        "given": answer.sid,
        "now": at,
    }


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


def _take_account_refusal(
    connection: Connection, claimed: Claim, code: int | None, at: datetime
) -> None:
    """The account is refused, so that its number stops; unless it was found open since this text
    was refused so before. Then it may be this text alone: it comes ever later, and goes to a person
    where others were taken just now, or after many times.
    """
    whose = (claimed.tenant_id, claimed.number)
    again = None
    if claimed.was_refused and not claimed.is_probe:
        is_alone = others_were_taken(connection, *whose, claimed.claimed_at)
        if is_alone or claimed.attempt > MOST_STOPS:
            _settle(connection, claimed, at, state="review", error_code=code, reason=REFUSED)
            return
        again = at + claimed.attempt * PAUSE
    _settle(
        connection,
        claimed,
        at,
        state="queued",
        error_code=code,
        reason=REFUSED,
        not_before=again,
    )
    stop(connection, *whose, code, at)


def _backoff(attempt: int, seconds: float) -> float:
    """At least what the carrier asked for; doubled each attempt, with jitter."""
    longest = doubled(1.0, attempt, LONGEST_DELAY_SECONDS)
    return max(seconds, random.uniform(longest / 2, longest))  # noqa: S311  # no secret
