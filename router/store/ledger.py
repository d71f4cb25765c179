"""The ledger: an append-only, fsynced file outside the database, of keyed hashes only.

It remembers what must survive a restored backup: every erasure, every suppression and its lifting.
One JSON object a line: `at` (ISO 8601 UTC), `tenant`, `what` (erased, suppressed, lifted), `scope`,
`lookup` (hex HMAC).
"""

import fcntl
import json
import os
from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path
from typing import Literal


@dataclass(frozen=True, slots=True)
class Entry:
    """One line of the ledger."""

    at: str
    tenant: str
    what: Literal["erased", "suppressed", "lifted"]
    lookup: str
    scope: str = "all"


class Ledger:
    """The file at `path`; made, with its folder, by the first entry."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def append(
        self,
        at: datetime,
        tenant: str,
        what: Literal["erased", "suppressed", "lifted"],
        lookup: bytes,
        scope: str = "all",
    ) -> None:
        """Write one entry and return once it is on disk. OSError where it cannot be written."""
        self.append_all(at, tenant, what, [(lookup, scope)])

    def append_all(
        self,
        at: datetime,
        tenant: str,
        what: Literal["erased", "suppressed", "lifted"],
        whom: Iterable[tuple[bytes, str]],
    ) -> None:
        """Write an entry for each look-up and scope; the disk is waited for once."""
        entries = (
            Entry(at.isoformat(), tenant, what, lookup.hex(), scope) for lookup, scope in whom
        )
        lines = b"".join(json.dumps(asdict(entry)).encode() + b"\n" for entry in entries)
        if lines:
            self._write(lines)

    def check_writable(self) -> None:
        """OSError where nothing can be appended."""
        os.close(self._open())

    def _open(self) -> int:
        self.path.parent.mkdir(parents=True, exist_ok=True)
        return os.open(self.path, os.O_RDWR | os.O_APPEND | os.O_CREAT, 0o600)

    def _write(self, lines: bytes) -> None:
        descriptor = self._open()
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX)
            _write_whole(descriptor, _end_of_torn_line(descriptor) + lines)
            os.fsync(descriptor)
        finally:
            os.close(descriptor)

    def entries(self) -> Iterator[Entry]:
        """All entries, oldest first; a line that a crash has cut or spoilt is passed over."""
        if not self.path.exists():
            return
        for line in self.path.read_text(errors="replace").splitlines():
            try:
                yield Entry(**json.loads(line))
            except (ValueError, TypeError):
                continue


def _end_of_torn_line(descriptor: int) -> bytes:
    """What goes before the next entry: a newline where a power cut has torn the last line, so that
    no entry is glued onto it.
    """
    size = os.fstat(descriptor).st_size
    is_torn = size and os.pread(descriptor, 1, size - 1) != b"\n"
    return b"\n" if is_torn else b""


def _write_whole(descriptor: int, lines: bytes) -> None:
    """All of `lines` or none: a disk that fills up takes a part of them, which is taken back."""
    end = os.fstat(descriptor).st_size
    try:
        while lines:
            lines = lines[os.write(descriptor, lines) :]
    except OSError:
        os.ftruncate(descriptor, end)
        raise
