"""The part `crashes`: every boundary of every flow, on each database."""

import itertools
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from pathlib import Path

from bench.databases import has_postgresql, postgresql
from router.flows.publish import publish_folder
from router.flows.staff import NewStaff, StaffIdentity, add_staff, find_login
from router.flows.world import World, open_world
from router.jobs.process import offset_file
from router.now import MovableNow
from router.settings import load_settings
from router.store import schema
from router.store.sealing import new_key
from tests.storm.boundaries import WatchedStore
from tests.storm.crashes.desk import Desk
from tests.storm.crashes.flows import FLOWS, Flow
from tests.storm.crashes.scene import TENANT, Death, Fate, Scene
from tests.storm.stage.report import Say

BOOK = Path(__file__).parents[3] / "rules" / "books" / "grand-hotel.yaml"
EVERY, SHORT_EVERY = 1, 4
PHONES = itertools.count(1)


@dataclass(frozen=True, slots=True)
class Theatre:
    """What all scenes on one database share."""

    world: World
    now: MovableNow
    desk: Desk
    fate: Fate
    staff: StaffIdentity

    def scene(self) -> Scene:
        """The next person's."""
        phone = f"+1651555{next(PHONES):04d}"
        return Scene(self.world, self.now, self.desk, self.staff, phone)


def run(say: Say, seed: int, short: bool) -> bool:
    """Die at every boundary (short: at every fourth, on SQLite), from one that follows from `seed`
    on; whether what came of it was always what comes of it otherwise.
    """
    say("\n== crash points: every boundary of every flow")
    every = SHORT_EVERY if short else EVERY
    differs = 0
    for kind, theatre in _theatres(say, short):
        with theatre as opened:
            for flow in FLOWS:
                deaths, wrong = _die_through(opened, flow, every, seed % every + 1)
                differs += len(wrong)
                told = f"{deaths} deaths, another outcome: {len(wrong)} (limit 0)"
                say("\n    ".join([f"  {kind}: {flow.name}: {told}", *wrong]))
    return not differs


def _die_through(theatre: Theatre, flow: Flow, every: int, first: int) -> tuple[int, list[str]]:
    """How often the process died, and what came of it otherwise than without."""
    expected, boundaries = _play(theatre, flow, None)
    wrong = []
    points = range(first, boundaries + 1, every)
    for point in points:
        outcome, _ = _play(theatre, flow, point)
        if outcome != expected:
            wrong.append(f"at boundary {point}: {outcome}, and not {expected}")
    return len(points), wrong


def _play(theatre: Theatre, flow: Flow, dies_at: int | None) -> tuple[object, int]:
    scene, fate = theatre.scene(), theatre.fate
    act = flow.prepare(scene)
    fate.dies_at, fate.passed, fate.armed = dies_at, 0, True
    try:
        act()
    except Death:
        act()
    fate.armed = False
    passed = fate.passed
    scene.recover()
    return scene.outcome(), passed


def _theatres(say: Say, short: bool) -> Iterator[tuple[str, AbstractContextManager[Theatre]]]:
    yield "SQLite", _theatre(None)
    missing = has_postgresql()
    if missing is not None:
        say(f"  PostgreSQL is left out: {missing}")
    elif not short:
        with postgresql() as make:
            yield "PostgreSQL", _theatre(make("crashes"))


@contextmanager
def _theatre(url: str | None) -> Iterator[Theatre]:
    with tempfile.TemporaryDirectory(prefix="bh-") as name:
        folder = Path(name)
        rules = folder / "rules"
        rules.mkdir()
        shutil.copy(BOOK, rules)
        settings = load_settings(
            data_dir=folder / "var",
            rules_dir=rules,
            database_url=url or f"sqlite:///{folder / 'rooms.sqlite'}",
            redis_url="redis://127.0.0.1:1/0",
            public_url="http://127.0.0.1:8000",
            twilio_account_sid="AC" + "0" * 32,
            twilio_auth_token="token-of-the-crashes",
            twilio_api_url="http://127.0.0.1:1",
            secret_key=new_key(),
            master_key=new_key(),
            pace_long_code=0,
            _env_file=None,
        )
        now, fate = MovableNow(offset_file(settings)), Fate()
        world = open_world(settings, now)
        world.store = WatchedStore(fate, settings.database_url)
        schema.upgrade(world.store)
        publish_folder(world, rules)
        yield Theatre(world, now, Desk(now, fate.step), fate, _clerk(world))
        world.store.close()


def _clerk(world: World) -> StaffIdentity:
    teams = ("front-desk", "housekeeping", "engineering")
    mail = "carol@hotel.example"
    add_staff(world, NewStaff(TENANT, "carol", mail, "Carol", "a long password", teams=teams))
    login = find_login(world, "carol")
    assert login is not None
    return login.identity
