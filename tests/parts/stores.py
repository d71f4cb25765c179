"""The stores that the tests of one process use in turn: a statement is compiled once for all."""

from copy import copy

from sqlmodel import SQLModel

from router.store.engine import Store

_OTHERS = (
    "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
    "WHERE datname = current_database() AND pid <> pg_backend_pid() AND state <> 'idle'"
)


class Stores:
    """One store for each database."""

    def __init__(self) -> None:
        self._kept: dict[str, Store] = {}

    def lend(self, url: str) -> Store:
        """The store of the database at `url`; listeners to its engine are the borrower's alone."""
        kept = self._kept.get(url) or self._kept.setdefault(url, Store(url))
        lent = copy(kept)
        if kept._files is not None:  # each test has a file of its own under the same name
            kept.engine.dispose()
            lent._files = copy(kept._files)
            lent._files.begin_anew()
        lent.engine = kept.engine.execution_options()
        return lent

    def clear(self, url: str) -> None:
        """Remove every row of a PostgreSQL database, whatever still runs there."""
        with self.lend(url).write() as connection:
            connection.exec_driver_sql(_OTHERS)
            tables = SQLModel.metadata.tables
            connection.exec_driver_sql("; ".join(f'DELETE FROM "{name}"' for name in tables))

    def close(self) -> None:
        """Give every connection back."""
        for store in self._kept.values():
            store.close()
