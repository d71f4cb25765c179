"""Watermarks: how far something has come, by name."""

from datetime import datetime, timedelta

from sqlalchemy import Connection, select, update
from sqlmodel import col

from router.store.rows import insert_if_new
from router.store.tables import Watermark

CLOCKS_DIFFER = timedelta(minutes=1)  # those of our machines, at most

_PUT = insert_if_new(Watermark)


def mark(connection: Connection, name: str) -> datetime | None:
    """How far something has come; None where it has not begun."""
    return connection.execute(
        select(col(Watermark.at)).where(col(Watermark.name) == name)
    ).scalar_one_or_none()


def read_marks(connection: Connection) -> dict[str, datetime]:
    """How far everything has come."""
    rows = connection.execute(select(col(Watermark.name), col(Watermark.at)))
    return {row.name: row.at for row in rows}


def level_mark(connection: Connection, name: str, at: datetime, now: datetime) -> None:
    """As `raise_mark`; but one that lies ahead of now, by a clock that was wrong, comes back."""
    raise_mark(connection, name, at)
    ahead = col(Watermark.at) > now + CLOCKS_DIFFER
    connection.execute(update(Watermark).where(col(Watermark.name) == name, ahead).values(at=at))


def raise_mark(connection: Connection, name: str, at: datetime) -> None:
    """Note that something has come to `at`, unless it had come further."""
    connection.execute(_PUT[connection.dialect.name], {"name": name, "at": at})
    connection.execute(
        update(Watermark).where(col(Watermark.name) == name, col(Watermark.at) < at).values(at=at)
    )
