"""What became of a text is not known: settled by a callback, else by the carrier's own log.

The log is asked only after a grace longer than it lags behind; what it shows is judged in
`conclusions`.
"""

from sqlalchemy import Connection, bindparam, exists, func, select, update
from sqlmodel import col

from router.carrier.api import AccountRefused, Carrier, CarrierError
from router.flows.ripples import CALM, Ripples
from router.flows.senders import Sender, find_sender
from router.flows.sending.conclusions import Look, conclude
from router.flows.sending.doubts import IS_TO_BE_LOOKED_UP, Doubt, look_up_times, read_doubts
from router.flows.sending.leases import LOOK_BACK, lease_of
from router.flows.sending.strays import keep_stray, merge_strays
from router.flows.sending.witnesses import Log
from router.flows.world import World
from router.store.rows import AnySelect, is_unfinished, table
from router.store.server_clock import is_astray
from router.store.tables import Message, Number, Thread

BUDGET_SECONDS = 20.0
IN_VAIN = 2  # looks in a row: the others of a sender are not tried before all have waited


_OF_TENANT = col(Message.tenant_id) == bindparam("tenant")
_HAS_RUN_OUT = (col(Message.state) == "sending") & (col(Message.lease_until) < bindparam("now"))
_ITS_UNFINISHED = (
    (col(Message.tenant_id) == col(Number.tenant_id))
    & (col(Message.number) == col(Number.address))
    & is_unfinished()
)
_UNSETTLED = select(col(Number.id)).where(exists().where(_ITS_UNFINISHED, IS_TO_BE_LOOKED_UP))
_WITH_RUN_OUT: AnySelect = select(col(Number.tenant_id), col(Number.address)).where(
    exists().where(_ITS_UNFINISHED, _HAS_RUN_OUT)
)
_EXPIRE = (
    update(table(Message))
    .where(_OF_TENANT, col(Message.number) == bindparam("address"), is_unfinished(), _HAS_RUN_OUT)
    .values(state="unknown", reason="lease ran out", updated_at=bindparam("now"))
)
_HOLD: AnySelect = (
    select(col(Thread.id))
    .where(col(Thread.tenant_id) == bindparam("tenant"), col(Thread.id) == bindparam("thread"))
    .with_for_update()
)
_SETTLE = (
    update(table(Message))
    .where(
        _OF_TENANT,
        col(Message.id) == bindparam("message"),
        col(Message.state) == "unknown",
        col(Message.token) == bindparam("claimed"),
    )
    .values(
        state=bindparam("becomes"),
        sid=bindparam("given"),
        reason=bindparam("why"),
        not_before=bindparam("until"),
        absences=func.coalesce(col(Message.absences), 0) + bindparam("absent"),
        updated_at=bindparam("now"),
    )
)


def settle(world: World, carrier: Carrier, sender_id: str) -> Ripples:
    """Settle one sender's doubts, unless our clock is astray; those that the carrier cannot answer
    yet stay for a while.
    """
    ends = world.monotonic() + BUDGET_SECONDS
    with world.store.read() as connection:
        sender = None if is_astray(connection) else find_sender(connection, sender_id)
    if sender is None:
        return CALM
    ripples, log = CALM, Log(carrier, lease_of(world.settings))
    in_vain = 0
    for doubt in read_doubts(world, sender):
        if in_vain < IN_VAIN:
            if world.monotonic() > ends:
                break  # the clock asks again
            look = _look(carrier, log, sender, doubt)
            in_vain = in_vain + 1 if look.standing == "away" else 0
        ripples |= _decide(world, sender, doubt, look)
    return ripples


def unsettled(world: World) -> frozenset[str]:
    """End the attempts whose lease has run out; the senders (opaque ids) that `settle` has work for
    now.
    """
    _expire_leases(world)
    with world.store.read() as connection:
        return frozenset(connection.execute(_UNSETTLED, look_up_times(world)).scalars())


def _expire_leases(world: World) -> None:
    """Whose process tells no end is in doubt: as `unknown` it holds its thread for a while only."""
    now = world.now()
    with world.store.read() as connection:
        rows = connection.execute(_WITH_RUN_OUT, {"now": now}).all()
        may_judge = rows and not is_astray(connection)
    if may_judge:
        with world.store.write() as connection:
            numbers = [{"tenant": row.tenant_id, "address": row.address} for row in rows]
            connection.execute(_EXPIRE, [number | {"now": now} for number in numbers])


def _look(carrier: Carrier, log: Log, sender: Sender, doubt: Doubt) -> Look:
    """The witnesses first: what they say must be true already when ours is looked for."""
    if not doubt.to:
        return Look([], "behind")
    try:
        standing, wait = log.standing(doubt.witnesses, doubt.attempted_at)
        listed = carrier.list_sent(doubt.to, sender.address, doubt.attempted_at - LOOK_BACK)
    except AccountRefused:
        return Look([], "away")
    except CarrierError as error:
        return Look([], "away" if error.temporary else "behind")
    return Look(listed, standing, wait)


def _decide(world: World, sender: Sender, doubt: Doubt, look: Look) -> Ripples:
    with world.store.write() as connection:
        _hold_thread(connection, sender, doubt)
        settlement = conclude(world, connection, sender, doubt, look)
        given = {
            "tenant": sender.tenant_id,
            "message": doubt.message_id,
            "claimed": doubt.token,
            "becomes": settlement.state,
            "given": settlement.sid,
            "why": settlement.reason,
            "until": settlement.not_before,
            "absent": int(settlement.is_absent),
            "now": world.now(),
        }
        connection.execute(_SETTLE, given)
        if settlement.news:
            keep_stray(world, connection, settlement.news)
    if settlement.state == "unknown":
        return CALM
    told = [(sender.tenant_id, settlement.news.sid)] if settlement.news else []
    return merge_strays(world, told) | Ripples(
        senders=frozenset({sender.id}), threads=frozenset({(sender.tenant_id, doubt.thread_id)})
    )


def _hold_thread(connection: Connection, sender: Sender, doubt: Doubt) -> None:
    """As a claim does: else a later text could be claimed while this one is being queued again."""
    connection.execute(_HOLD, {"tenant": sender.tenant_id, "thread": doubt.thread_id})
