"""A database file that was replaced under an open store takes nothing that would be lost."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from sqlalchemy import text

from router.store.engine import DatabaseDown, Store


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "book.sqlite"


@pytest.fixture
def store(file: Path) -> Iterator[Store]:
    store = Store(f"sqlite:///{file}")
    with store.write() as connection:
        connection.execute(text("CREATE TABLE entry (number INTEGER)"))
    yield store
    store.close()


def write(store: Store, number: int) -> None:
    with store.write() as connection:
        connection.execute(text("INSERT INTO entry VALUES (:number)"), {"number": number})


def numbers(file: Path) -> list[int]:
    with closing(sqlite3.connect(file)) as reader:
        return [number for (number,) in reader.execute("SELECT number FROM entry")]


def back_up(file: Path) -> Path:
    copy = file.with_name("copy.sqlite")
    with closing(sqlite3.connect(file)) as source, closing(sqlite3.connect(copy)) as target:
        source.backup(target)
    return copy


def remove_what_is_beside(file: Path) -> None:
    for end in ("-wal", "-shm"):
        Path(f"{file}{end}").unlink()


def test_what_is_written_after_a_backup_was_put_in_place_is_not_acknowledged(
    store: Store, file: Path
) -> None:
    write(store, 1)
    back_up(file).replace(file)
    remove_what_is_beside(file)
    for _ in range(2):
        with pytest.raises(DatabaseDown, match="restart"):
            write(store, 2)
    with pytest.raises(DatabaseDown, match="restart"), store.read():
        pass
    assert numbers(file) == [1]


def test_connections_that_are_made_afterwards_do_not_go_on_either(store: Store, file: Path) -> None:
    write(store, 1)
    back_up(file).replace(file)
    remove_what_is_beside(file)
    with pytest.raises(DatabaseDown, match="restart"), store.read():
        pass
    store.engine.dispose()
    with pytest.raises(DatabaseDown, match="restart"):
        write(store, 2)


def test_a_store_that_was_closed_takes_the_file_that_is_there(store: Store, file: Path) -> None:
    write(store, 1)
    copy = back_up(file)
    store.close()
    copy.replace(file)
    write(store, 2)
    assert numbers(file) == [1, 2]


def test_files_that_stay_are_never_taken_for_others(store: Store, file: Path) -> None:
    other = Store(f"sqlite:///{file}")
    for number in range(5):
        write(store, number)
        write(other, number)
        assert store.scrub()
        other.close()  # leaves the -wal, since another has it open
        store.engine.dispose()  # the last one takes it away
    assert len(numbers(file)) == 10
