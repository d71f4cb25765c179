"""A scan for a person that holds the master key: rows opened, files read, Valkey dumped."""

from pathlib import Path
from typing import Any

import redis
from sqlalchemy import inspect, text

from router.flows.world import World
from router.store.sealing import SealError, TenantKeys

SEALED = {
    ("contact", "address"): "contact.address",
    ("contact", "attributes"): "contact.attributes",
    ("thread", "dialog"): "thread.dialog",
    ("message", "body"): "message.body",
    ("message", "media"): "message.media",
    ("decision", "inputs"): "decision.inputs",
    ("consentevent", "evidence"): "consent_event.evidence",
    ("timer", "payload"): "timer.payload",
    ("push_device", "subscription"): "push_device.subscription",
    ("staff", "name"): "staff.name",
    ("staff", "email"): "staff.email",
    ("staff", "mobile"): "staff.mobile",
}


def places_of(world: World, folder: Path, *wanted: str) -> list[str]:
    """Where any of `wanted` stands: `table.column`, a file's path, or `valkey`."""
    files = {*folder.rglob("*"), *_database_files(world)}
    return sorted(
        {*_in_database(world, wanted), *_in_files(files, wanted), *_in_valkey(world, wanted)}
    )


def _in_database(world: World, wanted: tuple[str, ...]) -> list[str]:
    found = []
    with world.store.read() as connection:
        for table in inspect(connection).get_table_names():
            for row in connection.execute(text(f'SELECT * FROM "{table}"')).mappings():
                keys = world.keys(connection, row["tenant_id"]) if "tenant_id" in row else None
                found += [
                    f"{table}.{column}"
                    for column, value in row.items()
                    if _holds(_opened(keys, table, column, row, value), wanted)
                ]
    return found


def _opened(keys: TenantKeys | None, table: str, column: str, row: Any, value: object) -> object:
    place = SEALED.get((table, column))
    if place is None or keys is None or value is None:
        return value
    row_id = row["message_id"] if table == "decision" else row["id"]
    try:
        return keys.open(place, row_id, bytes(row[column]))
    except SealError as error:
        raise AssertionError(f"{table}.{column} does not open: {error}") from error


def _database_files(world: World) -> list[Path]:
    """SQLite's own, which need not stand in DATA_DIR."""
    if not world.store.is_sqlite:
        return []
    database = Path(str(world.store.engine.url.database))
    return list(database.parent.glob(f"{database.name}*"))


def _in_files(paths: set[Path], wanted: tuple[str, ...]) -> list[str]:
    return [str(path) for path in paths if path.is_file() and _file_holds(path, wanted)]


def _file_holds(path: Path, wanted: tuple[str, ...]) -> bool:
    """False where the file has gone since it was found."""
    try:
        return _holds(path.read_bytes(), wanted)
    except FileNotFoundError:
        return False


def _in_valkey(world: World, wanted: tuple[str, ...]) -> list[str]:
    client = redis.Redis.from_url(world.settings.redis_url)
    keys: Any = client.keys("*")
    dumps = [key + (client.dump(key) or b"") for key in keys]
    client.close()
    return ["valkey"] if any(_holds(dump, wanted) for dump in dumps) else []


def _holds(value: object, wanted: tuple[str, ...]) -> bool:
    if isinstance(value, bytes | memoryview):
        return any(one.encode() in bytes(value) for one in wanted)
    return any(one in str(value) for one in wanted)
