"""SQLite's writers: one by one, with one commit for those who wait, and each undone alone."""

import fcntl
import signal
import sqlite3
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import closing, suppress
from functools import partial
from pathlib import Path

import pytest
from sqlalchemy import Connection, event, text
from sqlalchemy.exc import OperationalError

from router.store import file_lock
from router.store import writer as writer_module
from router.store.engine import DatabaseDown, Store
from router.store.file_lock import FileLock
from router.store.writer import Writer
from tests.parts.locked import is_locked

SOON = 10.0


class Refused(Exception):
    """What a block raises."""


class Interrupted(Exception):
    """What a signal raises."""


def _interrupt() -> None:
    raise Interrupted


class Book:
    """A database file in which threads write their numbers."""

    def __init__(self, file: Path) -> None:
        self._file = file
        self.lock = Path(f"{file}.lock")
        self.store = Store(f"sqlite:///{file}")
        self.commits = 0
        with self.store.write() as connection:
            connection.execute(text("CREATE TABLE entry (number INTEGER PRIMARY KEY)"))
        event.listen(self.store.engine, "commit", self._count)

    def write(self, number: int, *, fails: bool = False) -> bool:
        """Write a number; whether it stands when the block has been left."""
        with self.store.write() as connection:
            connection.execute(text("INSERT INTO entry VALUES (:number)"), {"number": number})
            if fails:
                raise Refused
        return number in self.numbers

    @property
    def numbers(self) -> set[int]:
        """What anybody who reads now finds."""
        with closing(sqlite3.connect(self._file)) as reader:
            return {number for (number,) in reader.execute("SELECT number FROM entry")}

    def write_at_once(self, *writers: Callable[[], bool]) -> list[Future[bool]]:
        """Run writers that have lined up, in this order, behind one that writes 0."""
        with ThreadPoolExecutor(len(writers)) as pool:
            with self.store.write() as connection:
                connection.execute(text("INSERT INTO entry VALUES (0)"))
                done = []
                for place, writer in enumerate(writers, 1):
                    done.append(pool.submit(writer))
                    self.wait_for_a_line(place)
            return done

    def wait_for_a_line(self, length: int) -> None:
        """Return once so many wait to write."""
        until = time.monotonic() + SOON
        while len(self._writer._line._waiting) < length:
            assert time.monotonic() < until
            threading.Event().wait(0.001)

    @property
    def is_waited_for(self) -> bool:
        """Whether somebody stands in line to write."""
        return bool(self._writer._line._waiting)

    @property
    def _writer(self) -> Writer:
        assert self.store._writer is not None
        return self.store._writer

    def _count(self, _connection: Connection) -> None:
        self.commits += 1


@pytest.fixture
def book(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Book]:
    """A book whose transactions stay open for as long as somebody waits."""
    monkeypatch.setattr(writer_module, "GROUP_SECONDS", SOON)
    book = Book(tmp_path / "book.sqlite")
    yield book
    book.store.close()


def _writers(book: Book, *numbers: int, failing: int = -1) -> list[Callable[[], bool]]:
    return [partial(book.write, number, fails=number == failing) for number in numbers]


def test_those_who_wait_share_a_commit_and_none_goes_on_before_it(book: Book) -> None:
    done = book.write_at_once(*_writers(book, 1, 2, 3))
    assert [each.result(SOON) for each in done] == [True, True, True]
    assert book.numbers == {0, 1, 2, 3}
    assert book.commits == 1


def test_who_does_not_wait_commits_alone(book: Book) -> None:
    assert [book.write(number) for number in (1, 2, 3)] == [True, True, True]
    assert book.commits == 3


def test_a_transaction_that_has_been_open_for_long_is_handed_to_nobody(
    book: Book, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(writer_module, "GROUP_SECONDS", 0)
    done = book.write_at_once(*_writers(book, 1, 2))
    assert [each.result(SOON) for each in done] == [True, True]
    assert book.commits == 3


@pytest.mark.parametrize("failing", [1, 2, 3])
def test_who_fails_is_undone_alone(book: Book, failing: int) -> None:
    done = book.write_at_once(*_writers(book, 1, 2, 3, failing=failing))
    assert {type(each.exception(SOON)) for each in done} == {Refused, type(None)}
    assert book.numbers == {0, 1, 2, 3} - {failing}


def test_the_first_that_fails_takes_nobody_with_it(book: Book) -> None:
    with ThreadPoolExecutor(1) as pool:
        with suppress(Refused), book.store.write() as connection:
            connection.execute(text("INSERT INTO entry VALUES (0)"))
            done = pool.submit(book.write, 1)
            book.wait_for_a_line(1)
            raise Refused
        assert done.result(SOON)
    assert book.numbers == {1}


def test_a_commit_that_fails_fails_for_all_of_them(book: Book) -> None:
    def fail(connection: Connection) -> None:
        raise OperationalError("COMMIT", None, sqlite3.OperationalError("disk I/O error"))

    event.listen(book.store.engine, "commit", fail)
    with pytest.raises(DatabaseDown):
        book.write_at_once(*_writers(book, 1, 2))
    event.remove(book.store.engine, "commit", fail)
    assert book.numbers == set()
    assert book.write(3)


def test_a_commit_that_is_interrupted_is_kept_by_nobody(book: Book) -> None:
    def interrupt(_connection: Connection) -> None:
        raise Interrupted

    event.listen(book.store.engine, "commit", interrupt)
    with ThreadPoolExecutor(1) as pool:
        with suppress(Interrupted, DatabaseDown), book.store.write() as connection:
            connection.execute(text("INSERT INTO entry VALUES (0)"))
            done = pool.submit(book.write, 1)
            book.wait_for_a_line(1)
        assert isinstance(done.exception(SOON), (DatabaseDown, Interrupted))
    event.remove(book.store.engine, "commit", interrupt)
    assert book.numbers == set()
    assert book.write(3)


def test_who_is_interrupted_in_line_holds_nobody_up(book: Book) -> None:
    """The signal comes to this thread while it waits behind another that writes."""
    before = signal.signal(signal.SIGALRM, lambda *_: _interrupt())
    waits = threading.Event()

    def write_slowly() -> None:
        with book.store.write() as connection:
            connection.execute(text("INSERT INTO entry VALUES (0)"))
            waits.set()
            book.wait_for_a_line(1)
            signal.pthread_kill(threading.main_thread().ident or 0, signal.SIGALRM)
            until = time.monotonic() + SOON
            while book.is_waited_for and time.monotonic() < until:
                threading.Event().wait(0.001)

    with ThreadPoolExecutor(1) as pool:
        done = pool.submit(write_slowly)
        waits.wait(SOON)
        with pytest.raises(Interrupted):
            book.write(1)
        done.result(SOON)
    signal.signal(signal.SIGALRM, before)
    assert book.write(2)
    assert book.numbers == {0, 2}


def test_who_is_to_be_alone_neither_joins_others_nor_is_joined(book: Book) -> None:
    def write_alone() -> bool:
        with book.store.write(alone=True) as connection:
            connection.execute(text("INSERT INTO entry VALUES (2)"))
            assert book.numbers == {0, 1}  # those before have committed
        return True

    done = book.write_at_once(partial(book.write, 1), write_alone, partial(book.write, 3))
    assert [each.result(SOON) for each in done] == [True, True, True]
    assert book.commits == 3


def test_a_transaction_that_sqlite_has_undone_is_not_said_to_be_kept(book: Book) -> None:
    def lose(connection: Connection) -> None:
        connection.execute(text("INSERT INTO entry VALUES (1)"))
        connection.connection.dbapi_connection.execute("ROLLBACK")  # type: ignore[union-attr]  # as on a full disk

    with pytest.raises(DatabaseDown), book.store.write() as connection:
        lose(connection)
    assert book.numbers == set()


def test_a_turn_that_cannot_be_asked_for_keeps_nobody_from_writing(book: Book) -> None:
    book.lock.with_name(f"{book.lock.name}-next").unlink()
    book.lock.with_name(f"{book.lock.name}-next").mkdir()
    other = Store(str(book.store.engine.url))
    with other.write() as connection:
        connection.execute(text("INSERT INTO entry VALUES (1)"))
    other.close()
    assert book.numbers == {1}


def test_a_lock_that_another_process_keeps_ends_in_an_outage_not_in_a_wait(
    book: Book, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(writer_module, "PATIENCE_SECONDS", 0.05)
    with book.lock.open("r+") as theirs:
        fcntl.flock(theirs, fcntl.LOCK_EX)
        with pytest.raises(DatabaseDown, match="another process"):
            book.write(1)
    assert book.write(2)
    assert book.numbers == {2}


def test_whoever_waits_behind_others_for_another_process_waits_no_longer_than_they(
    book: Book, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(writer_module, "PATIENCE_SECONDS", 1.0)
    with book.lock.open("r+") as theirs:
        fcntl.flock(theirs, fcntl.LOCK_EX)
        began = time.monotonic()
        with ThreadPoolExecutor(10) as pool:
            done = [pool.submit(book.write, number) for number in range(10)]
            assert all(isinstance(each.exception(SOON), DatabaseDown) for each in done)
        assert time.monotonic() - began < 8, "one after the other they would take 10 s"


def test_a_process_that_waits_its_turn_goes_before_one_that_comes_again_and_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert file_lock.COURTESY_SECONDS >= 10 * file_lock.LONGEST_WAIT_SECONDS
    monkeypatch.setattr(file_lock, "COURTESY_SECONDS", SOON)
    eager, patient = (FileLock(tmp_path / "book.lock") for _ in range(2))
    order: list[str] = []

    def write() -> None:
        patient.acquire(SOON)
        order.append("patient")
        patient.release()

    eager.acquire(SOON)
    with ThreadPoolExecutor(1) as pool:
        waits = pool.submit(write)
        gives_up_at = time.monotonic() + SOON
        while not is_locked(tmp_path / "book.lock-next"):
            assert time.monotonic() < gives_up_at, "nobody waits"
            threading.Event().wait(0.001)
        eager.release()
        eager.acquire(SOON)  # at once
        order.append("eager")
        eager.release()
        waits.result(SOON)
    assert order == ["patient", "eager"]


def test_one_that_was_stopped_while_it_waited_its_turn_holds_nobody_up_for_long(
    tmp_path: Path,
) -> None:
    lock = FileLock(tmp_path / "book.lock")
    with (tmp_path / "book.lock-next").open("a") as theirs:
        fcntl.flock(theirs, fcntl.LOCK_EX)
        lock.acquire(SOON)
    lock.release()
