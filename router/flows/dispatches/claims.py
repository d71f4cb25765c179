"""Claiming dispatches: by a conditional update, under a token and a lease; their order is free.

A lease that ran out means that the process died on the way. What may be said twice (a push notice
takes its own place, a webhook's receiver knows the event) waits again; a text message or a mail
becomes `unknown`.
"""

import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import BindParameter, ColumnElement, Integer, bindparam, exists, or_, select, update
from sqlalchemy.orm import aliased
from sqlmodel import col

from router.couriers import mail, post
from router.flows.world import World
from router.store.rows import AnySelect, table
from router.store.server_clock import is_astray
from router.store.tables import Dispatch

LEASE = timedelta(seconds=60)
REPEATABLE = ("push", "webhook")
DIED = "the program ended while it was being sent"
_SILENT = (mail.SILENT, post.SILENT)
_NOW: BindParameter[datetime] = bindparam("now")
_OF_TENANT = col(Dispatch.tenant_id) == bindparam("tenant")


def _is_waiting() -> ColumnElement[bool]:
    is_time = or_(col(Dispatch.not_before).is_(None), col(Dispatch.not_before) <= _NOW)
    return (col(Dispatch.state) == "queued") & is_time


def _has_run_out() -> ColumnElement[bool]:
    return (col(Dispatch.state) == "sending") & (col(Dispatch.lease_until) < _NOW)


def _is_resting() -> ColumnElement[bool]:
    """Whether it would go to a webhook, somebody's browsers or a mail server that did not answer:
    these are left alone until the next try of that. Waiting keeps a worker from sending texts.
    """
    other = aliased(Dispatch)
    return exists().where(
        col(other.tenant_id) == col(Dispatch.tenant_id),
        col(other.kind) == col(Dispatch.kind),
        or_(
            col(other.kind).in_(REPEATABLE) & (col(other.recipient) == col(Dispatch.recipient)),
            col(other.kind) == "email",
        ),
        col(other.state) == "queued",
        col(other.error).in_(_SILENT),
        col(other.not_before) > _NOW,
    )


_WAITS_UNTOUCHED = _is_waiting() & (col(Dispatch.updated_at) < bindparam("before")) & ~_is_resting()
DUE: AnySelect = (
    select(col(Dispatch.tenant_id)).where(or_(_WAITS_UNTOUCHED, _has_run_out())).distinct()
)
"""The tenants (ids) with dispatches to send `now` that were left alone since `before`, or whose
leases ran out."""
_READY: AnySelect = (
    select(*table(Dispatch).columns)
    .where(_OF_TENANT, _is_waiting(), ~_is_resting())
    .order_by(col(Dispatch.kind) == "webhook", col(Dispatch.created_at))
    .limit(bindparam("most", type_=Integer))
    .with_for_update(skip_locked=True)
)
_ENDED = update(table(Dispatch)).where(_OF_TENANT, _has_run_out())
_MAY_BE_REPEATED = col(Dispatch.kind).in_(REPEATABLE)
_TRY_AGAIN = _ENDED.where(_MAY_BE_REPEATED).values(
    state="queued", token=None, error=DIED, updated_at=_NOW
)
_GIVE_UP = _ENDED.where(~_MAY_BE_REPEATED).values(state="unknown", error=DIED, updated_at=_NOW)


@dataclass(frozen=True, slots=True)
class DispatchClaim:
    """A dispatch that this process alone may send, until its lease ends. See `Dispatch`."""

    tenant_id: str
    id: str
    kind: str
    recipient: str
    thread_id: str
    message_id: str
    rule: str
    wanted: str | None
    number: str
    attempt: int
    created_at: datetime
    token: str
    deadline: float  # of world.monotonic: nothing is begun after it


def claim_dispatches(world: World, tenant_id: str, limit: int) -> tuple[DispatchClaim, ...]:
    """Claim up to `limit` of what a tenant has to tell now, notices before webhooks."""
    at, deadline = world.now(), world.monotonic() + LEASE.total_seconds() / 3
    token = secrets.token_hex(8)
    with world.store.write() as connection:
        if is_astray(connection):
            return ()
        wanted = {"tenant": tenant_id, "now": at}
        connection.execute(_TRY_AGAIN, wanted)
        connection.execute(_GIVE_UP, wanted)
        rows = connection.execute(_READY, wanted | {"most": limit}).all()
        if rows:
            connection.execute(
                update(Dispatch)
                .where(
                    col(Dispatch.tenant_id) == tenant_id,
                    col(Dispatch.id).in_([row.id for row in rows]),
                    col(Dispatch.state) == "queued",
                )
                .values(
                    state="sending",
                    token=token,
                    attempt=col(Dispatch.attempt) + 1,
                    lease_until=at + LEASE,
                    updated_at=at,
                )
            )
    return tuple(
        DispatchClaim(
            tenant_id=tenant_id,
            id=row.id,
            kind=row.kind,
            recipient=row.recipient,
            thread_id=row.thread_id,
            message_id=row.message_id,
            rule=row.rule,
            wanted=row.wanted,
            number=row.number,
            attempt=row.attempt + 1,
            created_at=row.created_at,
            token=token,
            deadline=deadline,
        )
        for row in rows
    )
