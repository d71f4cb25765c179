"""Whether the installation can work: each part with `ok` or what is wrong, cheap to ask often."""

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta

from redis.exceptions import RedisError
from sqlalchemy.exc import SQLAlchemyError

from router.flows.free_space import LEAST_BYTES, SCARCE, free_space
from router.flows.restoring.age import CLOCK, check_age
from router.flows.rulebooks.standing import all_standings
from router.flows.sending.stopped import stopped_senders
from router.flows.watermarks import mark
from router.flows.world import World
from router.jobs.redis import connect
from router.jobs.worker import has_worker
from router.store.engine import DatabaseDown
from router.store.outage import FileReplaced
from router.store.schema import standing
from router.store.server_clock import MOST_ASTRAY, clock_ahead

LOOKED_AT_FOR_SECONDS = 1.0
LATE = timedelta(seconds=30)
LONGEST_LOOK_SECONDS = 5.0
SILENT = "down: the database at DATABASE_URL does not answer"
UNKNOWN = "unknown: the database does not answer"


@dataclass(slots=True)
class Readiness:
    """What was found, for a second: however often it is asked for, the parts are asked once."""

    _lock: threading.Lock = field(default_factory=threading.Lock)
    _found: dict[str, str] = field(default_factory=dict)
    _good_until: float = 0.0

    def look(self, world: World) -> dict[str, str]:
        """Each part and note, with `ok` or what is wrong. Where a look takes long, since the server
        of the database stands still, nobody else waits for it.
        """
        if not self._lock.acquire(timeout=LONGEST_LOOK_SECONDS):
            return self._found | {"database": SILENT}
        try:
            if time.monotonic() >= self._good_until:
                looks = {**CHECKS, **NOTES}
                self._found = {name: look(world) or "ok" for name, look in looks.items()}
                self._good_until = time.monotonic() + LOOKED_AT_FOR_SECONDS
            return self._found
        finally:
            self._lock.release()


def _check_database(world: World) -> str | None:
    try:
        with world.store.read() as connection:
            connection.exec_driver_sql("SELECT 1")
    except FileReplaced:
        return "down: another file is in the place of the database: start this process again"
    except (DatabaseDown, SQLAlchemyError):
        return SILENT
    return None


def _check_age(world: World) -> str | None:
    try:
        older = check_age(world)
    except (DatabaseDown, SQLAlchemyError):
        return UNKNOWN
    except OSError:
        return None  # the note lies beside the ledger, whose own check tells
    return f"down: {older}; see `bellhop db restored`" if older else None


def _check_schema(world: World) -> str | None:
    try:
        is_behind = standing(world.store) == "behind"  # a newer one serves as well
    except (DatabaseDown, SQLAlchemyError):
        return UNKNOWN
    return "behind: run `bellhop db upgrade`" if is_behind else None


def _check_redis(world: World) -> str | None:
    try:
        with connect(world.settings.redis_url) as redis:
            redis.ping()
    except (RedisError, OSError):
        return "down: the Redis at REDIS_URL does not answer; texts are taken in all the same"
    return None


def _check_ledger(world: World) -> str | None:
    try:
        world.ledger.check_writable()
    except OSError as error:
        return f"down: LEDGER_PATH cannot be written ({error.strerror})"
    return None


def _check_rulebooks(world: World) -> str | None:
    try:
        standings, _ = all_standings(world)
    except (DatabaseDown, SQLAlchemyError):
        return UNKNOWN
    lost = ", ".join(one.tenant_id for one in standings if one.lost is not None)
    return f"down: what is in force does not load any more: {lost}; see doctor" if lost else None


def _check_disk(world: World) -> str | None:
    try:
        free, _ = free_space(world)
    except OSError as error:
        return f"down: DATA_DIR cannot be looked at ({error.strerror})"
    return f"full: {free // 1_000_000} MB are left in DATA_DIR" if free < LEAST_BYTES else None


def _note_disk(world: World) -> str | None:
    try:
        free, share = free_space(world)
    except OSError:
        return None  # said above
    if share >= SCARCE:
        return None
    return f"scarce: {free // 1_000_000} MB are left in DATA_DIR, {share:.0%} of the disk"


def _note_worker(world: World) -> str | None:
    with connect(world.settings.redis_url) as redis:
        return None if has_worker(redis) else "none listens: nothing is sent"


def _note_clock(world: World) -> str | None:
    try:
        with world.store.read() as connection:
            at = mark(connection, CLOCK)
    except (DatabaseDown, SQLAlchemyError):
        return UNKNOWN
    if at is None or world.now() - at > LATE:
        since = f" since {at:%Y-%m-%d %H:%M:%S} UTC" if at else ""
        return f"none has gone round{since}: no timer fires, no rulebook goes live"
    return None


def _note_time(world: World) -> str | None:
    try:
        with world.store.read() as connection:
            ahead = clock_ahead(connection)
    except (DatabaseDown, SQLAlchemyError):
        return UNKNOWN
    if abs(ahead) <= MOST_ASTRAY:
        return None
    off = f"{ahead.total_seconds():+.0f} s"
    return f"astray: {off} from the database's; nothing is sent from this machine until it is set"


def _note_senders(world: World) -> str | None:
    try:
        stopped = stopped_senders(world)
    except (DatabaseDown, SQLAlchemyError):
        return UNKNOWN
    told = [f"{one.name} of {one.tenant_id} (code {one.code})" for one in stopped]
    return f"stopped, the carrier refuses: {', '.join(told)}" if told else None


def _note_rule_files(world: World) -> str | None:
    try:
        standings, strays = all_standings(world)
    except (DatabaseDown, SQLAlchemyError):
        return UNKNOWN
    files = [*strays, *(found for one in standings for found in one.files)]
    return "; ".join(f"{found.file} is {found.state}" for found in files) or None


CHECKS: dict[str, Callable[[World], str | None]] = {
    "database": _check_database,
    "schema": _check_schema,
    "age": _check_age,
    "redis": _check_redis,
    "ledger": _check_ledger,
    "disk": _check_disk,
    "rulebooks": _check_rulebooks,
}
NOTES: dict[str, Callable[[World], str | None]] = {
    "rule_files": _note_rule_files,
    "worker": _note_worker,
    "clock": _note_clock,
    "time": _note_time,
    "senders": _note_senders,
    "disk_space": _note_disk,
}
