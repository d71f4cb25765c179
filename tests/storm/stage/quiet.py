"""The calm after a storm: waits until all that was to be sent is settled."""

import time
from datetime import datetime

from sqlalchemy import func, select
from sqlmodel import col

from router.flows.world import World
from router.store.rows import is_unfinished
from router.store.tables import Message, Timer
from tests.storm.stage.referee import count_stale, read_messages
from tests.storm.stage.stage import Stage

PATIENCE_SECONDS = 100.0
LOOK_SECONDS = 0.25
LOOKS = 5  # in a row: what was settled may have let something else go


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


def is_busy(stage: Stage) -> bool:
    """Whether anything is still to be sent, settled, fired or taken in."""
    spooled = any((stage.settings.data_dir / "spool").glob("*.sealed"))
    return spooled or bool(count_unfinished(stage.world)) or _has_due_timers(stage.world)


def count_unfinished(world: World, until: datetime | None = None) -> int:
    """How many texts (decided until then) are still to be sent or settled."""
    counted = select(func.count()).select_from(Message).where(is_unfinished())
    if until is not None:
        counted = counted.where(col(Message.created_at) <= until)
    with world.store.read() as connection:
        return int(connection.execute(counted).scalar_one())


def _has_due_timers(world: World) -> bool:
    with world.store.read() as connection:
        due = (col(Timer.state) == "waiting", col(Timer.due_at) <= world.now())
        counted = select(func.count()).select_from(Timer).where(*due)
        return bool(connection.execute(counted).scalar_one())
