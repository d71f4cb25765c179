"""Database storm: PostgreSQL stopped at once, SQLite locked, the disk full, all under traffic."""

import sqlite3
import time
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

from tests.storm.stage.cast import CLOCK, WEB, WORKER
from tests.storm.stage.people import AWAY, NO_ANSWER, Habits, People, texting
from tests.storm.stage.quiet import close_down
from tests.storm.stage.referee import Figure, Leniency, examine
from tests.storm.stage.report import Say, tell
from tests.storm.stage.servers import Cluster
from tests.storm.stage.stage import POSTGRESQL, SQLITE, Stage, kinds, set_stage

ROLES = {WEB: 1, WORKER: 2, CLOCK: 1}
HABITS = Habits(a_second=15.0, fallback=0.3)
DISK_BYTES = 48 * 1024 * 1024
DOWN_SECONDS = 1.0

Blow = Callable[[], None]
MANY = 4  # blows of a storm at length


@dataclass(frozen=True, slots=True)
class Length:
    """How often what happens, and for how long."""

    stops: int
    locks: int
    locked_seconds: float
    fills: int
    full_seconds: float
    between_seconds: float


SHORT = Length(1, 0, 20.0, 1, 1.0, 0.5)
LONG = Length(10, 1, 20.0, 3, 10.0, 2.0)


def run(say: Say, seed: int, short: bool) -> bool:
    """Each of them; whether only 2xx and 503 was answered, and what was acknowledged is there."""
    length = SHORT if short else LONG
    held = _storm_sqlite(say, seed, length)
    if POSTGRESQL in kinds(say):
        held &= _storm_postgresql(say, seed, length)
    return held


def _storm_sqlite(say: Say, seed: int, length: Length) -> bool:
    say(
        f"\n== database storm on {SQLITE}: locked by another program {length.locks} times for "
        f"{length.locked_seconds:g} s, disk full {length.fills} times for "
        f"{length.full_seconds:g} s; seed {seed}"
    )
    with set_stage(SQLITE, ROLES, disk_bytes=DISK_BYTES) as stage:
        blows: list[Blow] = [partial(_lock, stage, length.locked_seconds)] * length.locks
        if stage.has_small_disk:
            blows += [partial(_fill, stage, length.full_seconds)] * length.fills
        else:
            say("The disk is not filled: mounting a small one takes root")
        return _storm(say, stage, seed, blows, length.between_seconds)


def _storm_postgresql(say: Say, seed: int, length: Length) -> bool:
    say(f"\n== database storm on {POSTGRESQL}: stopped at once {length.stops} times; seed {seed}")
    with set_stage(POSTGRESQL, ROLES) as stage:
        assert stage.cluster is not None
        blows: list[Blow] = [partial(_stop_at_once, stage.cluster)] * length.stops
        return _storm(say, stage, seed, blows, length.between_seconds)


def _storm(say: Say, stage: Stage, seed: int, blows: list[Blow], pause_seconds: float) -> bool:
    with texting(stage.port, HABITS, seed) as people:
        felt = sum(_is_felt(people, blow, pause_seconds) for blow in blows)
        time.sleep(pause_seconds)
    close_down(stage, deaf=True)
    say(f"webhooks answered: {people.diary}")
    most_unfelt = 0 if len(blows) >= MANY else None  # one that is short may fall between two texts
    figures = [
        *examine(stage, people.diary, Leniency()),
        Figure("not answered", people.diary.statuses[NO_ANSWER], 0),
        Figure("outages that nobody felt", len(blows) - felt, most_unfelt),
    ]
    return tell(say, stage, figures)


def _is_felt(people: People, blow: Blow, pause_seconds: float) -> bool:
    """Strike after a pause; whether anybody was asked to try again."""
    time.sleep(pause_seconds)
    before = people.diary.statuses[AWAY]
    blow()
    return people.diary.statuses[AWAY] > before


def _stop_at_once(cluster: Cluster) -> None:
    cluster.stop_at_once()
    time.sleep(DOWN_SECONDS)
    cluster.start()


def _lock(stage: Stage, seconds: float) -> None:
    """As a program would that knows nothing of our own lock beside the file."""
    file = stage.settings.data_dir / "inn.sqlite"
    connection = sqlite3.connect(file, timeout=30, isolation_level=None)
    connection.execute("BEGIN IMMEDIATE")
    time.sleep(seconds)
    connection.execute("ROLLBACK")
    connection.close()


def _fill(stage: Stage, seconds: float) -> None:
    """Leave no byte on the disk, for a while."""
    ballast, until = stage.settings.data_dir / "ballast", time.monotonic() + seconds
    with ballast.open("wb", buffering=0) as file:
        while time.monotonic() < until:
            try:
                file.write(bytes(4096))
            except OSError:  # full: whatever becomes free is taken, too
                time.sleep(0.01)
    ballast.unlink()
