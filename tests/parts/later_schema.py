"""A database as a later version of the program has left it."""

from collections.abc import Iterator
from contextlib import contextmanager

from router.store.engine import Store

LATER = "9999"


@contextmanager
def later_schema(store: Store) -> Iterator[None]:
    """For as long as the block takes; the database is of many tests."""
    with store.read() as connection:
        ours = connection.exec_driver_sql("SELECT version_num FROM alembic_version").scalar_one()
    _note(store, LATER)
    try:
        yield
    finally:
        _note(store, ours)


def _note(store: Store, revision: str) -> None:
    with store.write() as connection:
        connection.exec_driver_sql(f"UPDATE alembic_version SET version_num = '{revision}'")
