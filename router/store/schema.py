"""The schema's version: bring a database up to date, or say how far behind it is."""

from functools import cache
from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection

from router.store.engine import Store

MIGRATIONS = Path(__file__).parent / "migrations"


def upgrade(store: Store) -> str:
    """Run every migration that is missing, in one transaction; the version it ends at."""
    with store.write() as connection:
        if not store.is_sqlite:  # an index over a large table takes its time
            connection.exec_driver_sql("SET LOCAL statement_timeout = 0")
        command.upgrade(_config(connection), "head")
        return _current(connection) or ""


def is_current(store: Store) -> bool:
    """Whether the database stands at the newest migration."""
    with store.read() as connection:
        return _current(connection) == _newest()


def draft(store: Store, message: str) -> None:
    """Write a migration file for what the tables have and the database lacks (for developers)."""
    with store.write() as connection:
        command.revision(_config(connection), message=message, autogenerate=True)


@cache
def _newest() -> str | None:
    """Found once a process: it reads every migration."""
    return ScriptDirectory(str(MIGRATIONS)).get_current_head()


def _current(connection: Connection) -> str | None:
    return MigrationContext.configure(connection).get_current_revision()


def _config(connection: Connection) -> Config:
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    config.set_main_option("path_separator", "os")
    config.attributes["connection"] = connection
    return config
