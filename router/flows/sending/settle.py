"""What became of a text is not known: settled by a callback, else by the carrier's own log.

The log is asked only after a grace longer than it lags behind. A text found there was sent. One
that is not there was not, if the log shows what came to the carrier at that time, and nothing else
that may be it: it is queued again, unless it is a code. Whatever the log cannot settle is a
person's to decide; nothing is resent blindly.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

from sqlalchemy import Connection, bindparam, exists, select, update
from sqlmodel import col

from router.carrier.api import Carrier, CarrierError, Listed, state_after
from router.flows.ripples import CALM, Ripples
from router.flows.senders import Sender, find_sender
from router.flows.sending.doubts import (
    IS_TO_BE_LOOKED_UP,
    Doubt,
    has_been_overtaken,
    has_company,
    look_up_times,
    read_doubts,
)
from router.flows.sending.leases import (
    GIVE_UP_AFTER,
    LOOK_BACK,
    accepted_within,
    grace_of,
    lease_of,
)
from router.flows.sending.unaccounted import may_be_in_other_words
from router.flows.sending.witnesses import Log, Standing
from router.flows.world import World
from router.store.rows import AnySelect, is_unfinished, table
from router.store.tables import Message, Number, Thread

BUDGET_SECONDS = 20.0
IN_VAIN = 2  # looks in a row: the others of a sender are not tried before all have waited
LAGS = "log lags"  # the reasons of what is looked up again
NEAR, AWAY, COMPANY = "log is near", "log is away", "another is sent"
LONGEST_OUTAGE = timedelta(hours=4)  # so long a carrier that is away leaves nothing to people
ALTERED = "other words"


@dataclass(frozen=True, slots=True)
class Settlement:
    """What a message is from now on; `not_before`: when it is looked up again, still in doubt."""

    state: str
    sid: str | None = None
    reason: str | None = None
    not_before: datetime | None = None


@dataclass(frozen=True, slots=True)
class Look:
    """What the log showed of a doubt, and how far it had come; `wait`: what it still needs."""

    listed: Sequence[Listed]
    standing: Standing | Literal["away"]
    wait: timedelta = timedelta()


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
_SIDS: AnySelect = select(col(Message.sid), col(Message.first_sid)).where(
    _OF_TENANT, col(Message.thread_id) == bindparam("thread")
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
        updated_at=bindparam("now"),
    )
)


def settle(world: World, carrier: Carrier, sender_id: str) -> Ripples:
    """Settle one sender's doubts; those that the carrier cannot answer yet stay for a while."""
    ends = world.monotonic() + BUDGET_SECONDS
    with world.store.read() as connection:
        sender = find_sender(connection, sender_id)
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
    if rows:
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
    except CarrierError as error:
        return Look([], "away" if error.temporary else "behind")
    return Look(listed, standing, wait)


def _decide(world: World, sender: Sender, doubt: Doubt, look: Look) -> Ripples:
    with world.store.write() as connection:
        _hold_thread(connection, sender, doubt)
        settlement = _conclude(world, connection, sender, doubt, look)
        given = {
            "tenant": sender.tenant_id,
            "message": doubt.message_id,
            "claimed": doubt.token,
            "becomes": settlement.state,
            "given": settlement.sid,
            "why": settlement.reason,
            "until": settlement.not_before,
            "now": world.now(),
        }
        connection.execute(_SETTLE, given)
    if settlement.state == "unknown":
        return CALM
    return Ripples(
        senders=frozenset({sender.id}), threads=frozenset({(sender.tenant_id, doubt.thread_id)})
    )


def _hold_thread(connection: Connection, sender: Sender, doubt: Doubt) -> None:
    """As a claim does: else a later text could be claimed while this one is being queued again."""
    connection.execute(_HOLD, {"tenant": sender.tenant_id, "thread": doubt.thread_id})


def _conclude(
    world: World, connection: Connection, sender: Sender, doubt: Doubt, look: Look
) -> Settlement:
    """What the log says of one doubt."""
    earliest, latest = accepted_within(world.settings, doubt.attempted_at)
    unclaimed = _unclaimed(connection, sender, doubt, look.listed)
    twins = _same_words(doubt, unclaimed, earliest)
    of_its_time = [one for one in twins if one.created_at <= latest]
    if of_its_time and has_company(connection, sender.tenant_id, doubt):
        return _later(world, doubt, grace_of(world.settings) / 4, COMPANY)
    if of_its_time:
        return Settlement(state_after("accepted", of_its_time[0].status), of_its_time[0].sid)
    if twins:  # another's, most likely; or the carrier's clock goes otherwise than ours
        is_overtaken = has_been_overtaken(connection, sender.tenant_id, doubt)
        return Settlement("review", reason="overtaken" if is_overtaken else "twin")
    if _has_come(doubt, look):
        return _conclude_absent(world, connection, sender, doubt, unclaimed)
    return _conclude_later(world, doubt, look)


def _has_come(doubt: Doubt, look: Look) -> bool:
    """Whether the log has come to the end of the attempt. Once it was seen to lag behind for longer
    than the grace, only proof is believed.
    """
    if look.standing == "proven" or doubt.reason == LAGS:
        return look.standing == "proven"
    if look.standing == "trusted":
        return doubt.reason != AWAY  # it may have come back with more of a lag than it had
    return look.standing == "soon" and doubt.reason == NEAR


def _conclude_later(world: World, doubt: Doubt, look: Look) -> Settlement:
    """The log has not come so far, as far as can be told. One that is away is waited for; and one
    that lags, though the attempt may be long ago, until the look after that which shows it.
    """
    age, again = world.now() - doubt.attempted_at, grace_of(world.settings) / 4
    if look.standing == "away":
        if age > LONGEST_OUTAGE:
            return Settlement("review", reason=AWAY)
        return _later(world, doubt, again, AWAY)
    if doubt.reason == LAGS and age > GIVE_UP_AFTER:
        return Settlement("review", reason=LAGS)
    if look.standing == "behind" or doubt.reason == LAGS:
        return _later(world, doubt, again, LAGS)
    wait = grace_of(world.settings) if look.standing == "trusted" else look.wait
    return _later(world, doubt, wait, NEAR)


def _conclude_absent(
    world: World,
    connection: Connection,
    sender: Sender,
    doubt: Doubt,
    unclaimed: Sequence[Listed],
) -> Settlement:
    """Nothing has its words, so that it was not taken, unless it is there in others. Queued again
    it may not come out of order, nor be a code.
    """
    if doubt.kind == "code":
        return Settlement("review", reason="code")
    if has_been_overtaken(connection, sender.tenant_id, doubt):
        return Settlement("review", reason="overtaken")
    if may_be_in_other_words(world, connection, sender.tenant_id, doubt, unclaimed):
        is_another = has_company(connection, sender.tenant_id, doubt)
        wait = grace_of(world.settings) / 4
        if is_another:
            return _later(world, doubt, wait, COMPANY)
        return Settlement("review", reason=ALTERED)
    return Settlement("queued")


def _later(world: World, doubt: Doubt, wait: timedelta, reason: str) -> Settlement:
    """That the log was seen to lag is not forgotten."""
    told = LAGS if doubt.reason == LAGS else reason
    return Settlement("unknown", reason=told, not_before=world.now() + wait)


def _same_words(doubt: Doubt, listed: Sequence[Listed], earliest: datetime) -> list[Listed]:
    """Oldest first: what has the same words and is not older than the attempt."""
    same = [one for one in listed if one.body == doubt.body and one.created_at >= earliest]
    return sorted(same, key=lambda one: one.created_at)


def _unclaimed(
    connection: Connection, sender: Sender, doubt: Doubt, listed: Sequence[Listed]
) -> list[Listed]:
    """Those whose SID no other message of the thread bears, or has borne."""
    if not listed:
        return []
    whose = {"tenant": sender.tenant_id, "thread": doubt.thread_id}
    rows = connection.execute(_SIDS, whose)
    taken = {sid for row in rows for sid in row}
    return [one for one in listed if one.sid not in taken]
