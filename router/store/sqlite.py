"""SQLite: how its connections are made."""

import os
import sqlite3
import threading
from collections.abc import Callable, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any

from sqlalchemy import URL, Engine, create_engine

from router.store.outage import BUSY_SECONDS
from router.store.same_files import identify
from router.store.statement import RawRows, Values

PRAGMAS = (
    "journal_mode=WAL",
    "synchronous=FULL",
    "secure_delete=ON",
    "foreign_keys=ON",
    f"busy_timeout={BUSY_SECONDS * 1000}",
)
_MAKING = threading.Lock()


class SqliteConnection(sqlite3.Connection):
    """A connection that says BEGIN only where we do; `opened` is the file that it has open."""

    def __init__(self, database: str, *args: Any, **kwargs: Any) -> None:
        _make(database)
        super().__init__(database, *args, **kwargs)
        self.isolation_level = None
        for pragma in PRAGMAS:
            self.execute(f"PRAGMA {pragma}")
        self.opened = identify(database)

    def tell(self, sql: str, rows: Sequence[Values]) -> None:
        """Run for each of `rows`."""
        for row in rows:
            self.execute(sql, row)

    def ask(self, sql: str, values: Values) -> Callable[[], RawRows]:
        """Run; the function gives the rows."""
        return self.execute(sql, values).fetchall


def _make(database: str) -> None:
    """Make the file for its owner alone, where there is none; those beside it are made alike.

    One thread at a time: to close a file takes away the locks that SQLite has on it.
    """
    if database != ":memory:":
        with _MAKING, suppress(OSError):  # it is there, or SQLite says why it cannot be
            os.close(os.open(database, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600))


def make_engine(url: URL, pool_size: int) -> Engine:
    """An engine for the file that `url` names; its folder is made, and the file on first use."""
    if url.database:
        Path(url.database).parent.mkdir(parents=True, exist_ok=True)
    return create_engine(
        url,
        connect_args={"timeout": BUSY_SECONDS, "factory": SqliteConnection},
        paramstyle="named",  # as statements bind their values
        hide_parameters=True,  # an error that is logged must not quote what it was about
        pool_size=pool_size,
        max_overflow=pool_size,
        pool_timeout=BUSY_SECONDS,
        pool_use_lifo=True,  # the one that was used last has the most in its caches
    )
