"""The figures of all processes of this machine, added up: each writes down its own, any reads all.

A process keeps two files in `DATA_DIR/metrics`: its figures, written anew every second, and one
that it holds locked as long as it lives. What a process that is gone had counted is added to the
file `ended`, once: the name of what was added stands in there, too. One lock lets readers in one by
one. No process id is used: in containers that share a folder they are not unique.
"""

import fcntl
import json
import os
import threading
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path

import structlog

from router.meters import Counts, Meters, added_up, known, lasting
from router.store.ids import new_id

WRITE_SECONDS = 1.0
ALIVE, FIGURES, FRESH = ".alive", ".json", ".new"

log = structlog.get_logger()


@dataclass(slots=True)
class _Ended:
    """What processes that are gone had counted, and the names of those whose files may be left."""

    counts: Counts = field(default_factory=dict)
    names: list[str] = field(default_factory=list)


class SharedMeters:
    """One process's share: `meters` is what it counts, `process` what it is (web, worker, clock).

    `start` begins to write them down, `close` ends it.
    """

    def __init__(self, folder: Path, meters: Meters, process: str) -> None:
        self._folder = folder
        self._meters = meters
        self._name = f"{process}-{new_id()}"
        self._written: Counts | None = None
        self._alive = -1
        self._stopped = threading.Event()
        self._thread = threading.Thread(target=self._run, name="meters", daemon=True)

    def start(self) -> "SharedMeters":
        """Begin; gives itself back. A disk that takes nothing keeps no process from its work: what
        cannot be written is tried again every second.
        """
        self._write()
        self._thread.start()
        return self

    def close(self) -> None:
        """Write down what was counted last, and end."""
        self._stopped.set()
        self._thread.join()
        self._write()
        if self._alive >= 0:
            os.close(self._alive)

    def total(self) -> tuple[Counts, Counter[str]]:
        """The figures of this machine, and how many processes of each kind live here."""
        with self._turn():
            ended = self._bury()
            there = (path.stem for path in self._folder.glob(f"*{ALIVE}"))
            names = [name for name in there if name not in ended.names]
            others = [
                _read(self._folder / (name + FIGURES)) for name in names if name != self._name
            ]
        living = Counter(name.partition("-")[0] for name in names)
        return added_up(ended.counts, self._meters.counts(), *others), living

    def _run(self) -> None:
        while not self._stopped.wait(WRITE_SECONDS):
            self._write()

    def _write(self) -> None:
        counts = self._meters.counts()
        if counts == self._written:
            return
        try:
            if self._alive < 0:
                self._enter()
            _replace(self._path(FIGURES), _rows(counts))
        except OSError as error:
            log.warning("meters_not_written", error=error)
            return
        self._written = counts

    def _enter(self) -> None:
        """Be one of those who live here; what those have left who are gone is added up."""
        self._folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        with self._turn():
            self._alive = os.open(self._path(ALIVE), os.O_RDWR | os.O_CREAT, 0o600)
            fcntl.flock(self._alive, fcntl.LOCK_EX)
            self._bury()

    @contextmanager
    def _turn(self) -> Iterator[None]:
        descriptor = os.open(self._folder / "lock", os.O_RDWR | os.O_CREAT, 0o600)
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX)
            yield
        finally:
            os.close(descriptor)

    def _bury(self) -> _Ended:
        """Add up what those had counted who are gone, and take their files away: on a disk that
        takes nothing the next time.
        """
        ended = _read_ended(self._folder / "ended")
        gone = [path.stem for path in self._folder.glob(f"*{ALIVE}") if not _lives(path)]
        fresh = [name for name in gone if name not in ended.names]
        try:
            if fresh:
                theirs = [lasting(_read(self._folder / (name + FIGURES))) for name in fresh]
                ended = _Ended(added_up(ended.counts, *theirs), gone)
                _replace(self._folder / "ended", {"names": gone, "counts": _rows(ended.counts)})
            for name in gone:
                for suffix in (FIGURES + FRESH, FIGURES, ALIVE):
                    (self._folder / (name + suffix)).unlink(missing_ok=True)
        except OSError as error:
            log.warning("meters_not_written", error=error)
        return ended

    def _path(self, suffix: str) -> Path:
        return self._folder / (self._name + suffix)


def _lives(alive: Path) -> bool:
    descriptor = os.open(alive, os.O_RDWR)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    finally:
        os.close(descriptor)
    return False


def _rows(counts: Counts) -> list[tuple[str, tuple[str, ...], tuple[float, ...]]]:
    return [(name, labels, values) for (name, labels), values in counts.items()]


def _read(path: Path) -> Counts:
    """What one process has written; nothing where that cannot be read (a disk that was full)."""
    with suppress(OSError, ValueError, TypeError):
        return known(iter(json.loads(path.read_bytes())))
    return {}


def _read_ended(path: Path) -> _Ended:
    with suppress(OSError, ValueError, TypeError, KeyError):
        kept = json.loads(path.read_bytes())
        return _Ended(known(iter(kept["counts"])), list(kept["names"]))
    return _Ended()


def _replace(path: Path, content: object) -> None:
    fresh = path.with_name(path.name + FRESH)
    fresh.write_text(json.dumps(content))
    fresh.replace(path)
