"""The schema's version: bring a database up to date, or say whether it is behind or ahead."""

from functools import cache
from pathlib import Path
from typing import Literal

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection

from router.store import postgresql
from router.store.engine import Store

MIGRATIONS = Path(__file__).parent / "migrations"


class SchemaNewer(Exception):
    """The database stands at a migration that this program does not have; the message says so."""


def upgrade(store: Store) -> str:
    """Run every migration that is missing, in one transaction; the version it ends at.

    SchemaNewer where a later version of the program has been here.
    """
    with store.write() as connection:
        if _standing(connection) == "newer":
            raise SchemaNewer(
                f"the database has schema {_current(connection)}, of a later version of Bellhop "
                f"than this one, which knows {_newest()}: nothing is done. It works on that schema"
            )
        if not store.is_sqlite:  # an index over a large table takes its time
            postgresql.wait_for_statements(connection)
        command.upgrade(_config(connection), "head")
        return _current(connection) or ""


def standing(store: Store) -> Literal["current", "behind", "newer"]:
    """Where the database stands, as this program sees it. A newer one serves it as well: migrations
    add (docs/operations.md, Upgrading).
    """
    with store.read() as connection:
        return _standing(connection)


@cache
def _newest() -> str | None:
    """Found once a process: it reads every migration."""
    return ScriptDirectory(str(MIGRATIONS)).get_current_head()


@cache
def _known() -> frozenset[str]:
    scripts = ScriptDirectory(str(MIGRATIONS)).walk_revisions()
    return frozenset(script.revision for script in scripts)


def _standing(connection: Connection) -> Literal["current", "behind", "newer"]:
    current = _current(connection)
    if current == _newest():
        return "current"
    return "behind" if current is None or current in _known() else "newer"


def _current(connection: Connection) -> str | None:
    return MigrationContext.configure(connection).get_current_revision()


def _config(connection: Connection) -> Config:
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    config.set_main_option("path_separator", "os")
    config.attributes["connection"] = connection
    return config
