"""Whether this process lives, whether it can work, and its figures."""

import os
from collections.abc import Callable
from contextlib import suppress

from flask import Blueprint, Response, jsonify
from prometheus_client import CONTENT_TYPE_LATEST
from redis.exceptions import RedisError
from sqlalchemy.exc import SQLAlchemyError

from router.flows.dispatches.told import count_undone
from router.flows.rulebooks.standing import all_standings
from router.flows.world import World
from router.jobs.redis import connect
from router.store.engine import DatabaseDown
from router.store.schema import is_current
from router.web.parts import parts

pages = Blueprint("health", __name__)


@pages.get("/health/live")
def live() -> Response:
    """The process answers."""
    return jsonify(status="ok")


@pages.get("/health/ready")
def ready() -> tuple[Response, int]:
    """Each part with `ok` or what is wrong; 503 where any is down.

    A file that was refused makes nothing unready: what is in force works on.
    """
    found = {name: check(parts().world) or "ok" for name, check in CHECKS.items()}
    is_ready = all(state == "ok" for state in found.values())
    notes = {name: note(parts().world) or "ok" for name, note in NOTES.items()}
    return jsonify(ready=is_ready, **found, **notes), 200 if is_ready else 503


@pages.get("/metrics")
def metrics() -> Response:
    """The figures of this process, and of the dispatches in the database, for Prometheus."""
    parts().meters.streams.set(parts().seats.taken)
    with suppress(DatabaseDown, SQLAlchemyError):  # the other figures are told all the same
        parts().meters.show_dispatches(count_undone(parts().world))
    return Response(parts().meters.render(), content_type=CONTENT_TYPE_LATEST)


def _check_database(world: World) -> str | None:
    try:
        with world.store.read() as connection:
            connection.exec_driver_sql("SELECT 1")
    except (DatabaseDown, SQLAlchemyError):
        return "down: the database at DATABASE_URL does not answer"
    return None


def _check_schema(world: World) -> str | None:
    try:
        is_ready = is_current(world.store)
    except (DatabaseDown, SQLAlchemyError):
        return "unknown: the database does not answer"
    return None if is_ready else "behind: run `bellhop db upgrade`"


def _check_redis(world: World) -> str | None:
    try:
        with connect(world.settings.redis_url) as redis:
            redis.ping()
    except (RedisError, OSError):
        return "down: the Redis at REDIS_URL does not answer; texts are taken in all the same"
    return None


def _check_ledger(world: World) -> str | None:
    path = world.settings.ledger
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        os.close(os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600))
    except OSError as error:
        return f"down: LEDGER_PATH cannot be written ({error.strerror})"
    return None


def _check_rulebooks(world: World) -> str | None:
    try:
        standings, _ = all_standings(world)
    except (DatabaseDown, SQLAlchemyError):
        return "unknown: the database does not answer"
    lost = ", ".join(one.tenant_id for one in standings if one.lost is not None)
    return f"down: what is in force does not load any more: {lost}; see doctor" if lost else None


def _note_rule_files(world: World) -> str | None:
    try:
        standings, strays = all_standings(world)
    except (DatabaseDown, SQLAlchemyError):
        return "unknown: the database does not answer"
    files = [*strays, *(found for one in standings for found in one.files)]
    return "; ".join(f"{found.file} is {found.state}" for found in files) or None


CHECKS: dict[str, Callable[[World], str | None]] = {
    "database": _check_database,
    "schema": _check_schema,
    "redis": _check_redis,
    "ledger": _check_ledger,
    "rulebooks": _check_rulebooks,
}
NOTES: dict[str, Callable[[World], str | None]] = {"rule_files": _note_rule_files}
