"""How long a saved rulebook takes until it is in force: saved, seen, checked, tested, published."""

import shutil
import tempfile
import threading
import time
from pathlib import Path
from statistics import median

from sqlmodel import col, select

from bench.place import BOOK, furnish, make_place
from bench.processes import valkey
from bench.report import Say, Target, heading
from router.flows.world import World
from router.jobs.bell import Bell
from router.jobs.rulebooks import RulesWatch
from router.store.tables import Tenant

AIM_SECONDS = 1.0
LOOK_SECONDS, LONGEST_SECONDS = 0.01, 30.0
SLOW = "a busy machine, or a clock that looks too seldom"


def run_saving(say: Say, seed: int, saves: int) -> None:
    """Print the seconds from a save of the demo's rulebook, with its tests, until it decides."""
    say(heading(f"rules: {saves} saves of the demo's rulebook, watched by a clock"))
    with tempfile.TemporaryDirectory(prefix="bh-", dir="/tmp") as name:
        folder = Path(name)
        with valkey(folder) as redis_url:
            place = make_place(folder / "saving", f"sqlite:///{folder}/saving.sqlite", redis_url)
            rules = Path(place.environment["RULES_DIR"])
            shutil.copy(BOOK.with_suffix(".test.yaml"), rules)
            world = furnish(place, seed, recorded=0)
            took = _save_and_wait(world, rules / BOOK.name, saves)
            world.store.close()
    say(f"seconds until it decides: median {median(took):.2f}, slowest {max(took):.2f}")
    aim = f"a saved rulebook is in force within {AIM_SECONDS:.0f} s"
    say(str(Target(aim, f"{max(took):.2f} s", max(took) <= AIM_SECONDS, SLOW)))


def _save_and_wait(world: World, file: Path, saves: int) -> list[float]:
    bell = Bell(world.settings.redis_url)
    stopped = threading.Event()
    watch = threading.Thread(target=RulesWatch(world, bell).run, args=(stopped,))
    watch.start()
    try:
        return [_save(world, file, number) for number in range(saves)]
    finally:
        stopped.set()
        watch.join()
        bell.close()


def _save(world: World, file: Path, number: int) -> float:
    revision = _revision(world)
    file.write_text(f"{BOOK.read_text('utf-8')}\n# save {number}\n", "utf-8")
    began = time.monotonic()
    while _revision(world) == revision:
        if time.monotonic() - began > LONGEST_SECONDS:
            raise TimeoutError(f"{file} was saved and is not in force")
        time.sleep(LOOK_SECONDS)
    return time.monotonic() - began


def _revision(world: World) -> int | None:
    with world.store.read() as connection:
        return connection.execute(select(col(Tenant.live_revision))).scalar_one()
