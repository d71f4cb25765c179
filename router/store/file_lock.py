"""A lock among processes: a file that one of them at a time has locked, in the order they came."""

import fcntl
import os
import time
from contextlib import suppress
from pathlib import Path

from router.store.outage import DatabaseDown

SHORTEST_WAIT_SECONDS, LONGEST_WAIT_SECONDS = 0.0002, 0.002  # between two looks
COURTESY_SECONDS = 0.1  # for so long one who came before is let go first: it may have been stopped


class FileLock:
    """The lock of the file at `path`, which is made on first use, as is one beside it.

    Whoever waits looks again and again: the kernel's own waiting has no end, and a process that
    keeps the lock for long must cost texts no more than an answer of 503. So that a process that
    wants it all the time does not take it again between two looks of another, the second file says
    whose turn is next.
    """

    def __init__(self, path: Path) -> None:
        self._lock = _File(path)
        self._turn = _File(path.with_name(f"{path.name}-next"))

    def acquire(self, patience_seconds: float) -> None:
        """Take it. DatabaseDown where another process keeps it, or it cannot be had at all."""
        with suppress(DatabaseDown):
            self._turn.wait(COURTESY_SECONDS)
        try:
            if not self._lock.wait(patience_seconds):
                raise DatabaseDown("another process keeps the writers' lock")
        finally:
            self._turn.unlock()

    def release(self) -> None:
        """Give it back."""
        self._lock.unlock()


class _File:
    def __init__(self, path: Path) -> None:
        self._path = path
        self._descriptor: int | None = None

    def wait(self, most_seconds: float) -> bool:
        """Lock it; False where that took too long."""
        gives_up_at, wait = time.monotonic() + most_seconds, SHORTEST_WAIT_SECONDS
        while not self._is_locked():
            if time.monotonic() > gives_up_at:
                return False
            time.sleep(wait)
            wait = min(2 * wait, LONGEST_WAIT_SECONDS)
        return True

    def unlock(self) -> None:
        """Whether or not it is locked."""
        if self._descriptor is not None:
            fcntl.flock(self._descriptor, fcntl.LOCK_UN)

    def _is_locked(self) -> bool:
        try:
            if self._descriptor is None:
                self._descriptor = os.open(self._path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
            fcntl.flock(self._descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
        except OSError as error:
            raise DatabaseDown(f"{self._path}: {error.strerror}") from error
        return True
