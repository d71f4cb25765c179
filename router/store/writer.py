"""SQLite's writers: one by one, and one commit for those who wait at the same time.

A commit waits for the disk, and SQLite lets nobody write meanwhile. So whoever has written hands
the open transaction to the next in line, and the last one commits for all of them; nobody's `with`
block is left before that. Each is undone alone where it fails: all but the first write behind a
savepoint. What one sees of those before it is what it would see had they committed.
"""

import os
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy import Connection

from router.store.file_lock import FileLock
from router.store.line import Line
from router.store.outage import DatabaseDown
from router.store.statement import tell

PATIENCE_SECONDS = 8.0  # with SQLite's own BUSY_SECONDS less than the carrier waits for an answer
GROUP_SECONDS = 0.005  # a transaction that has been open for longer is handed to nobody
PART = "part"

Connect = Callable[[], Connection]


class Writer:
    """Lets the threads of this process write to a database file; `path` is of its lock."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._shared: _Shared | None = None
        self._begin_anew()

    @contextmanager
    def transaction(self, connect: Connect, *, alone: bool = False) -> Iterator[Connection]:
        """Write until the block ends, on a connection of `connect`; it is committed then, or undone
        where the block raises.

        Raises DatabaseDown where its turn does not come, or where what was written is lost.
        """
        if self._pid != os.getpid():  # what a fork has inherited is its parent's
            self._begin_anew()
        gives_up_at = time.monotonic() + PATIENCE_SECONDS
        if not self._line.enter(PATIENCE_SECONDS):
            raise DatabaseDown("other threads keep the database")
        shared = self._join(connect, gives_up_at, alone=alone)
        try:
            try:
                shared.join()
                yield shared.connection
            except BaseException:
                shared.undo()
                raise
            shared.keep()
        finally:
            self._hand_over(shared)
            shared.wait()  # also who failed: why may rest on what those before have written

    def _begin_anew(self) -> None:
        self._pid = os.getpid()
        self._line = Line(give_way=self._give_way)
        self._lock = FileLock(self._path)
        self._shared = None

    def _join(self, connect: Connect, gives_up_at: float, *, alone: bool) -> "_Shared":
        """The transaction of those before in line, or one that begins now."""
        try:
            if self._shared is not None and alone:
                before, self._shared = self._shared, None
                before.end()
            elif self._shared is None:
                self._lock.acquire(max(0.0, gives_up_at - time.monotonic()))
            if self._shared is None:
                self._shared = _Shared(connect(), alone=alone)
        except BaseException:
            self._leave()
            raise
        return self._shared

    def _hand_over(self, shared: "_Shared") -> None:
        """To the next in line, if there is one and time; else end the transaction."""
        if shared.can_go_on() and self._line.pass_on():
            return
        try:
            shared.end()
        finally:
            self._leave()

    def _give_way(self) -> None:
        if self._shared is None:
            self._leave()
        else:
            self._hand_over(self._shared)

    def _leave(self) -> None:
        self._shared = None
        self._lock.release()
        self._line.leave()


class _Shared:
    """A transaction that several write in, one after the other, or only one that is `alone`.

    `lost`: why it is not kept.
    """

    def __init__(self, connection: Connection, *, alone: bool) -> None:
        self.connection = connection
        self.lost: BaseException | None = None
        try:
            self._transaction = connection.begin()
            tell(connection, "BEGIN IMMEDIATE")
        except BaseException:
            connection.invalidate()
            connection.close()
            raise
        self._until = time.monotonic() + (0.0 if alone else GROUP_SECONDS)
        self._joined = self._kept = 0
        self._ended = threading.Event()

    def join(self) -> None:
        """Begin what can be undone alone. Raises DatabaseDown where all of it is lost already."""
        self._joined += 1
        if self._joined > 1:
            self._run(f"SAVEPOINT {PART}")
            self._raise_if_lost()

    def keep(self) -> None:
        """What was written since is to be kept."""
        self._kept += 1
        if self._joined > 1:
            self._run(f"RELEASE {PART}")

    def undo(self) -> None:
        """What was written since is not."""
        if self._joined > 1:
            self._run(f"ROLLBACK TO {PART}")
            self._run(f"RELEASE {PART}")

    def can_go_on(self) -> bool:
        """Whether somebody else may write in it, too."""
        return self._kept > 0 and self.lost is None and time.monotonic() < self._until

    def end(self) -> None:
        """Commit, where there is something to keep, give the connection back, and tell everyone who
        waits.
        """
        try:
            if self._kept:
                self._look()
            if self._kept and self.lost is None:
                self._transaction.commit()
            else:
                self._transaction.rollback()
        except BaseException as error:
            self.lost = self.lost or error
            if not isinstance(error, Exception):
                raise
        finally:
            if self.lost is not None:
                self.connection.invalidate()  # it is not used again
            self.connection.close()
            self._ended.set()

    def wait(self) -> None:
        """Return once it is committed. Raises DatabaseDown where it is lost."""
        self._ended.wait()
        self._raise_if_lost()

    def _raise_if_lost(self) -> None:
        if self.lost is not None:
            raise DatabaseDown("what was written could not be kept") from self.lost

    def _run(self, command: str) -> None:
        """Nothing is kept of a transaction in which this fails."""
        try:
            self._look()
            if self.lost is None:
                tell(self.connection, command)
        except BaseException as error:
            self.lost = self.lost or error
            if not isinstance(error, Exception):
                raise

    def _look(self) -> None:
        """SQLite undoes a whole transaction by itself where the disk is full or fails."""
        if not self.connection.connection.dbapi_connection.in_transaction:  # type: ignore[union-attr]  # sqlite3's own
            self.lost = self.lost or DatabaseDown("SQLite has undone it")
