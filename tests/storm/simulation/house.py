"""The house that every seed plays in: a migrated database in memory, with one rulebook live."""

import atexit
import gc
import sqlite3
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from types import MappingProxyType

from sqlmodel import SQLModel

from router.carrier import twilio
from router.carrier.twilio import TwilioCarrier
from router.flows.numbers import renumber
from router.flows.publish import publish_folder
from router.flows.world import World, open_world
from router.settings import Settings
from router.store import schema
from rules.model import Rulebook
from tests.rules.conftest import load_book
from tests.storm.alone import settings_alone
from tests.storm.boundaries import WatchedStore, Watcher
from tests.storm.simulation.carrier import ModelTransport
from tests.storm.simulation.timeline import BEGAN_AT

TENANT = "inn"
NUMBERS = MappingProxyType({0: "+16125550100", 1: "+16125550199"})
BOOK = """
version: 1
tenant: inn
name: The Inn
contact: +1 612 555 0100
timezone: America/Chicago
languages: [en]
numbers: {main: "+16125550100", second: "+16125550199"}
teams: {desk: {}}
fallback: {do: [{assign: desk}]}
"""
SMALLER_BOOK = BOOK.replace(', second: "+16125550199"', "")
AT_REST = "UPDATE number SET paused_until = NULL, paused_code = NULL, paced_until = NULL"
KEPT = frozenset({"tenant", "revision", "rulefile", "number"})
EMPTIED = tuple(table.name for table in SQLModel.metadata.sorted_tables if table.name not in KEPT)


class Doorman(Watcher):
    """Passes on what the store says to whoever watches the seed that is played."""

    def __init__(self) -> None:
        self.watcher: Watcher | None = None

    def before(self) -> None:
        """See Watcher."""
        if self.watcher:
            self.watcher.before()

    def committing(self) -> None:
        """See Watcher."""

    def committed(self) -> None:
        """See Watcher."""
        if self.watcher:
            self.watcher.committed()

    def has_read(self) -> None:
        """See Watcher."""
        if self.watcher:
            self.watcher.has_read()


@dataclass(frozen=True, slots=True)
class House:
    """What is made once: the world, the line to the carrier, and the two rulebooks."""

    world: World
    doorman: Doorman
    carrier: TwilioCarrier
    transport: ModelTransport
    database: sqlite3.Connection
    book: Rulebook
    smaller_book: Rulebook

    def empty(self) -> None:
        """Take out what the last seed left."""
        for name in EMPTIED:
            self.database.execute(f"DELETE FROM {name}")
        (numbers,) = self.database.execute("SELECT count(*) FROM number").fetchone()
        if numbers < len(NUMBERS):
            with self.world.store.write() as connection:
                renumber(connection, self.book, BEGAN_AT)
        self.database.execute(AT_REST)


@cache
def this_house() -> House:
    """The house of this process: built once, and gone with it."""
    stack = ExitStack()
    atexit.register(stack.close)
    house = stack.enter_context(_open_house())
    gc.freeze()  # what it is made of need not be looked through again and again
    return house


@contextmanager
def _open_house() -> Iterator[House]:
    with tempfile.TemporaryDirectory(dir=_fast_folder()) as folder:
        settings = settings_alone(Path(folder))
        (settings.rules_dir / "inn.yaml").write_text(BOOK)
        doorman, transport = Doorman(), ModelTransport()
        world = open_world(settings)
        world.store = WatchedStore(doorman)
        schema.upgrade(world.store)
        (published,) = publish_folder(world, settings.rules_dir)
        assert published.status == "live", published.findings
        database = world.store.engine.raw_connection().driver_connection
        assert isinstance(database, sqlite3.Connection)
        yield House(
            world,
            doorman,
            _carrier(settings, transport),
            transport,
            database,
            load_book(BOOK),
            load_book(SMALLER_BOOK),
        )
        world.store.close()


def _fast_folder() -> str | None:
    """Memory, where the system has a folder in it: the ledger is waited for at every entry."""
    return "/dev/shm" if Path("/dev/shm").is_dir() else None


def _carrier(settings: Settings, transport: ModelTransport) -> TwilioCarrier:
    """The real client, whose way out is the model."""
    pooled = twilio.PooledClient
    twilio.PooledClient = lambda *_given, **_named: transport  # type: ignore[assignment,misc]  # for a moment
    try:
        return TwilioCarrier(settings)
    finally:
        twilio.PooledClient = pooled  # type: ignore[misc]  # as it was
