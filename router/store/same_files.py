"""Whether the files that SQLite has open are still those at their paths.

A backup that is put in place under a process that goes on leaves it with the files of before, which
have no name any more: whatever it wrote would be acknowledged and lost. So it writes and reads no
more until it is started again, when it is seen how old the database is.
"""

import os
from pathlib import Path

import structlog

from router.store.outage import FileReplaced

Identity = tuple[tuple[int, int] | None, ...]

log = structlog.get_logger()


def identify(database: str | Path) -> Identity:
    """Device and inode of a database and of the `-wal` beside it; None for one that is not there.

    Connections keep the `-wal` for as long as one of them is open.
    """
    return tuple(_identify(f"{database}{end}") for end in ("", "-wal"))


class SameFiles:
    """Watches over the database at `path` for one process; `begin_anew` once all is closed."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self.begin_anew()

    def begin_anew(self) -> None:
        """Whatever is at the path from now on is the database."""
        self._first: tuple[int, int] | None = None
        self._is_lost = False

    def check(self, opened: Identity) -> None:
        """FileReplaced where a connection that has `opened` these has others than those at the
        path, or one that was looked at before has had.
        """
        found = identify(self._path)
        self._first = self._first or opened[0]
        if self._is_lost or found != opened or opened[0] != self._first:
            if not self._is_lost:
                log.error("database_file_replaced")
            self._is_lost = True
            raise FileReplaced(f"{self._path} is another file than the one that is open: restart")


def _identify(file: str) -> tuple[int, int] | None:
    try:
        found = os.stat(file)  # noqa: PTH116 - a third of the time of Path.stat, at each transaction
    except OSError:
        return None
    return found.st_dev, found.st_ino
