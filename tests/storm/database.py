"""Database storm: PostgreSQL stopped at once, SQLite locked, the disk full, all under traffic."""

import sqlite3
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory

from router.store.engine import BUSY_SECONDS
from tests.storm.stage.cast import CLOCK, WEB, WORKER
from tests.storm.stage.people import AWAY, NO_ANSWER, Habits, texting
from tests.storm.stage.quiet import calm_down
from tests.storm.stage.referee import Figure, Leniency, examine
from tests.storm.stage.report import Say, tell
from tests.storm.stage.servers import Cluster
from tests.storm.stage.stage import POSTGRESQL, SQLITE, Stage, kinds, set_stage

ROLES = {WEB: 1, WORKER: 2, CLOCK: 1}
HABITS = Habits(a_second=15.0, fallback=0.3)
DISK_BYTES = 48 * 1024 * 1024
DOWN_SECONDS = 1.0
BETWEEN_SECONDS = 2.0


@dataclass(frozen=True, slots=True)
class Length:
    """How often what happens, and for how long."""

    stops: int
    locked_seconds: float
    fills: int
    full_seconds: float


@dataclass(frozen=True, slots=True)
class Blow:
    """Something that happens to the database so many times; `is_felt`: too long to wait it out."""

    name: str
    times: int
    strike: Callable[[], None]
    is_felt: bool = True


SHORT = Length(2, 2.0, 1, 1.5)
LONG = Length(10, 20.0, 3, 10.0)


def run(say: Say, seed: int, short: bool) -> bool:
    """Each of them; whether only 2xx and 503 was answered, and what was acknowledged is there."""
    length = SHORT if short else LONG
    held = _storm_postgresql(say, seed, length.stops) if POSTGRESQL in kinds(say) else True
    with set_stage(SQLITE, ROLES) as stage:
        name = f"SQLite locked for {length.locked_seconds:g} s by another program"
        lock = partial(_lock, stage, length.locked_seconds)
        held &= _storm(say, stage, seed, Blow(name, 1, lock, length.locked_seconds > BUSY_SECONDS))
    with small_disk() as disk:
        if disk is None:
            say("\nThe disk is not filled: mounting a small one takes root")
            return held
        with set_stage(SQLITE, ROLES, data_dir=disk / "data") as stage:
            name = f"the disk full for {length.full_seconds:g} s"
            fill = partial(_fill, disk, length.full_seconds)
            held &= _storm(say, stage, seed, Blow(name, length.fills, fill))
    return held


def _storm_postgresql(say: Say, seed: int, stops: int) -> bool:
    with set_stage(POSTGRESQL, ROLES) as stage:
        assert stage.cluster is not None
        stop = partial(_stop_at_once, stage.cluster)
        return _storm(say, stage, seed, Blow("PostgreSQL stopped at once", stops, stop))


def _storm(say: Say, stage: Stage, seed: int, blow: Blow) -> bool:
    say(f"\n== database storm: {blow.name}, {blow.times} times; seed {seed}")
    with texting(stage.port, HABITS, seed) as people:
        for _ in range(blow.times):
            time.sleep(BETWEEN_SECONDS)
            blow.strike()
        time.sleep(BETWEEN_SECONDS)
    calm_down(stage)
    stage.cast.replace_deserters()
    stage.cast.stop()
    say(f"webhooks answered: {people.diary}")
    statuses = people.diary.statuses
    answers = [Figure("not answered", statuses[NO_ANSWER], 0)]
    if blow.is_felt:
        answers.append(Figure("outages that nobody felt", int(not statuses[AWAY]), 0))
    return tell(say, [*examine(stage, people.diary, Leniency()), *answers])


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


def _fill(disk: Path, seconds: float) -> None:
    """Leave no byte, for a while."""
    ballast, until = disk / "ballast", time.monotonic() + seconds
    with ballast.open("wb", buffering=0) as file:
        while time.monotonic() < until:
            try:
                file.write(bytes(4096))
            except OSError:  # full: whatever becomes free is taken, too
                time.sleep(0.01)
    ballast.unlink()


@contextmanager
def small_disk() -> Iterator[Path | None]:
    """A disk of its own; None where it cannot be mounted."""
    with TemporaryDirectory(prefix="bh-", dir="/tmp") as folder:
        if not _mounts(folder):
            yield None
            return
        try:
            yield Path(folder)
        finally:
            subprocess.run(["umount", "--lazy", folder], check=True)


def _mounts(folder: str) -> bool:
    command = ["mount", "-t", "tmpfs", "-o", f"size={DISK_BYTES},mode=700", "none", folder]
    try:
        return subprocess.run(command, capture_output=True, check=False).returncode == 0
    except OSError:
        return False
