"""SQLite's writers: one by one, and one commit for those who wait at the same time.

A commit waits for the disk, and SQLite lets nobody write meanwhile. So whoever has written hands
the open transaction to the next in line, and the last one commits for all of them; nobody's `with`
block is left before that. Each is undone alone where it fails: all but the first write behind a
savepoint. What one sees of those before it is what it would see had they committed.
"""

import os
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy import Connection, Engine
from sqlalchemy.exc import DBAPIError

from router.store.file_lock import FileLock
from router.store.line import Line
from router.store.outage import BUSY_SECONDS, DatabaseDown
from router.store.statement import tell

PATIENCE_SECONDS = 2 * BUSY_SECONDS
GROUP_SECONDS = 0.005  # a transaction that has been open for longer is handed to nobody
PART = "part"


class Writer:
    """Lets the threads of this process write to a database file; `path` is of its lock."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._shared: _Shared | None = None
        self._begin_anew()

    @contextmanager
    def transaction(self, engine: Engine) -> Iterator[Connection]:
        """Write until the block ends; it is committed then, or undone where the block raises.

        Raises DatabaseDown where its turn does not come, or where what was written is lost.
        """
        if self._pid != os.getpid():  # what a fork has inherited is its parent's
            self._begin_anew()
        if not self._line.enter(PATIENCE_SECONDS):
            raise DatabaseDown("other threads keep the database")
        shared = self._join(engine)
        try:
            yield shared.connection
        except BaseException:
            shared.undo()
            self._hand_over(shared)
            raise
        shared.keep()
        self._hand_over(shared)
        shared.wait()

    def _begin_anew(self) -> None:
        self._pid = os.getpid()
        self._line = Line()
        self._lock = FileLock(self._path)
        self._shared = None

    def _join(self, engine: Engine) -> "_Shared":
        """The transaction of those before in line, or one that begins now."""
        if self._shared is not None:
            return self._join_shared(self._shared)
        try:
            self._lock.acquire()
            self._shared = _Shared(engine.connect())
        except BaseException:
            self._leave()
            raise
        return self._shared

    def _join_shared(self, shared: "_Shared") -> "_Shared":
        shared.join()
        if shared.lost is not None:
            self._hand_over(shared)
            shared.wait()
        return shared

    def _hand_over(self, shared: "_Shared") -> None:
        """To the next in line, if there is one and time; else end the transaction."""
        if shared.can_go_on() and self._line.pass_on():
            return
        try:
            shared.end()
        finally:
            self._leave()

    def _leave(self) -> None:
        self._shared = None
        self._lock.release()
        self._line.leave()


class _Shared:
    """A transaction that several write in, one after the other. `lost`: why it is not kept."""

    def __init__(self, connection: Connection) -> None:
        self.connection = connection
        self.lost: Exception | None = None
        try:
            self._transaction = connection.begin()
            tell(connection, "BEGIN IMMEDIATE")
        except BaseException:
            connection.close()
            raise
        self._until = time.monotonic() + GROUP_SECONDS
        self._is_first = True
        self._kept = 0
        self._ended = threading.Event()

    def join(self) -> None:
        """Begin what can be undone alone."""
        self._is_first = False
        self._try(f"SAVEPOINT {PART}")

    def keep(self) -> None:
        """What was written since is to be kept."""
        self._kept += 1
        if not self._is_first:
            self._try(f"RELEASE {PART}")

    def undo(self) -> None:
        """What was written since is not."""
        if not self._is_first:
            self._try(f"ROLLBACK TO {PART}")
            self._try(f"RELEASE {PART}")

    def can_go_on(self) -> bool:
        """Whether somebody else may write in it, too."""
        return self._kept > 0 and self.lost is None and time.monotonic() < self._until

    def end(self) -> None:
        """Commit, where there is something to keep, give the connection back, and tell everyone who
        waits.
        """
        try:
            if self._kept and self.lost is None:
                self._transaction.commit()
            else:
                self._transaction.rollback()
        except DBAPIError as error:
            self.lost = self.lost or error
        finally:
            if self.lost is not None:
                self.connection.invalidate()  # it is not used again
            self.connection.close()
            self._ended.set()

    def wait(self) -> None:
        """Return once it is committed. Raises DatabaseDown where it is lost."""
        self._ended.wait()
        if self.lost is not None:
            raise DatabaseDown("what was written could not be kept") from self.lost

    def _try(self, command: str) -> None:
        """SQLite undoes a whole transaction by itself where the disk is full or fails."""
        try:
            tell(self.connection, command)
        except DBAPIError as error:
            self.lost = self.lost or error
