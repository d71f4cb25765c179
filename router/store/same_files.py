"""Whether the file that SQLite has open is still the one at its path.

A backup that is put in place under a process that goes on leaves it with the file of before, which
has no name any more: whatever it wrote would be acknowledged and lost. So it writes and reads no
more until it is started again, when it is seen how old the database is.
"""

import os
from pathlib import Path

import structlog

from router.store.outage import FileReplaced

Identity = tuple[int, int]

log = structlog.get_logger()


def identify(database: str | Path) -> Identity | None:
    """Device and inode of a file; None where there is none."""
    try:
        found = os.stat(database)  # noqa: PTH116 - a third of the time of Path.stat, at each transaction
    except OSError:
        return None
    return found.st_dev, found.st_ino


class SameFiles:
    """Watches over the database at `path` for one process; `begin_anew` once all is closed."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self.begin_anew()

    def begin_anew(self) -> None:
        """Whatever is at the path from now on is the database."""
        self._first: Identity | None = None
        self._is_lost = False

    def check(self, opened: Identity | None) -> None:
        """FileReplaced where a connection that has `opened` this file has another than the one at
        the path, or one that was looked at before has had.
        """
        self._first = self._first or opened
        if self._is_lost or identify(self._path) != opened or opened != self._first:
            if not self._is_lost:
                log.error("database_file_replaced")
            self._is_lost = True
            raise FileReplaced(f"{self._path} is another file than the one that is open: restart")
