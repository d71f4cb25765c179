"""Texts of which the carrier told no end: a callback may have met nobody. It is asked, twice.

Each is asked after when it is twenty minutes old, and when it is twelve hours old; how far that has
come is a watermark of its own. What the carrier says is merged as its callback would have been.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta

import structlog
from sqlalchemy import select
from sqlmodel import col

from router.carrier.api import Carrier, CarrierError, StatusUpdate
from router.flows.each import each
from router.flows.ripples import CALM, Ripples
from router.flows.sending.status import record_status
from router.flows.watermarks import level_mark, mark
from router.flows.world import World
from router.store.rows import AnyRow
from router.store.tables import Message, Tenant

AGES = {"heard_soon": timedelta(minutes=20), "heard_late": timedelta(hours=12)}
LONGEST_LOOK_BACK = timedelta(days=1)
BATCH = 100  # more than are claimed at one time, and so have one `attempted_at`
A_LITTLE = timedelta(microseconds=1)
MORE_TO_COME = ("accepted", "sent")

log = structlog.get_logger()


def ask_after(world: World, carrier: Carrier) -> Ripples:
    """Ask after some of those whose time has come; any number of processes may, at once.

    Raises CarrierError where the carrier cannot be asked: the watermark stays where it is then.
    """
    ripples = CALM
    for name, age in AGES.items():
        ripples |= _ask(world, carrier, name, world.now() - age)
    return ripples


def _ask(world: World, carrier: Carrier, name: str, until: datetime) -> Ripples:
    rows = _unheard(world, name, until)
    known = {(row.tenant_id, row.id): row for row in rows}

    def ask_after_one(tenant_id: str, message_id: str) -> Ripples:
        row = known[tenant_id, message_id]
        listed = carrier.fetch(row.sid)
        if listed is None or listed.status == row.state:
            return CALM
        status, code = listed.status, listed.error_code
        return record_status(
            world, StatusUpdate(row.sid, status, code, message_id, row.attempt, tenant_id)
        )

    ripples = each(known, ask_after_one, ends_with=CarrierError)
    is_whole = len(rows) < BATCH
    with world.store.write() as connection:
        come_to = until if is_whole else rows[-1].attempted_at - A_LITTLE
        level_mark(connection, name, come_to, until)
    if ripples.threads:
        log.info("heard_late", threads=len(ripples.threads))
    return ripples


def _unheard(world: World, name: str, until: datetime) -> Sequence[AnyRow]:
    """The oldest of them since the watermark, as many as a round asks after."""
    with world.store.read() as connection:
        since = mark(connection, name) or until - LONGEST_LOOK_BACK
        return connection.execute(
            select(
                col(Message.tenant_id),
                col(Message.id),
                col(Message.sid),
                col(Message.state),
                col(Message.attempt),
                col(Message.attempted_at),
            )
            .join_from(Tenant, Message, col(Message.tenant_id) == col(Tenant.id))
            .where(
                col(Message.sid).is_not(None),
                col(Message.attempted_at) > max(since, until - LONGEST_LOOK_BACK),
                col(Message.attempted_at) <= until,
                col(Message.state).in_(MORE_TO_COME),
            )
            .order_by(col(Message.attempted_at))
            .limit(BATCH)
        ).all()
