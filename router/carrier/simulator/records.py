"""The simulated carrier's log, in a file of its own: a restart finds it, deleting empties it."""

import hashlib
import hmac
import sqlite3
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import astuple, dataclass, fields
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

_TABLES = """
CREATE TABLE IF NOT EXISTS messages (
  sid TEXT PRIMARY KEY, direction TEXT, from_address TEXT, to_address TEXT, body TEXT,
  status TEXT, error_code INTEGER, service_sid TEXT, callback_url TEXT,
  created_at TEXT, sent_at TEXT);
CREATE INDEX IF NOT EXISTS messages_by_pair ON messages (to_address, from_address);
CREATE TABLE IF NOT EXISTS media (
  sid TEXT PRIMARY KEY, message_sid TEXT, content_type TEXT, content BLOB);
CREATE TABLE IF NOT EXISTS blocks (pair TEXT PRIMARY KEY);
CREATE TABLE IF NOT EXISTS numbers (address TEXT PRIMARY KEY, opt_out_by TEXT, service_sid TEXT);
"""


@dataclass(frozen=True, slots=True)
class Record:
    """One text in the log; `created_at` and `sent_at` are aware UTC."""

    sid: str
    direction: str
    from_address: str
    to_address: str
    body: str
    status: str
    error_code: int | None
    service_sid: str | None
    callback_url: str | None
    created_at: datetime
    sent_at: datetime | None


_COLUMNS = tuple(field.name for field in fields(Record))


@dataclass(frozen=True, slots=True)
class StoredMedia:
    """One picture or file of a text."""

    sid: str
    message_sid: str
    content_type: str
    content: bytes


@dataclass(frozen=True, slots=True)
class Number:
    """A number of the account: who answers STOP there, and the Messaging Service it is in."""

    address: str
    opt_out_by: str
    service_sid: str | None


class Records:
    """The log. Thread-safe; what is deleted is overwritten, in the file and in its journal."""

    def __init__(self, database: Path, key: bytes) -> None:
        database.parent.mkdir(parents=True, exist_ok=True)
        self._key = key
        self._lock = threading.Lock()
        self._connection = sqlite3.connect(
            database, timeout=5, isolation_level=None, check_same_thread=False
        )
        # A rollback journal leaves no copy behind; losing power is no concern of a simulator.
        for pragma in ("journal_mode=DELETE", "secure_delete=ON", "synchronous=OFF"):
            self._connection.execute(f"PRAGMA {pragma}")
        self._connection.executescript(_TABLES)

    def close(self) -> None:
        """Close the file."""
        with self._lock:
            self._connection.close()

    def add(self, record: Record) -> None:
        """Write a new text; one whose sid is there already stays as it is."""
        row = [_written(value) for value in astuple(record)]
        marks = ", ".join("?" * len(row))
        self._do(f"INSERT OR IGNORE INTO messages VALUES ({marks})", *row)  # noqa: S608 - question marks only

    def get(self, sid: str) -> Record | None:
        """One text; None where it is gone."""
        return next(iter(self._texts("WHERE sid = ?", sid)), None)

    def newest_first(
        self, to_address: str | None = None, from_address: str | None = None
    ) -> list[Record]:
        """The log, or the part of it between two addresses."""
        return self._texts(
            "WHERE (?1 IS NULL OR to_address = ?1) AND (?2 IS NULL OR from_address = ?2) "
            "ORDER BY created_at DESC, rowid DESC",
            to_address,
            from_address,
        )

    def set_status(
        self, sid: str, status: str, error_code: int | None, sent_at: datetime | None
    ) -> None:
        """Note how far a text has come; nothing where it is gone."""
        self._do(
            "UPDATE messages SET status = ?, error_code = ?, sent_at = coalesce(sent_at, ?) "
            "WHERE sid = ?",
            status,
            error_code,
            _written(sent_at),
            sid,
        )

    def redact(self, sid: str) -> None:
        """Empty the body."""
        self._do("UPDATE messages SET body = '' WHERE sid = ?", sid)

    def delete(self, sid: str) -> None:
        """Remove a text and its media."""
        with self._transaction():
            self._connection.execute("DELETE FROM media WHERE message_sid = ?", (sid,))
            self._connection.execute("DELETE FROM messages WHERE sid = ?", (sid,))

    def add_media(self, media: StoredMedia) -> None:
        """Keep a picture or file."""
        self._do("INSERT INTO media VALUES (?, ?, ?, ?)", *astuple(media))

    def media_of(self, message_sid: str) -> list[StoredMedia]:
        """What came with a text, in order."""
        rows = self._do("SELECT * FROM media WHERE message_sid = ? ORDER BY rowid", message_sid)
        return [StoredMedia(*row) for row in rows]

    def block(self, handset: str, number: str) -> bool:
        """Stop texts from `number` to `handset`; False where they were stopped already."""
        found = self._do(
            "INSERT OR IGNORE INTO blocks VALUES (?) RETURNING pair", self._pair(handset, number)
        )
        return bool(found)

    def unblock(self, handset: str, number: str) -> bool:
        """Let texts through again; False where they were not stopped."""
        found = self._do(
            "DELETE FROM blocks WHERE pair = ? RETURNING 1", self._pair(handset, number)
        )
        return bool(found)

    def is_blocked(self, handset: str, number: str) -> bool:
        """Whether this handset has opted out of this number."""
        return bool(self._do("SELECT 1 FROM blocks WHERE pair = ?", self._pair(handset, number)))

    def set_number(self, number: Number) -> None:
        """Add a number of the account, or change it."""
        self._do("INSERT OR REPLACE INTO numbers VALUES (?, ?, ?)", *astuple(number))

    def numbers(self) -> list[Number]:
        """The numbers of the account."""
        return [Number(*row) for row in self._do("SELECT * FROM numbers ORDER BY address")]

    def _pair(self, handset: str, number: str) -> str:
        """A keyed hash: after an erasure no number stays behind in the block list."""
        return hmac.new(self._key, f"{handset}\n{number}".encode(), hashlib.sha256).hexdigest()

    def _texts(self, rest: str, *values: object) -> list[Record]:
        names = ", ".join(_COLUMNS)
        rows = self._do(f"SELECT {names} FROM messages {rest}", *values)  # noqa: S608 - our own text
        return [_record(row) for row in rows]

    def _do(self, statement: str, *values: object) -> list[tuple[Any, ...]]:
        with self._lock:
            return self._connection.execute(statement, values).fetchall()

    @contextmanager
    def _transaction(self) -> Iterator[None]:
        with self._lock:
            self._connection.execute("BEGIN IMMEDIATE")
            try:
                yield
            except BaseException:
                self._connection.execute("ROLLBACK")
                raise
            self._connection.execute("COMMIT")


def _written(value: object) -> object:
    return value.astimezone(UTC).isoformat() if isinstance(value, datetime) else value


def _record(row: tuple[Any, ...]) -> Record:
    values: dict[str, Any] = dict(zip(_COLUMNS, row, strict=True))
    for name in ("created_at", "sent_at"):
        values[name] = values[name] and datetime.fromisoformat(values[name])
    return Record(**values)
