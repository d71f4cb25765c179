"""The time, as every process sees it: the real one, or one that the demo and tests move forward;
and the seconds that deadlines are counted in.
"""

import time
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Protocol


class Now(Protocol):
    """Tells the time: aware UTC."""

    def __call__(self) -> datetime: ...


def real_now() -> datetime:
    """The machine's own time."""
    return datetime.now(UTC)


_SINCE_BOOT = getattr(time, "CLOCK_BOOTTIME", None)  # Linux has it


def steady_seconds() -> float:
    """Seconds that only grow, for deadlines within a process. On Linux they go on while the machine
    is suspended, as the leases in the database do; time.monotonic stands still there.
    """
    return time.monotonic() if _SINCE_BOOT is None else time.clock_gettime(_SINCE_BOOT)


class MovableNow:
    """The machine's time plus an offset in seconds that all processes share through a file."""

    def __init__(self, file: Path) -> None:
        self._file = file

    def __call__(self) -> datetime:
        return datetime.now(UTC) + self.offset()

    def offset(self) -> timedelta:
        """How far the time has been moved; zero where nobody has."""
        try:
            return timedelta(seconds=float(self._file.read_text()))
        except FileNotFoundError:
            return timedelta()

    def advance(self, by: timedelta) -> datetime:
        """Move the time of all processes forward and return the new time."""
        moved = self.offset() + by
        self._file.parent.mkdir(parents=True, exist_ok=True)
        fresh = self._file.with_suffix(".new")
        fresh.write_text(str(moved.total_seconds()))
        fresh.replace(self._file)
        return datetime.now(UTC) + moved
