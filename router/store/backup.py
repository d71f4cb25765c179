"""A copy of a SQLite database while it is at work: whole, checked, and for its owner alone."""

import os
import sqlite3
from contextlib import closing
from pathlib import Path

from router.store.disk import sync_folder

IN_ONE_STEP = -1  # in several SQLite begins anew whenever somebody commits in between


class BackupError(Exception):
    """There is no whole copy; the message says why."""


def copy_sqlite(database: Path, target: Path) -> None:
    """Copy the database to `target`, which is replaced once the copy is whole and on disk.

    BackupError where it cannot be read, written, or is found damaged.
    """
    fresh = target.with_name(target.name + ".new")
    try:
        os.close(os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600))
        _copy(database, fresh)
        with fresh.open("rb") as file:
            os.fsync(file.fileno())
        fresh.replace(target)
        sync_folder(target.parent)
    except (OSError, sqlite3.Error) as error:
        raise BackupError(str(error)) from error
    finally:
        fresh.unlink(missing_ok=True)


def _copy(database: Path, fresh: Path) -> None:
    """In WAL mode who reads for long holds up nobody who writes."""
    with (
        closing(sqlite3.connect(f"{database.resolve().as_uri()}?mode=ro", uri=True)) as source,
        closing(sqlite3.connect(fresh)) as copy,
    ):
        source.backup(copy, pages=IN_ONE_STEP)
        copy.execute("PRAGMA journal_mode=DELETE")  # one file, with nothing beside it
        (verdict,) = copy.execute("PRAGMA quick_check(1)").fetchone()
        if verdict != "ok":
            raise BackupError(f"the copy is damaged: {verdict}")
