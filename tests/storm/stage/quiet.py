"""The calm after a storm: waits until all that was to be sent is settled."""

import time
from collections.abc import Callable
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, exists, func, or_, select
from sqlalchemy.orm import aliased
from sqlmodel import col

from router.flows.sending.leases import LOOK_UP, grace_of
from router.flows.world import World
from router.store.rows import is_unfinished
from router.store.tables import Message, Timer
from tests.storm.stage.referee import count_stale, read_messages
from tests.storm.stage.stage import Stage

PATIENCE_SECONDS = 300.0
LOOK_SECONDS = 0.25
UNTIL_TIMERS_FIRE = timedelta(minutes=1)  # those of the rulebook's rules
SENT_WITHIN_SECONDS = 60.0
TRIED_WITHIN_SECONDS = 10.0  # of a carrier that answers nothing one text at a time is asked
LOOKS = 5  # in a row: what was settled may have let something else go


def close_down(stage: Stage, *, deaf: bool) -> None:
    """Let all that was begun come to its end, timers too; then end the processes in good order.

    `deaf`: callbacks were lost, so that there is no use in waiting for the last word on every text.
    """
    calm_down(stage)
    stage.carrier.advance(UNTIL_TIMERS_FIRE)
    calm_down(stage)
    if not deaf:
        hear_out(stage)
    stage.cast.replace_deserters()
    stage.cast.stop()


def calm_down(stage: Stage, patience_seconds: float = PATIENCE_SECONDS) -> float:
    """Wait until nothing is under way any more; how long that took. Ends once patience does."""
    began = time.monotonic()
    quiet = 0
    while quiet < LOOKS and time.monotonic() - began < patience_seconds:
        time.sleep(LOOK_SECONDS)
        quiet = 0 if is_busy(stage) else quiet + 1
    return time.monotonic() - began


def hear_out(stage: Stage, patience_seconds: float = PATIENCE_SECONDS) -> None:
    """Wait until all that the carrier had to say of our texts has been heard, or patience ends."""
    until = time.monotonic() + patience_seconds
    while time.monotonic() < until:
        out = {row.id: row for row in read_messages(stage.world) if row.direction == "out"}
        if not count_stale(out, stage.carrier.taken()):
            return
        time.sleep(LOOK_SECONDS)


def stand_still(world: World) -> None:
    """Wait until no text is on its way to the carrier, and none could set out; not for ever, since
    a carrier that answers nothing is tried with one text at a time.
    """
    _wait_while(lambda: _count(world, _is_sending() | _may_leave(world)), TRIED_WITHIN_SECONDS)
    _wait_while(lambda: _count(world, _is_sending()), SENT_WITHIN_SECONDS)


def _wait_while(what: Callable[[], int], patience_seconds: float) -> None:
    until = time.monotonic() + patience_seconds
    while what() and time.monotonic() < until:
        time.sleep(LOOK_SECONDS)


def _is_sending() -> ColumnElement[bool]:
    return col(Message.state) == "sending"


def _may_leave(world: World) -> ColumnElement[bool]:
    """Whether a text waits for nothing: neither for its time, nor behind another of its thread."""
    now, earlier = world.now(), aliased(Message)
    given_up = now - grace_of(world.settings) - LOOK_UP
    waits_behind = exists().where(
        col(earlier.tenant_id) == col(Message.tenant_id),
        col(earlier.thread_id) == col(Message.thread_id),
        is_unfinished(earlier),
        col(earlier.seq) < col(Message.seq),
        or_(col(earlier.state) != "unknown", col(earlier.attempted_at) > given_up),
    )
    is_time = or_(col(Message.not_before).is_(None), col(Message.not_before) <= now)
    return (col(Message.state) == "queued") & is_time & ~waits_behind


def is_busy(stage: Stage) -> bool:
    """Whether anything is still to be sent, settled, fired or taken in."""
    spooled = any((stage.settings.data_dir / "spool").glob("*.sealed"))
    return spooled or bool(count_unfinished(stage.world)) or _has_due_timers(stage.world)


def count_unfinished(world: World, until: datetime | None = None) -> int:
    """How many texts (decided until then) are still to be sent or settled."""
    unfinished = is_unfinished()
    if until is not None:
        unfinished &= col(Message.created_at) <= until
    return _count(world, unfinished)


def _count(world: World, which: ColumnElement[bool]) -> int:
    with world.store.read() as connection:
        counted = select(func.count()).select_from(Message).where(which)
        return int(connection.execute(counted).scalar_one())


def _has_due_timers(world: World) -> bool:
    with world.store.read() as connection:
        due = (col(Timer.state) == "waiting", col(Timer.due_at) <= world.now())
        counted = select(func.count()).select_from(Timer).where(*due)
        return bool(connection.execute(counted).scalar_one())
