"""Where flows die: an inn on a database of either kind, put back after every run."""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import delete, insert, select
from sqlmodel import SQLModel

from router.carrier.api import Inbound
from router.couriers.couriers import make_couriers
from router.flows.dispatches.means import Means
from router.flows.publish import publish_folder
from router.flows.receive import receive
from router.flows.staff import NewStaff, StaffIdentity, add_staff, find_login
from router.flows.world import World, open_world
from router.settings import Settings
from router.store import schema
from router.store.high_water import HighWater
from tests.storm.alone import settings_alone
from tests.storm.boundaries import WatchedStore
from tests.storm.crashes.dying import Reaper
from tests.storm.crashes.plain_carrier import PlainCarrier

BEGAN_AT = datetime(2026, 3, 2, 15, tzinfo=UTC)  # a Monday morning in Chicago
TENANT, MAIN, SECOND = "inn", "+16125550100", "+16125550199"
ANNA, BEN, CLARA = "+16125550001", "+16125550002", "+16125550003"
FILE = "inn.yaml"
BOOK = (Path(__file__).parent / FILE).read_text()

Tables = dict[str, list[dict[str, Any]]]
"""The rows of each table, by its name."""


@dataclass(slots=True)
class Time:
    """The time, as far as it has been moved."""

    at: datetime = BEGAN_AT

    def __call__(self) -> datetime:
        return self.at

    def advance(self, **by: float) -> None:
        """Move it."""
        self.at += timedelta(**by)


@dataclass(slots=True)
class Stage:
    """The inn. `world` is that of a process which lives, `mortal` of the one that may die."""

    kind: str
    settings: Settings
    world: World
    mortal: World
    reaper: Reaper
    now: Time
    carrier: PlainCarrier
    staff: StaffIdentity
    tables: Tables = field(default_factory=dict)
    notes: dict[str, Any] = field(default_factory=dict)
    tenant_id: str = TENANT

    def reset(self) -> None:
        """Put everything back."""
        self.put_back(self.tables)
        self.world.ledger.path.unlink(missing_ok=True)
        HighWater(self.settings.ledger).path.unlink(missing_ok=True)
        shutil.rmtree(self.settings.data_dir / "spool", ignore_errors=True)
        for file in self.settings.rules_dir.iterdir():
            file.unlink()
        save_book(self.settings, BOOK)
        self.now.at = BEGAN_AT
        self.carrier.log.clear()
        self.carrier.ends.clear()
        self.carrier.bars.clear()
        self.notes.clear()

    def back_up(self) -> Tables:
        """All that the database holds."""
        with self.world.store.read() as connection:
            return {
                table.name: [dict(row) for row in connection.execute(select(table)).mappings()]
                for table in SQLModel.metadata.sorted_tables
            }

    def put_back(self, tables: Tables) -> None:
        """Have the database hold that, and nothing else."""
        with self.world.store.write() as connection:
            for table in reversed(SQLModel.metadata.sorted_tables):
                connection.execute(delete(table))
            for table in SQLModel.metadata.sorted_tables:
                if rows := tables[table.name]:
                    connection.execute(insert(table), rows)

    def hear(self, body: str, from_address: str = ANNA, to: str = MAIN) -> Inbound:
        """Somebody texts; the carrier has it, and nobody has been told."""
        return self.carrier.hear(from_address, to, body)

    def texts(self, *bodies: str, from_address: str = ANNA) -> None:
        """Somebody texts, and all is well."""
        for body in bodies:
            receive(self.world, self.hear(body, from_address))
            self.now.advance(seconds=1)

    def means(self, world: World) -> Means:
        """What telling others needs."""
        return Means(world, self.carrier, make_couriers(self.settings))


def save_book(settings: Settings, text: str, file: str = FILE) -> None:
    """Write a rulebook's file."""
    (settings.rules_dir / file).write_text(text)


@contextmanager
def open_stage(kind: str, url: str, folder: Path) -> Iterator[Stage]:
    """An inn on a fresh, migrated database at `url`, with its files in `folder`."""
    settings = settings_alone(folder, url)
    now, reaper = Time(), Reaper()
    world = open_world(settings, now)
    schema.upgrade(world.store)
    save_book(settings, BOOK)
    (published,) = publish_folder(world, settings.rules_dir)
    assert published.status == "live", published.findings
    mortal = replace(world, store=WatchedStore(reaper, url))
    carrier = PlainCarrier(now, reaper.step)
    stage = Stage(kind, settings, world, mortal, reaper, now, carrier, _hire(world))
    stage.tables = stage.back_up()
    yield stage
    world.store.close()
    mortal.store.close()


def _hire(world: World) -> StaffIdentity:
    add_staff(
        world,
        NewStaff(TENANT, "carol", "carol@inn.example", "Carol", "a long password",
                 mobile="+16125550300", teams=("desk", "pool"), on_shift=True),
    )  # fmt: skip
    login = find_login(world, "carol")
    assert login is not None
    return login.identity
