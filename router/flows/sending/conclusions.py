"""What is concluded of a doubt from what the carrier's log shows of it.

A text found there was sent. One that is not there was not, if the log has come to the end of its
attempt, and shows nothing else that may be it: it is queued again, unless it is a code. Whatever
the log cannot tell is a person's to decide; nothing is resent blindly.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

from sqlalchemy import Connection, bindparam, select
from sqlmodel import col

from router.carrier.api import Listed, StatusUpdate, state_after
from router.flows.senders import Sender
from router.flows.sending.doubts import (
    Doubt,
    has_been_overtaken,
    has_company,
    others_were_taken,
)
from router.flows.sending.leases import GIVE_UP_AFTER, accepted_within, grace_of
from router.flows.sending.merging import FAILURES
from router.flows.sending.unaccounted import may_be_in_other_words
from router.flows.sending.witnesses import Standing
from router.flows.world import World
from router.store.rows import AnySelect
from router.store.tables import Message

LAGS = "log lags"  # the reasons of what is looked up again
NEAR, AWAY, COMPANY = "log is near", "log is away", "another is sent"
LONGEST_OUTAGE = timedelta(hours=4)  # so long a carrier that is away leaves nothing to people
ALTERED, IN_VAIN = "other words", "in vain"
MOST_ABSENCES = 6  # of a text, where others of its number are taken meanwhile
MOST_ABSENCES_OF_ALL = 100  # and where none are: some four hours


@dataclass(frozen=True, slots=True)
class Settlement:
    """What a message is from now on; `not_before`: when it is looked up again, still in doubt;
    `is_absent`: the log shows that this attempt was not taken. `news`: that it was taken and
    failed, which is to be merged as its callback would be, with all that follows.
    """

    state: str
    sid: str | None = None
    news: StatusUpdate | None = None
    reason: str | None = None
    not_before: datetime | None = None
    is_absent: bool = False


@dataclass(frozen=True, slots=True)
class Look:
    """What the log showed of a doubt, and how far it had come; `wait`: what it still needs."""

    listed: Sequence[Listed]
    standing: Standing | Literal["away"]
    wait: timedelta = timedelta()


_SIDS: AnySelect = select(col(Message.sid), col(Message.first_sid)).where(
    col(Message.tenant_id) == bindparam("tenant"), col(Message.thread_id) == bindparam("thread")
)


def conclude(
    world: World, connection: Connection, sender: Sender, doubt: Doubt, look: Look
) -> Settlement:
    """What the log says of one doubt."""
    earliest, latest = accepted_within(world.settings, doubt.attempted_at)
    unclaimed = _unclaimed(connection, sender, doubt, look.listed)
    twins = _same_words(doubt, unclaimed, earliest)
    of_its_time = [one for one in twins if one.created_at <= latest]
    if of_its_time and has_company(connection, sender.tenant_id, doubt):
        return _later(world, doubt, COMPANY)
    if of_its_time:
        return _conclude_taken(of_its_time[0])
    if twins:  # another's, most likely; or the carrier's clock goes otherwise than ours
        is_overtaken = has_been_overtaken(connection, sender.tenant_id, doubt)
        return Settlement("review", reason="overtaken" if is_overtaken else "twin")
    if _has_come(doubt, look):
        return _conclude_absent(world, connection, sender, doubt, unclaimed)
    return _conclude_later(world, doubt, look)


def _conclude_taken(listed: Listed) -> Settlement:
    if listed.status in FAILURES:
        news = StatusUpdate(listed.sid, listed.status, listed.error_code)
        return Settlement("accepted", listed.sid, news)
    return Settlement(state_after("accepted", listed.status), listed.sid)


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
    age = world.now() - doubt.attempted_at
    if look.standing == "away":
        if age > LONGEST_OUTAGE:
            return Settlement("review", reason=AWAY)
        return _later(world, doubt, AWAY)
    if doubt.reason == LAGS and age > GIVE_UP_AFTER:
        return Settlement("review", reason=LAGS)
    if look.standing == "behind" or doubt.reason == LAGS:
        return _later(world, doubt, LAGS)
    wait = grace_of(world.settings) if look.standing == "trusted" else look.wait
    return _later(world, doubt, NEAR, wait)


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
        if has_company(connection, sender.tenant_id, doubt):
            return _later(world, doubt, COMPANY)
        return Settlement("review", reason=ALTERED)
    if _is_in_vain(connection, sender, doubt):
        return Settlement("review", reason=IN_VAIN)
    return Settlement("queued", is_absent=True)


def _is_in_vain(connection: Connection, sender: Sender, doubt: Doubt) -> bool:
    """Whether it is this text that cannot be sent, and not that nothing can: its thread waits."""
    absences = doubt.absences + 1
    if absences < MOST_ABSENCES:
        return False
    return absences >= MOST_ABSENCES_OF_ALL or others_were_taken(
        connection, sender.tenant_id, doubt.number, doubt.attempted_at
    )


def _later(world: World, doubt: Doubt, reason: str, wait: timedelta | None = None) -> Settlement:
    """Looked up again, soon if nothing says when; that the log was seen to lag is not forgotten."""
    told = LAGS if doubt.reason == LAGS else reason
    again = world.now() + (grace_of(world.settings) / 4 if wait is None else wait)
    return Settlement("unknown", reason=told, not_before=again)


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
