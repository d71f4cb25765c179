"""PostgreSQL: how a connection is made, and how it spares itself round trips.

What gives nothing back is sent in libpq's pipeline and waited for together with what does, or with
the commit: a text that runs ten statements waits twice. Whoever asks for a cursor in the ordinary
way, as SQLAlchemy does, ends the pipeline.
"""

import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager, suppress
from typing import Any, cast

import psycopg
from psycopg.pq import PipelineStatus, TransactionStatus
from sqlalchemy import URL, Connection, Engine, create_engine, event
from sqlalchemy.exc import DisconnectionError

from router.store.outage import BUSY_SECONDS
from router.store.statement import RawRows, Values

FRESH_SECONDS = 1.0  # a connection that was used so lately is not asked whether it lives
STATEMENT_SECONDS = 30
SILENT_SECONDS = 40.0  # a server that keeps its own limits has answered by then
GONE_SECONDS = 10  # a host that acknowledges nothing is given up then, not after the system's hours
_TCP = {
    "keepalives_idle": 5,
    "keepalives_interval": 2,
    "keepalives_count": 3,
    "tcp_user_timeout": GONE_SECONDS * 1000,  # milliseconds
}


class PipelinedConnection(psycopg.Connection[Any]):
    """A connection that says BEGIN only where we do."""

    silent_seconds: float | None = SILENT_SECONDS
    _pipeline_in_use: ExitStack | None = None

    def wait(self, gen: Any, interval: float = 0.1, timeout: float | None = None) -> Any:
        """Wait for the server, but not for one that stands still: its own limits do so, too."""
        try:
            return super().wait(gen, interval, timeout or self.silent_seconds)
        except psycopg.errors._WaitTimeout:
            self.pgconn.finish()  # where it stands nobody knows
            raise

    def tell(self, sql: str, rows: Sequence[Values]) -> None:
        """Send for each of `rows`; what goes wrong is raised by whatever is waited for next."""
        for row in rows:
            self._send(sql, row)

    def ask(self, sql: str, values: Values) -> Callable[[], RawRows]:
        """Send; the function waits for the rows, and for what was sent before."""
        return self._send(sql, values).fetchall

    def cursor(self, *args: Any, **kwargs: Any) -> Any:
        """A cursor outside of the pipeline."""
        self._finish()
        return super().cursor(*args, **kwargs)

    def commit(self) -> None:
        """Commit, waited for together with what was sent before; else nothing is kept."""
        try:
            if self._pipeline_in_use is None:
                self._commit_plainly()
            else:
                self._send("COMMIT", {})
                self._finish()
        except psycopg.Error:
            with suppress(psycopg.Error):
                self.rollback()
            raise

    def rollback(self) -> None:
        """Roll back; an error of what was sent before is no news any more."""
        with suppress(psycopg.Error):
            self._finish()
        super().rollback()

    def _send(self, sql: str, values: Values) -> psycopg.Cursor[Any]:
        if self._pipeline_in_use is None:
            stack = ExitStack()
            stack.enter_context(self.pipeline())
            self._pipeline_in_use = stack
        return psycopg.Cursor(self).execute(sql, values, prepare=True)

    def _commit_plainly(self) -> None:
        """A transaction that has failed is no commit, though the server would answer as if."""
        if self.info.transaction_status == TransactionStatus.INERROR:
            raise psycopg.errors.InFailedSqlTransaction("it had failed before")
        super().commit()

    def _finish(self) -> None:
        used, self._pipeline_in_use = self._pipeline_in_use, None
        if used is None:
            return
        try:
            used.close()
        finally:
            if self.pgconn.pipeline_status != PipelineStatus.OFF:  # it was interrupted
                self.close()


def wait_for_statements(connection: Connection) -> None:
    """From now on a statement takes as long as a large database makes it take."""
    driver = cast("PipelinedConnection", connection.connection.driver_connection)
    driver.silent_seconds = None
    connection.exec_driver_sql("SET statement_timeout = 0")


@contextmanager
def without_limits(connection: Connection) -> Iterator[None]:
    """Statements that take as long as a large database makes them take, and wait for each other."""
    try:
        wait_for_statements(connection)
        connection.exec_driver_sql("SET lock_timeout = 0")
        yield
    finally:
        connection.invalidate()  # the next one that is made has its limits again


def make_engine(url: URL, pool_size: int) -> Engine:
    """An engine for the database that `url` names."""
    options = f"-c lock_timeout={BUSY_SECONDS}s -c statement_timeout={STATEMENT_SECONDS}s"
    limits = {"connect_timeout": BUSY_SECONDS, "options": options, **_TCP}
    engine = create_engine(
        url,
        connect_args={**limits, "autocommit": True},
        hide_parameters=True,  # an error that is logged must not quote what it was about
        pool_size=pool_size,
        max_overflow=pool_size,
        pool_timeout=BUSY_SECONDS,
        pool_use_lifo=True,  # the one that was used last has the most in its caches
    )
    event.listen(engine, "do_connect", _connect)
    event.listen(engine, "checkin", _note_use)
    event.listen(engine, "checkout", _see_whether_it_lives)
    return engine


def _connect(_dialect: object, _record: object, args: Any, given: Any) -> PipelinedConnection:
    return PipelinedConnection.connect(*args, **given)


def _note_use(_connection: object, record: Any) -> None:
    record.info["used_at"] = time.monotonic()


def _see_whether_it_lives(connection: PipelinedConnection, record: Any, _proxy: object) -> None:
    """A connection that lay idle may be one to a server that has gone since: a new one is made."""
    if time.monotonic() - record.info.get("used_at", time.monotonic()) < FRESH_SECONDS:
        return
    try:
        connection.silent_seconds = float(BUSY_SECONDS)
        connection.execute("")
    except psycopg.Error as error:
        raise DisconnectionError from error
    connection.silent_seconds = SILENT_SECONDS
