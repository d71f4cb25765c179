"""Dispatches go out: claimed, tried side by side, and what became of each is written down."""

import random
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from types import MappingProxyType

import structlog
from sqlalchemy import ColumnElement, Connection, delete, update
from sqlmodel import col

from router.backoff import doubled
from router.couriers.outcome import Done, Failed, Gone, Outcome, Retry, Unknown
from router.flows.dispatches.calls import try_webhook
from router.flows.dispatches.claims import REPEATABLE, DispatchClaim, claim_dispatches
from router.flows.dispatches.means import Means
from router.flows.dispatches.notices import try_email, try_push, try_sms
from router.flows.ripples import CALM, Ripples
from router.flows.world import World
from router.store.engine import DatabaseDown
from router.store.tables import Dispatch

__all__ = ["Means", "record_outcome", "send_dispatches"]

AT_ONCE = 16
BROKE = "an error of the program's: see its log"
FIRST_PAUSE_SECONDS = 5.0
LONGEST_PAUSE_SECONDS = MappingProxyType({"webhook": 600.0})
NOTICE_PAUSE_SECONDS = 120.0
PATIENCE = MappingProxyType({"webhook": timedelta(hours=24)})
NOTICE_PATIENCE = timedelta(hours=2)  # after that nobody is helped by a notice any more

TRIES: MappingProxyType[str, Callable[[Means, DispatchClaim], Outcome]] = MappingProxyType(
    {"sms": try_sms, "email": try_email, "push": try_push, "webhook": try_webhook}
)

log = structlog.get_logger()


def send_dispatches(means: Means, tenant_id: str, budget_seconds: float = 10.0) -> Ripples:
    """Tell what a tenant has to tell, for about `budget_seconds`; may run any number of times.

    The ripples name the threads that changed, and the tenant again where time ran out first.
    """
    ends = time.monotonic() + budget_seconds
    ripples = CALM
    with ThreadPoolExecutor(AT_ONCE, thread_name_prefix="dispatch") as pool:
        while time.monotonic() < ends:
            claims = claim_dispatches(means.world, tenant_id, AT_ONCE)
            if not claims:
                return ripples
            list(pool.map(lambda claim: _send_one(means, claim), claims))
            ripples |= Ripples(threads=frozenset((tenant_id, each.thread_id) for each in claims))
    return ripples | Ripples(dispatches=frozenset({tenant_id}))


def _send_one(means: Means, claim: DispatchClaim) -> None:
    record_outcome(means.world, claim, _try(means, claim))


def _try(means: Means, claim: DispatchClaim) -> Outcome:
    try:
        return TRIES[claim.kind](means, claim)
    except DatabaseDown:
        raise
    except Exception as error:  # noqa: BLE001 (logged; one dispatch's fault must not stop the others)
        log.warning("dispatch_broke", dispatch=claim.id, kind=claim.kind, error=error)
        return Retry(BROKE) if claim.kind in REPEATABLE else Unknown(BROKE)


def record_outcome(world: World, claim: DispatchClaim, outcome: Outcome) -> None:
    """Write down what became of a try, unless somebody else has claimed the dispatch since."""
    at = world.now()
    values = _values(claim, outcome, at)
    with world.store.write() as connection:
        if values is None:
            _drop(connection, claim)
            return
        connection.execute(
            update(Dispatch)
            .where(*_still_ours(claim))
            .values(**values, lease_until=None, updated_at=at)
        )
    if values["state"] in {"failed", "unknown"}:
        log.warning("dispatch_failed", dispatch=claim.id, kind=claim.kind, state=values["state"])


def _values(claim: DispatchClaim, outcome: Outcome, at: datetime) -> dict[str, object] | None:
    """The columns that an outcome sets; None where the row goes."""
    match outcome:
        case Done():
            return {"state": "done", "error": None}
        case Failed(why):
            return {"state": "failed", "error": why}
        case Unknown(why):
            return {"state": "unknown", "error": why}
        case Gone():
            return None
        case Retry(why, seconds):
            again = at + timedelta(seconds=pause_seconds(claim.kind, claim.attempt, seconds))
            if again - claim.created_at > PATIENCE.get(claim.kind, NOTICE_PATIENCE):
                return {"state": "failed", "error": f"given up: {why}"}
            return {"state": "queued", "error": why, "not_before": again}


def pause_seconds(kind: str, attempt: int, asked: float) -> float:
    """How long to wait after a try: at least what was asked for; doubled each time, with jitter."""
    longest = LONGEST_PAUSE_SECONDS.get(kind, NOTICE_PAUSE_SECONDS)
    most = doubled(FIRST_PAUSE_SECONDS, attempt - 1, longest)
    return max(asked, random.uniform(most / 2, most))  # noqa: S311  # no secret


def _still_ours(claim: DispatchClaim) -> tuple[ColumnElement[bool], ...]:
    """Under our token: also when the lease ran out meanwhile, since what we know is the truth."""
    return (
        col(Dispatch.tenant_id) == claim.tenant_id,
        col(Dispatch.id) == claim.id,
        col(Dispatch.token) == claim.token,
    )


def _drop(connection: Connection, claim: DispatchClaim) -> None:
    connection.execute(delete(Dispatch).where(*_still_ours(claim)))
