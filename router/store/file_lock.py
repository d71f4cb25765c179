"""A lock among processes: a file that one of them at a time has locked."""

import fcntl
import os
import time
from pathlib import Path

from router.store.outage import BUSY_SECONDS, DatabaseDown

LOOK_AGAIN_SECONDS = 0.001


class FileLock:
    """The lock of the file at `path`, which is made on first use.

    Whoever waits looks every millisecond: the kernel's own waiting has no end, and a process that
    keeps the lock for long must cost texts no more than an answer of 503.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._descriptor: int | None = None

    def acquire(self) -> None:
        """Take it. DatabaseDown where another process keeps it, or it cannot be had at all."""
        deadline = time.monotonic() + BUSY_SECONDS
        while not self._take():
            if time.monotonic() > deadline:
                raise DatabaseDown("another process keeps the writers' lock")
            time.sleep(LOOK_AGAIN_SECONDS)

    def release(self) -> None:
        """Give it back."""
        if self._descriptor is not None:
            fcntl.flock(self._descriptor, fcntl.LOCK_UN)

    def _take(self) -> bool:
        try:
            if self._descriptor is None:
                self._descriptor = os.open(self._path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
            fcntl.flock(self._descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
        except OSError as error:
            raise DatabaseDown(f"{self._path}: {error.strerror}") from error
        return True
