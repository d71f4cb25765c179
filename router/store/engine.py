"""The database: one transaction a flow, on SQLite or PostgreSQL.

SQLite: WAL, synchronous=FULL, secure_delete, and BEGIN IMMEDIATE behind a file lock of our own,
since SQLite's busy timeout polls and does not cover a lock upgrade. PostgreSQL: READ COMMITTED.
"""

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import cast

from sqlalchemy import Connection, RootTransaction, make_url
from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError

from router.store import postgresql, sqlite
from router.store.outage import DatabaseDown
from router.store.same_files import SameFiles
from router.store.statement import tell
from router.store.writer import Writer

__all__ = ["CONNECTIONS", "DatabaseDown", "Store"]

POOL_SIZE = 32
CONNECTIONS = 2 * POOL_SIZE  # that a process makes at most


class Store:
    """A database at `url`. Connections are made on first use, never at import."""

    def __init__(self, url: str, pool_size: int = POOL_SIZE) -> None:
        parsed = make_url(url)
        self.is_sqlite = parsed.get_backend_name() == "sqlite"
        kind = sqlite if self.is_sqlite else postgresql
        self.engine = kind.make_engine(parsed, pool_size)
        file = parsed.database if self.is_sqlite else None
        self._writer = Writer(Path(f"{file}.lock")) if file else None
        self._files = SameFiles(Path(file)) if file else None

    @contextmanager
    def write(self, *, alone: bool = False) -> Iterator[Connection]:
        """A transaction that commits when the block ends well and rolls back when it raises.

        On SQLite writers that wait may share its commit, unless it is to be `alone`: where others
        must not see what may yet be lost.
        """
        with _outages_told():
            if self._writer is None:
                with self._transaction("BEGIN") as connection:
                    yield connection
            else:
                with self._writer.transaction(self._connect, alone=alone) as connection:
                    yield connection

    @contextmanager
    def read(self) -> Iterator[Connection]:
        """A transaction that only reads and sees one state throughout."""
        begin = "BEGIN" if self.is_sqlite else "BEGIN ISOLATION LEVEL REPEATABLE READ"
        with _outages_told(), self._transaction(begin) as connection:
            yield connection

    def scrub(self) -> bool:
        """Make deleted rows unreadable on disk too; False where a reader held that up."""
        with _outages_told(), self._connect() as connection:
            if self.is_sqlite:
                busy: int = connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)").one()[0]
                return not busy
            with postgresql.without_limits(connection):
                connection.exec_driver_sql("VACUUM")
            return True

    def close(self) -> None:
        """Give every connection back."""
        self.engine.dispose()
        if self._files is not None:
            self._files.begin_anew()

    def _connect(self) -> Connection:
        """A connection; FileReplaced where its file is not the database any more."""
        connection: Connection = self.engine.connect()
        if self._files is not None:
            try:
                driver = cast("sqlite.SqliteConnection", connection.connection.dbapi_connection)
                self._files.check(driver.opened)
            except BaseException:
                connection.close()
                raise
        return connection

    @contextmanager
    def _transaction(self, begin: str) -> Iterator[Connection]:
        with self._connect() as connection:
            transaction = connection.begin()
            try:
                tell(connection, begin)
                yield connection
                _commit(connection, transaction)
            except BaseException as error:
                with suppress(DBAPIError):
                    transaction.rollback()
                if isinstance(error, DBAPIError) and _is_outage(error):
                    connection.invalidate()  # it is not used again
                raise


def _commit(connection: Connection, transaction: RootTransaction) -> None:
    try:
        transaction.commit()
    except DBAPIError:
        raise
    except BaseException:
        connection.invalidate()  # nobody knows what it was interrupted in
        raise


@contextmanager
def _outages_told() -> Iterator[None]:
    try:
        yield
    except PoolTimeoutError as error:
        raise DatabaseDown("every connection of the pool is taken") from error
    except DBAPIError as error:
        if _is_outage(error):
            raise DatabaseDown(type(error.orig).__name__) from error
        raise


def _is_outage(error: DBAPIError) -> bool:
    """These mean the database (a failover's read-only one too); all else is a fault of ours."""
    outages = {"OperationalError", "InterfaceError", "InternalError", "DisconnectionError"}
    return type(error).__name__ in outages
