"""Servers that all processes of one test run share: the first that needs one starts it."""

import fcntl
import json
import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.parts.postgresql import PartMissing, PostgreSQL, prepare

VARIABLE = "BELLHOP_TEST_RUN"


def begin() -> None:
    """Make the run's folder; called once, by the process that the tests are started in."""
    os.environ[VARIABLE] = tempfile.mkdtemp(prefix="bellhop-run-")


def end() -> None:
    """Stop what was started and remove the run's folder."""
    folder = Path(os.environ.pop(VARIABLE))
    note = folder / "postgresql.json"
    if note.exists():
        told = json.loads(note.read_text())
        if "folder" in told:
            PostgreSQL(Path(told["programs"]), Path(told["folder"])).stop()
    shutil.rmtree(folder, ignore_errors=True)


def shared_postgresql() -> PostgreSQL:
    """The run's PostgreSQL, started by whoever asks first. PartMissing where it cannot be had."""
    folder = Path(os.environ[VARIABLE])
    note = folder / "postgresql.json"
    with _locked(folder / "lock"):
        if not note.exists():
            note.write_text(json.dumps(_start_postgresql()))
    told = json.loads(note.read_text())
    if "missing" in told:
        raise PartMissing(told["missing"])
    return PostgreSQL(Path(told["programs"]), Path(told["folder"]))


def _start_postgresql() -> dict[str, str]:
    try:
        server = prepare()
        server.start()
    except PartMissing as missing:
        return {"missing": str(missing)}
    return {"programs": str(server.programs), "folder": str(server.folder)}


@contextmanager
def _locked(path: Path) -> Iterator[None]:
    with path.open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield
