"""The access log: a file an hour under DATA_DIR/logs, lines of JSON without a person in them.

All web processes append to the file of the hour, one at a time; whoever is killed in the middle of
a line leaves a torn end, which the next one takes away. The clock shortens IP addresses once they
have been kept whole for as long as they may: it writes the file anew beside the old one, puts it in
its place in one step, and only then gives it the name of a file that is done. Killed in between, it
begins again, and shortening twice changes nothing.
"""

import fcntl
import ipaddress
import json
import os
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import count
from pathlib import Path

import structlog

from router.store.disk import sync_folder

HOUR = timedelta(hours=1)
LATE = timedelta(minutes=1)  # for what is written a little after its hour
_NAME = "access-%Y-%m-%dT%H"
_WHOLE, _DONE, _FRESH = ".jsonl", ".short.jsonl", ".new"
_TAIL_BYTES = 64 * 1024
_KEPT_BITS = {4: 24, 6: 48}

log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Line:
    """One request. `path` has no query and no part that could be anything but an opaque id; `ip` is
    the client's address.
    """

    at: datetime
    process: str
    method: str
    path: str
    status: int
    milliseconds: float
    ip: str


class AccessLog:
    """The files in `folder`. Whole addresses are kept for `whole_for`; zero: never written."""

    def __init__(self, folder: Path, whole_for: timedelta) -> None:
        self._folder = folder
        self._whole_for = whole_for

    def append(self, lines: Iterable[Line], now: datetime) -> None:
        """Write lines to the file of the hour. OSError where the disk does not take them all."""
        content = b"".join(self._written(line) for line in lines)
        self._folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        path = self._folder / (now.astimezone(UTC).strftime(_NAME) + _WHOLE)
        with _locked(path, os.O_CREAT) as descriptor:
            _mend_end(descriptor)
            end = os.fstat(descriptor).st_size
            try:
                while content:
                    content = content[os.write(descriptor, content) :]
            except OSError:
                os.ftruncate(descriptor, end)
                raise

    def shorten(self, now: datetime) -> int:
        """Shorten the addresses that were kept whole for long enough; how many files that was.

        A file counts from its first minute on, and only once its hour is over.
        """
        done = 0
        for path in sorted(self._folder.glob(f"access-*{_WHOLE}")):
            began = _hour_of(path)
            if began is None or path.name.endswith(_DONE):
                continue
            if now - began >= max(self._whole_for, HOUR + LATE):
                try:
                    _shorten_file(path)
                except FileNotFoundError:  # another clock has done it
                    continue
                except OSError as error:  # it stays for the next look, and keeps no other waiting
                    log.warning("access_log_not_shortened", file=path.name, error=error)
                    continue
                done += 1
        return done

    def forget(self, now: datetime, kept_for: timedelta) -> int:
        """Remove the files that are older; how many."""
        old = [
            path
            for path in self._folder.glob("access-*")
            if (began := _hour_of(path)) is not None and now - began >= kept_for + HOUR
        ]
        for path in old:
            path.unlink(missing_ok=True)
        return len(old)

    def _written(self, line: Line) -> bytes:
        fields = {
            "at": line.at.astimezone(UTC).isoformat(timespec="milliseconds"),
            "process": line.process,
            "method": line.method,
            "path": line.path,
            "status": line.status,
            "ms": round(line.milliseconds, 1),
            "ip": line.ip if self._whole_for else shortened(line.ip),
        }
        return json.dumps(fields).encode() + b"\n"


def shortened(address: str) -> str:
    """The network that an address is in: IPv4 /24, IPv6 /48. What is no address becomes `?`.

    >>> shortened("203.0.113.77"), shortened("2001:db8:7:8::9"), shortened("203.0.113.0/24")
    ('203.0.113.0/24', '2001:db8:7::/48', '203.0.113.0/24')
    """
    try:
        found = ipaddress.ip_interface(address)
    except ValueError:
        return "?"
    mapped = found.ip.ipv4_mapped if isinstance(found, ipaddress.IPv6Interface) else None
    if mapped is not None:
        return shortened(str(mapped))
    kept = min(_KEPT_BITS[found.version], found.network.prefixlen)
    return str(ipaddress.ip_network((found.ip, kept), strict=False))


@contextmanager
def _locked(path: Path, made: int = 0) -> Iterator[int]:
    """The file, held by this process alone; the one that bears the name, should it be replaced.

    `made`: O_CREAT makes it where there is none; else FileNotFoundError is raised.
    """
    while True:
        descriptor = os.open(path, os.O_RDWR | os.O_APPEND | made, 0o600)
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX)
            if _is_still(path, descriptor):
                yield descriptor
                return
        finally:
            os.close(descriptor)


def _is_still(path: Path, descriptor: int) -> bool:
    try:
        return os.path.samestat(os.fstat(descriptor), path.stat())
    except FileNotFoundError:
        return False


def _mend_end(descriptor: int) -> None:
    """Take away the beginning of a line whose writer was killed."""
    size = os.fstat(descriptor).st_size
    if not size or os.pread(descriptor, 1, size - 1) == b"\n":
        return
    start = max(0, size - _TAIL_BYTES)
    tail = os.pread(descriptor, size - start, start)
    os.ftruncate(descriptor, start + tail.rfind(b"\n") + 1)


def _shorten_file(path: Path) -> None:
    fresh = path.with_name(path.name + _FRESH)
    with _locked(path) as descriptor:
        _mend_end(descriptor)
        with (
            path.open(encoding="utf-8", errors="replace") as lines,
            fresh.open("w", encoding="utf-8") as file,
        ):
            file.writelines(map(_with_short_address, lines))
            file.flush()
            os.fsync(file.fileno())
        fresh.chmod(0o600)
        fresh.replace(path)
        path.rename(_free_name(path))
        sync_folder(path.parent)


def _free_name(path: Path) -> Path:
    """The name of a file that is done. A process that was stopped for minutes may have begun an
    hour's file once more.
    """
    stem = path.name.removesuffix(_WHOLE)
    names = (path.with_name(f"{stem}.{part}{_DONE}") for part in count(1))
    return next(name for name in names if not name.exists())


def _with_short_address(line: str) -> str:
    """The line again; nothing of one that a power cut has spoilt."""
    try:
        fields = json.loads(line)
        return json.dumps(fields | {"ip": shortened(fields["ip"])}) + "\n"
    except (ValueError, TypeError, KeyError):
        return ""


def _hour_of(path: Path) -> datetime | None:
    """When the file's hour began; None for a file that is not of the log."""
    try:
        return datetime.strptime(path.name.partition(".")[0], _NAME).replace(tzinfo=UTC)
    except ValueError:
        return None
