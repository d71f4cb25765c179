"""Pauses of a number: one that the carrier asks for, and the stop while it refuses our account.

While a number is stopped, one text after each pause finds out whether the account still is refused.
"""

from datetime import datetime, timedelta

import structlog
from sqlalchemy import ColumnElement, Connection, or_, select, update
from sqlmodel import col

from router.store.tables import Number

PAUSE = timedelta(minutes=5)
LONGEST_PAUSE = timedelta(hours=2)  # none is so long: such a one was set by a clock that was wrong
ACCOUNT_REFUSED = 20003  # also where the carrier gives no code
REFUSED = "account refused"  # why a text waits

log = structlog.get_logger()


def pause(connection: Connection, tenant_id: str, address: str, until: datetime) -> None:
    """Nothing leaves from this number before then."""
    is_longer = or_(col(Number.paused_until).is_(None), col(Number.paused_until) < until)
    connection.execute(
        update(Number).where(*_number(tenant_id, address), is_longer).values(paused_until=until)
    )


def is_paused(until: datetime | None, at: datetime) -> bool:
    """Whether a number whose pause ends `until` then is silent."""
    return until is not None and at < until <= at + LONGEST_PAUSE


def stop(
    connection: Connection, tenant_id: str, address: str, code: int | None, at: datetime
) -> None:
    """The account is refused; PAUSE after `at` one text finds out whether it still is."""
    ours = _number(tenant_id, address)
    known = select(col(Number.id), col(Number.paused_code)).where(*ours).with_for_update()
    number = connection.execute(known).one_or_none()
    if number is None:
        return
    why = code or ACCOUNT_REFUSED
    stopped = {"paused_code": why, "paused_until": at + PAUSE}
    connection.execute(update(Number).where(*ours).values(stopped))
    if number.paused_code is None:
        log.warning("sender_stopped", tenant=tenant_id, sender=number.id, code=why)


def resume(connection: Connection, tenant_id: str, address: str) -> None:
    """The account is not refused any more: the carrier took a text, or refused it for itself."""
    connection.execute(
        update(Number)
        .where(*_number(tenant_id, address))
        .values(paused_code=None, paused_until=None)
    )


def _number(tenant_id: str, address: str) -> tuple[ColumnElement[bool], ...]:
    return col(Number.tenant_id) == tenant_id, col(Number.address) == address
