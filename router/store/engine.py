"""The database: one transaction a flow, on SQLite or PostgreSQL.

SQLite: WAL, synchronous=FULL, secure_delete, and BEGIN IMMEDIATE behind a file lock of our own,
since SQLite's busy timeout polls and does not cover a lock upgrade. PostgreSQL: READ COMMITTED.
"""

import fcntl
import os
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, create_engine, event, make_url
from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError

BUSY_SECONDS = 5
SHORTEST_WAIT_SECONDS, LONGEST_WAIT_SECONDS = 0.0002, 0.002  # between looks at the writer lock


class DatabaseDown(Exception):
    """The database did not take the transaction; nothing of it is kept."""


class Store:
    """A database at `url`. Connections are made on first use, never at import."""

    def __init__(self, url: str, pool_size: int = 32) -> None:
        self.engine = _make_engine(url, pool_size)
        self.is_sqlite = self.engine.dialect.name == "sqlite"
        self._lock = _WriterLock(make_url(url).database) if self.is_sqlite else None

    @contextmanager
    def write(self) -> Iterator[Connection]:
        """A transaction that commits when the block ends well and rolls back when it raises."""
        with self._turn(), self._connection() as connection:
            if self.is_sqlite:
                connection.exec_driver_sql("BEGIN IMMEDIATE")
            with _committed(connection):
                yield connection

    @contextmanager
    def read(self) -> Iterator[Connection]:
        """A transaction that only reads and sees one state throughout."""
        with self._connection() as connection:
            if self.is_sqlite:
                connection.exec_driver_sql("BEGIN")
            else:
                connection.execution_options(isolation_level="REPEATABLE READ")
            yield connection
            connection.rollback()

    def scrub(self) -> bool:
        """Make deleted rows unreadable on disk too; False where a reader held that up."""
        with self._connection() as connection:
            if self.is_sqlite:
                busy: int = connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)").one()[0]
                return not busy
            connection.execution_options(isolation_level="AUTOCOMMIT")
            connection.exec_driver_sql("VACUUM")
            return True

    def close(self) -> None:
        """Give every connection back."""
        self.engine.dispose()

    @contextmanager
    def _turn(self) -> Iterator[None]:
        if self._lock is None:
            yield
            return
        with self._lock.held():
            yield

    @contextmanager
    def _connection(self) -> Iterator[Connection]:
        try:
            with self.engine.connect() as connection:
                yield connection
        except PoolTimeoutError as error:
            raise DatabaseDown("every connection of the pool is taken") from error
        except DBAPIError as error:
            if _is_outage(error):
                raise DatabaseDown(type(error.orig).__name__) from error
            raise


@contextmanager
def _committed(connection: Connection) -> Iterator[None]:
    try:
        yield
    except BaseException:
        with suppress(DBAPIError):
            connection.rollback()
        raise
    connection.commit()


def _is_outage(error: DBAPIError) -> bool:
    """These mean the database (a failover's read-only one too); all else is a fault of ours."""
    outages = {"OperationalError", "InterfaceError", "InternalError", "DisconnectionError"}
    return type(error).__name__ in outages


class _WriterLock:
    """Lets the writers of all threads and processes in one by one, without polling."""

    def __init__(self, database: str | None) -> None:
        self._path = Path(f"{database}.lock") if database and database != ":memory:" else None
        self._thread_lock = threading.Lock()
        self._descriptor: int | None = None
        self._pid: int | None = None

    @contextmanager
    def held(self) -> Iterator[None]:
        if not self._thread_lock.acquire(timeout=2 * BUSY_SECONDS):
            raise DatabaseDown("another thread holds the writer lock")
        try:
            descriptor = self._open()
            if descriptor is not None:
                _lock_file(descriptor)
            try:
                yield
            finally:
                if descriptor is not None:
                    fcntl.flock(descriptor, fcntl.LOCK_UN)
        finally:
            self._thread_lock.release()

    def _open(self) -> int | None:
        if self._path is None:
            return None
        if self._descriptor is None or self._pid != os.getpid():
            try:
                self._descriptor = os.open(self._path, os.O_RDWR | os.O_CREAT, 0o600)
            except OSError as error:
                raise DatabaseDown(f"{self._path}: {error.strerror}") from error
            self._pid = os.getpid()
        return self._descriptor


def _lock_file(descriptor: int) -> None:
    """Wait for the other processes, not for ever: one that is stopped lets go of nothing.

    Raises DatabaseDown.
    """
    gives_up_at, wait = time.monotonic() + 2 * BUSY_SECONDS, SHORTEST_WAIT_SECONDS
    while True:
        try:
            return fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            if time.monotonic() > gives_up_at:
                raise DatabaseDown("another process holds the writer lock") from None
        time.sleep(wait)
        wait = min(2 * wait, LONGEST_WAIT_SECONDS)


def _make_engine(url: str, pool_size: int) -> Engine:
    parsed = make_url(url)
    pool = {"pool_size": pool_size, "max_overflow": pool_size, "pool_timeout": BUSY_SECONDS}
    if parsed.get_backend_name() == "sqlite":
        if parsed.database:
            Path(parsed.database).parent.mkdir(parents=True, exist_ok=True)
        engine = create_engine(
            parsed, connect_args={"timeout": BUSY_SECONDS}, hide_parameters=True, **pool
        )
        event.listen(engine, "connect", _prepare_sqlite)
        return engine
    options = f"-c lock_timeout={BUSY_SECONDS}s -c statement_timeout=30s"
    return create_engine(
        parsed,
        pool_pre_ping=True,
        hide_parameters=True,  # an error that is logged must not quote what it was about
        connect_args={"connect_timeout": BUSY_SECONDS, "options": options},
        **pool,
    )


def _prepare_sqlite(connection: Any, _record: object) -> None:
    connection.isolation_level = None  # we say BEGIN ourselves
    for pragma in (
        "journal_mode=WAL",
        "synchronous=FULL",
        "secure_delete=ON",
        "foreign_keys=ON",
        f"busy_timeout={BUSY_SECONDS * 1000}",
    ):
        connection.execute(f"PRAGMA {pragma}")
