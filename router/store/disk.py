"""What is renamed or removed in a folder is so on disk, too."""

import os
from pathlib import Path


def sync_folder(folder: Path) -> None:
    """Return once the folder's entries are on disk."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
