"""How far the database of this installation has come, noted outside of it, beside the ledger.

A database that has not come as far as this file says is older than it was: a backup was restored.
"""

import os
import threading
from datetime import datetime
from pathlib import Path

from router.store.disk import sync_folder

SUFFIX = ".high-water"


class HighWater:
    """The note that belongs to the ledger at `ledger`."""

    def __init__(self, ledger: Path) -> None:
        self.path = ledger.with_name(ledger.name + SUFFIX)

    def read(self) -> datetime | None:
        """The latest time that was noted; None where none is, or it cannot be read."""
        try:
            return datetime.fromisoformat(self.path.read_text().strip())
        except (OSError, ValueError):
            return None

    def note(self, at: datetime) -> None:
        """Put `at` in its place. OSError where it cannot be written."""
        self.path.parent.mkdir(parents=True, exist_ok=True)
        own = f"{os.getpid()}-{threading.get_ident()}"  # others note at the same time
        fresh = self.path.with_name(f"{self.path.name}.{own}.new")
        with fresh.open("w") as file:
            file.write(at.isoformat() + "\n")
            file.flush()
            os.fsync(file.fileno())  # a power cut is when backups are put in place
        fresh.replace(self.path)
        sync_folder(self.path.parent)
