"""Valkey and PostgreSQL, kept by the keeper: to be killed, frozen and started again."""

import os
import signal
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import psycopg
from redis import Redis
from redis.exceptions import RedisError

from router.cli.demo.valkey import server_program
from tests.parts.postgresql import PartMissing, PostgreSQL, prepare
from tests.storm.stage.processes import Keeper, Process, StageError

PATIENCE_SECONDS = 120.0
CONNECTIONS = 300


@dataclass(slots=True)
class Valkey:
    """A server on a unix socket that keeps nothing: after a kill it is empty."""

    keeper: Keeper
    socket: Path
    process: Process | None = None

    @property
    def url(self) -> str:
        """Its URL."""
        return f"unix://{self.socket}"

    def start(self) -> None:
        """Start it empty and wait until it answers."""
        where = ["--port", "0", "--unixsocket", str(self.socket), "--dir", str(self.socket.parent)]
        command = [str(server_program()), *where, "--save", "", "--appendonly", "no"]
        self.process = self.keeper.execute("valkey", command)
        with Redis.from_url(self.url) as client:
            wait_until(lambda: _answers(client), f"Valkey: see {self.process.log}")

    def kill(self) -> None:
        """kill -9."""
        if self.process is not None:
            self.process.kill()

    def freeze(self) -> None:
        """Let it hang: it takes connections and never answers."""
        if self.process is not None:
            self.process.send(signal.SIGSTOP)

    def thaw(self) -> None:
        """Let it go on."""
        if self.process is not None:
            self.process.send(signal.SIGCONT)

    def empty(self) -> None:
        """FLUSHALL."""
        with Redis.from_url(self.url) as client:
            client.flushall()


@dataclass(slots=True)
class Cluster:
    """A PostgreSQL that keeps its promises (fsync is on), run in the foreground by the keeper."""

    keeper: Keeper
    made: PostgreSQL
    process: Process | None = None

    def start(self) -> None:
        """Start it and wait until it takes connections, its recovery done."""
        user = "postgres" if os.geteuid() == 0 else None
        options = ("-c", "listen_addresses=", "-c", f"max_connections={CONNECTIONS}")
        place = ("-D", str(self.made.folder / "data"), "-k", str(self.made.folder))
        program = [str(self.made.programs / "postgres"), *place, *options]
        self.process = self.keeper.execute("postgresql", program, user)
        wait_until(self._answers, f"PostgreSQL: see {self.process.log}")

    def stop_at_once(self) -> None:
        """An immediate shutdown, as by `pg_ctl stop -m immediate`: no checkpoint, nothing ended."""
        if self.process is not None:
            self.process.end(signal.SIGQUIT)

    def make(self, name: str) -> str:
        """Make an empty database; its URL."""
        with psycopg.connect(self._where, autocommit=True) as connection:
            connection.execute(f"CREATE DATABASE {name}")
        return self.made.database_url(name)

    @property
    def _where(self) -> str:
        return f"host={self.made.folder} user=postgres dbname=postgres connect_timeout=2"

    def _answers(self) -> bool:
        try:
            with psycopg.connect(self._where):
                return True
        except psycopg.OperationalError:
            return False


@contextmanager
def cluster(keeper: Keeper) -> Iterator[Cluster]:
    """A PostgreSQL cluster of the storm's own. PartMissing where it cannot be had."""
    server = Cluster(keeper, prepare())
    try:
        server.made.make()
        server.start()
        yield server
    finally:
        server.stop_at_once()
        server.made.remove()


def why_no_postgresql() -> str | None:
    """None where PostgreSQL can be had; else why not."""
    try:
        prepare().folder.rmdir()
    except PartMissing as missing:
        return str(missing)
    return None


def wait_until(what: Callable[[], object], part: str, seconds: float = PATIENCE_SECONDS) -> None:
    """Wait until something has come true. StageError names the part that kept one waiting."""
    until = time.monotonic() + seconds
    while not what():
        if time.monotonic() > until:
            raise StageError(f"{part} (after {seconds:g} s)")
        time.sleep(0.02)


def _answers(client: Redis) -> bool:
    try:
        client.ping()
    except RedisError:
        return False
    return True
