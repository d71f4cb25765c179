"""The databases that benches run on: SQLite, and a durable PostgreSQL where it is installed."""

import tempfile
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from pathlib import Path

import psycopg

from bench.processes import valkey
from bench.report import Say
from router.store.ids import new_id
from tests.parts.postgresql import PartMissing, PostgreSQL, prepare

MakeDatabase = Callable[[str], str]
"""Takes a name, makes an empty database and returns its URL."""


class DurablePostgreSQL(PostgreSQL):
    """A throw-away cluster that keeps its promises: fsync and synchronous_commit are on."""

    def start(self) -> None:
        """Make the cluster and wait until it takes connections."""
        self.make()
        data, log = f"{self.folder}/data", f"{self.folder}/log"
        options = f"-c listen_addresses='' -c max_connections=200 -k {self.folder}"
        self._run("pg_ctl", "-D", data, "-w", "-t", "60", "-l", log, "-o", options, "start")


@contextmanager
def sqlite(folder: Path) -> Iterator[MakeDatabase]:
    """SQLite files under `folder`."""
    yield lambda name: f"sqlite:///{folder / name}.sqlite"


@contextmanager
def postgresql() -> Iterator[MakeDatabase]:
    """A PostgreSQL of the bench's own on a unix socket. PartMissing where it cannot be had."""
    found = prepare()
    server = DurablePostgreSQL(found.programs, found.folder)

    def make(name: str) -> str:
        database = f"{name}_{new_id()}"
        where = f"host={server.folder} user=postgres dbname=postgres"
        with psycopg.connect(where, autocommit=True) as connection:
            connection.execute(f"CREATE DATABASE {database}")
        return server.database_url(database)

    try:
        server.start()
        yield make
    finally:
        server.stop()


@dataclass(frozen=True, slots=True)
class Ground:
    """A `kind` of database to measure on, with a folder and a Valkey of its own."""

    kind: str
    folder: Path
    make: MakeDatabase
    redis_url: str


def on_each_database(say: Say, *, only_sqlite: bool) -> Iterator[Ground]:
    """SQLite, and PostgreSQL where it is installed (where not, that is said)."""
    missing = has_postgresql()
    kinds: dict[str, Callable[[Path], AbstractContextManager[MakeDatabase]]] = {"SQLite": sqlite}
    if missing is not None:
        say(f"\nPostgreSQL is not measured: {missing}")
    elif not only_sqlite:
        kinds["PostgreSQL"] = lambda _folder: postgresql()
    for kind, database in kinds.items():
        with tempfile.TemporaryDirectory(prefix="bh-", dir="/tmp") as name:
            folder = Path(name)
            with valkey(folder) as redis_url, database(folder) as make:
                yield Ground(kind, folder, make, redis_url)


def has_postgresql() -> str | None:
    """None where PostgreSQL can be had; else why not."""
    try:
        found = prepare()
    except PartMissing as missing:
        return str(missing)
    found.folder.rmdir()
    return None
