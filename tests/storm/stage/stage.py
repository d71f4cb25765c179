"""A whole installation on a stage: database, Valkey, carrier, and the cast."""

import shutil
import tempfile
import time
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

from bench.place import make_place
from bench.processes import free_port
from router.flows.publish import publish_folder
from router.flows.world import World
from router.jobs.process import process_world
from router.settings import Settings, load_settings
from router.store import schema
from tests.storm.stage.carrier_desk import CarrierDesk
from tests.storm.stage.carrier_server import LOG, POST_TO
from tests.storm.stage.cast import Cast, Roles
from tests.storm.stage.processes import Keeper, StageError, keeping
from tests.storm.stage.servers import Cluster, Valkey, cluster, wait_until, why_no_postgresql

SQLITE, POSTGRESQL = "SQLite", "PostgreSQL"
INN = Path(__file__).parents[1] / "inn.yaml"
GRACE_SECONDS = 8
ACCEPTED_SECONDS = 5.0  # after a sender's end, what it wrote has been accepted by then


@dataclass(frozen=True, slots=True)
class Stage:
    """Where a storm takes place. Its time is `world.now`, moved for all processes at once.

    `start_seconds`: how long a web process took from its start to its first answer.
    """

    kind: str
    folder: Path
    settings: Settings
    world: World
    keeper: Keeper
    valkey: Valkey
    cluster: Cluster | None
    carrier: CarrierDesk
    cast: Cast
    start_seconds: float
    has_small_disk: bool

    @property
    def port(self) -> int:
        """Where the web processes listen, all at the same port."""
        return self.settings.port

    def cut_power(self, roles: Roles, dark: timedelta | None = None) -> Roles:
        """Kill everyone at once; when they are back, so much time has passed. Who was killed."""
        killed = self.cast.kill_all()
        if dark is not None:
            time.sleep(ACCEPTED_SECONDS)
            self.carrier.advance(dark)
        self.cast.start(roles)
        return killed


@contextmanager
def set_stage(
    kind: str, roles: Roles, more: dict[str, str] | None = None, disk_bytes: int = 0
) -> Iterator[Stage]:
    """An installation that works, with so many of each role. PartMissing where a part is not here.

    `more` are settings; `disk_bytes` wants a disk of that size for DATA_DIR, and gets it where this
    process may mount one.
    """
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="bh-", dir="/tmp")))
        data = folder / "data"
        kept = stack.enter_context(keeping(folder / "logs"))
        has_disk = disk_bytes > 0 and kept.mount(data, disk_bytes)
        valkey = Valkey(kept, folder / "s")
        valkey.start()
        server = stack.enter_context(cluster(kept)) if kind == POSTGRESQL else None
        url = server.make("inn") if server else f"sqlite:///{data / 'inn.sqlite'}"
        environment = make_environment(data, url, valkey.url) | (more or {})
        given = {name.lower(): value for name, value in environment.items()}
        settings = load_settings(_env_file=None, **given)
        world = open_inn(settings)
        stack.callback(world.store.close)
        carrier = open_carrier(kept, folder / "carrier.sqlite", settings, environment)
        cast = Cast(kept, environment)
        began = time.monotonic()
        cast.start(roles)
        wait_until(lambda: is_live(settings.port), f"web: see {kept.logs / 'web.log'}")
        took = time.monotonic() - began
        parts = (kept, valkey, server, carrier, cast)
        yield Stage(kind, folder, settings, world, *parts, took, has_disk)


def kinds(say: Callable[[str], None]) -> list[str]:
    """The kinds of database that can be had here; says which cannot."""
    missing = why_no_postgresql()
    if missing is None:
        return [SQLITE, POSTGRESQL]
    say(f"\nPostgreSQL is not stormed: {missing}")
    return [SQLITE]


def make_environment(data_dir: Path, database_url: str, redis_url: str) -> dict[str, str]:
    """The settings of the installation: unpaced, with a short grace and a time that moves."""
    place = make_place(data_dir, database_url, redis_url)
    for book in (data_dir / "rules").iterdir():
        book.unlink()
    shutil.copy(INN, data_dir / "rules")
    return place.environment | {
        "PORT": str(free_port()),
        "TWILIO_API_URL": f"http://127.0.0.1:{free_port()}",
        "PACE_LONG_CODE": "0",
        "SETTLE_AFTER_SECONDS": str(GRACE_SECONDS),
        "SIMULATOR": "true",
    }


def open_inn(settings: Settings) -> World:
    """Migrate, and publish the rulebook."""
    world = process_world(settings)
    schema.upgrade(world.store)
    (published,) = publish_folder(world, settings.rules_dir)
    if published.status != "live":
        raise StageError(f"the storm's rulebook was refused: {published.findings}")
    return world


def open_carrier(
    kept: Keeper, log: Path, settings: Settings, environment: dict[str, str]
) -> CarrierDesk:
    """Start the carrier and wait until it answers."""
    posts = {POST_TO: f"http://127.0.0.1:{settings.port}", LOG: str(log)}
    port = settings.twilio_api_url.rpartition(":")[2]
    process = kept.serve_carrier(environment | posts | {"PORT": port})
    carrier = CarrierDesk(settings.twilio_api_url, log)
    wait_until(carrier.is_open, f"the carrier: see {process.log}")
    return carrier


def is_live(port: int) -> bool:
    """Whether a web process answers there."""
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/health/live", timeout=2) as answer:
            return int(answer.status) == 200
    except OSError:
        return False
