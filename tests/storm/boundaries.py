"""A store that says when a transaction is about to begin, about to commit, and has committed."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Protocol

from sqlalchemy import Connection, Engine, create_engine, event
from sqlalchemy.pool import StaticPool

from router.store.engine import Store
from router.store.sqlite import SqliteConnection


class Watcher(Protocol):
    """Told at the boundaries of transactions; may raise, and what raises ends the flow there."""

    def before(self) -> None:
        """A transaction that writes is about to begin."""

    def committing(self) -> None:
        """All of it is written, and it is about to commit."""

    def committed(self) -> None:
        """It has committed."""

    def has_read(self) -> None:
        """A transaction that only reads is over."""


class WatchedStore(Store):
    """The store at `url`, with a watcher; in memory, and for one thread, where there is no URL."""

    def __init__(self, watcher: Watcher, url: str | None = None) -> None:
        if url is None:
            self.engine, self.is_sqlite = _in_memory(), True
            self._writer = self._files = None
        else:
            super().__init__(url)
        self._watcher = watcher

    @contextmanager
    def write(self, *, alone: bool = False) -> Iterator[Connection]:
        """See Store."""
        self._watcher.before()
        with super().write(alone=alone) as connection:
            yield connection
            self._watcher.committing()
        self._watcher.committed()

    @contextmanager
    def read(self) -> Iterator[Connection]:
        """See Store."""
        with super().read() as connection:
            yield connection
        self._watcher.has_read()


def _in_memory() -> Engine:
    engine = create_engine(
        "sqlite://",
        poolclass=StaticPool,
        connect_args={"factory": SqliteConnection},
        paramstyle="named",
    )

    def prepare(connection: object, _record: object) -> None:
        for pragma in ("synchronous=OFF", "journal_mode=MEMORY", "secure_delete=OFF"):
            connection.execute(f"PRAGMA {pragma}")  # type: ignore[attr-defined]  # sqlite3's own

    event.listen(engine, "connect", prepare)
    return engine
