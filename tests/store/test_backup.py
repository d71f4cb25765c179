"""A copy of a SQLite database is whole while others write, and leaves nothing half done."""

import sqlite3
import subprocess
import sys
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager
from pathlib import Path

import pytest

from router.store import backup
from router.store.backup import BackupError, copy_sqlite
from router.store.engine import Store

BUSY = """
import sqlite3, sys, time
connection = sqlite3.connect(sys.argv[1], isolation_level=None)
print("begins", flush=True)
while True:
    connection.execute("UPDATE pair SET two = two + 1 WHERE one = 0")
    time.sleep(0.005)
"""
PAGES = 15_000
SOON = 20.0


@pytest.fixture
def database(tmp_path: Path) -> Path:
    file = tmp_path / "bellhop.sqlite"
    store = Store(f"sqlite:///{file}")
    with store.write() as connection:
        connection.exec_driver_sql("CREATE TABLE pair (one INTEGER, two INTEGER)")
    store.close()
    return file


def test_a_copy_is_one_state_while_others_write(database: Path, tmp_path: Path) -> None:
    store, stopped = Store(f"sqlite:///{database}"), threading.Event()

    def write() -> None:
        number = 0
        while not stopped.is_set():
            with store.write() as connection:
                connection.exec_driver_sql("INSERT INTO pair (one) VALUES (?)", (number,))
                connection.exec_driver_sql("UPDATE pair SET two = one WHERE two IS NULL")
            number += 1

    writer = threading.Thread(target=write)
    writer.start()
    target = tmp_path / "copy.sqlite"
    for _ in range(3):
        copy_sqlite(database, target)
    stopped.set()
    writer.join()
    store.close()
    with closing(sqlite3.connect(target)) as copy:
        rows = copy.execute("SELECT one, two FROM pair ORDER BY one").fetchall()
    assert rows == [(number, number) for number in range(len(rows))]
    assert target.stat().st_mode & 0o777 == 0o600
    assert sorted(path.name for path in tmp_path.glob("copy*")) == ["copy.sqlite"]


@contextmanager
def _another_process_that_writes(database: Path) -> Iterator[None]:
    command = [sys.executable, "-c", BUSY, str(database)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as writer:
        assert writer.stdout is not None
        assert writer.stdout.readline()
        try:
            yield
        finally:
            writer.kill()


def test_a_large_database_is_copied_while_another_process_commits_all_the_time(
    database: Path, tmp_path: Path
) -> None:
    with closing(sqlite3.connect(database)) as filled:
        filled.execute("INSERT INTO pair VALUES (0, 0)")
        filled.execute("CREATE TABLE page (content BLOB)")
        numbers = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n LIMIT ?)"
        filled.execute(f"INSERT INTO page {numbers} SELECT zeroblob(3900) FROM n", (PAGES,))
        filled.commit()
    with ThreadPoolExecutor(1) as pool, _another_process_that_writes(database):
        pool.submit(copy_sqlite, database, tmp_path / "copy.sqlite").result(SOON)
    with closing(sqlite3.connect(tmp_path / "copy.sqlite")) as copy:
        assert copy.execute("SELECT count(*) FROM page").fetchone() == (PAGES,)


def test_an_older_copy_stays_where_the_new_one_fails(
    database: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    target = tmp_path / "copy.sqlite"
    target.write_bytes(b"the older one")

    def fail(*_: object) -> None:
        raise sqlite3.OperationalError("database or disk is full")

    with monkeypatch.context() as full:
        full.setattr(backup, "_copy", fail)
        with pytest.raises(BackupError, match="disk is full"):
            copy_sqlite(database, target)
    assert target.read_bytes() == b"the older one"
    assert not list(tmp_path.glob("*.new"))


@pytest.mark.parametrize("content", [b"no database at all, far from it", None])
def test_what_is_no_database_makes_no_copy(tmp_path: Path, content: bytes | None) -> None:
    database = tmp_path / "bellhop.sqlite"
    if content is not None:
        database.write_bytes(content * 100)
    with pytest.raises(BackupError):
        copy_sqlite(database, tmp_path / "copy.sqlite")
    assert not list(tmp_path.glob("copy*"))
