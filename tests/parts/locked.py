"""Whether a file is locked by somebody just now."""

import fcntl
from pathlib import Path


def is_locked(file: Path) -> bool:
    """Of a writer's lock: whether somebody writes. Of its second file: whether somebody waits."""
    with file.open("a") as looked_at:
        try:
            fcntl.flock(looked_at, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return True
        return False
