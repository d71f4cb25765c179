"""The SQLite file: for its owner alone, whatever the umask."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from router.store.engine import Store


@pytest.fixture(autouse=True)
def _usual_umask() -> Iterator[None]:
    before = os.umask(0o022)
    yield
    os.umask(before)


def modes(folder: Path) -> dict[str, int]:
    return {path.name: path.stat().st_mode & 0o777 for path in folder.iterdir()}


def write(file: Path) -> dict[str, int]:
    """Write into the database; the modes of all files while it is open."""
    store = Store(f"sqlite:///{file}")
    with store.write() as connection:
        connection.exec_driver_sql("CREATE TABLE entry (number INTEGER)")
    found = modes(file.parent)
    store.close()
    return found


def test_a_new_database_can_be_read_by_its_owner_alone(tmp_path: Path) -> None:
    found = write(tmp_path / "data" / "book.sqlite")
    assert {"book.sqlite", "book.sqlite-wal", "book.sqlite-shm"} <= set(found)
    assert set(found.values()) == {0o600}


def test_the_mode_of_a_database_that_is_there_is_its_owners_choice(tmp_path: Path) -> None:
    file = tmp_path / "book.sqlite"
    file.touch()
    file.chmod(0o640)
    assert write(file)["book.sqlite"] == 0o640
