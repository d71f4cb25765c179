"""Redis storm: Valkey killed and emptied, frozen, flushed, and its replies lost on the way."""

import time
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

from tests.storm.stage.cast import CLOCK, WEB, WORKER
from tests.storm.stage.people import OK, Diary, Habits, texting
from tests.storm.stage.proxy import Proxy
from tests.storm.stage.quiet import close_down, count_unfinished
from tests.storm.stage.referee import STRICT, Figure, examine
from tests.storm.stage.report import Say, listed, tell
from tests.storm.stage.servers import wait_until
from tests.storm.stage.stage import SQLITE, Stage, set_stage

ROLES = {WEB: 1, WORKER: 2, CLOCK: 1}
RESUME_SECONDS = 60.0
AWAY_SECONDS = 1.0
BETWEEN_LOSSES_SECONDS = 0.2
LOOK_SECONDS = 0.05


@dataclass(frozen=True, slots=True)
class Length:
    """How often what happens."""

    kills: int
    freezes: int
    frozen_seconds: float
    flushes: int
    lost_replies: int


SHORT = Length(1, 1, 1.0, 1, 5)
LONG = Length(20, 3, 30.0, 10, 100)


def run(say: Say, seed: int, short: bool) -> bool:
    """Each of them; whether texts came in all the while, and went out again soon after."""
    length = SHORT if short else LONG
    say(f"\n== Redis storm on {SQLITE}; seed {seed}")
    with set_stage(SQLITE, ROLES) as stage:
        proxy = Proxy(listens_at=stage.valkey.socket, passes_to=stage.folder / "behind")
        blows: dict[str, tuple[int, Callable[[], None]]] = {
            "killed, empty when back": (length.kills, partial(_kill, stage)),
            f"frozen for {length.frozen_seconds:g} s": (
                length.freezes,
                partial(_freeze, stage, length.frozen_seconds),
            ),
            "flushed": (length.flushes, stage.valkey.empty),
            f"{length.lost_replies} replies lost": (
                1,
                partial(_lose_replies, stage, proxy, length.lost_replies),
            ),
        }
        with texting(stage.port, Habits(a_second=15.0), seed) as people:
            resumed = [_suffer(stage, name, *blow) for name, blow in blows.items()]
        close_down(stage, deaf=False)
        proxy.close()
        say(f"commands whose replies were lost: {listed(proxy.lost)}")
        say(f"webhooks answered: {people.diary}")
        figures = [*examine(stage, people.diary, STRICT), _not_ok(people.diary), *resumed]
        return tell(say, stage, figures)


def _suffer(stage: Stage, name: str, times: int, blow: Callable[[], None]) -> Figure:
    """Have it happen so many times, each time until texts go out again."""
    worst = max(_resume_after(stage, blow) for _ in range(times))
    return Figure(f"{name} ({times} times): seconds until sent, worst", worst, RESUME_SECONDS)


def _resume_after(stage: Stage, blow: Callable[[], None]) -> float:
    """How long after Redis was back all had left that had been decided by then; in seconds."""
    blow()
    back, began = stage.world.now(), time.monotonic()
    while count_unfinished(stage.world, until=back):
        if time.monotonic() - began > 2 * RESUME_SECONDS:
            break
        time.sleep(LOOK_SECONDS)
    return time.monotonic() - began


def _kill(stage: Stage) -> None:
    stage.valkey.kill()
    time.sleep(AWAY_SECONDS)
    stage.valkey.start()


def _freeze(stage: Stage, seconds: float) -> None:
    stage.valkey.freeze()
    time.sleep(seconds)
    stage.valkey.thaw()


def _lose_replies(stage: Stage, proxy: Proxy, replies: int) -> None:
    """Put the proxy before Valkey, at its old place, and lose replies one by one."""
    stage.valkey.kill()
    stage.valkey.socket = proxy.passes_to
    stage.valkey.start()
    proxy.start()
    for count in range(1, replies + 1):
        proxy.lose(1)
        wait_until(partial(proxy.has_lost, count), "Valkey is asked nothing any more")
        time.sleep(BETWEEN_LOSSES_SECONDS)


def _not_ok(diary: Diary) -> Figure:
    return Figure("answers other than 200", diary.statuses.total() - diary.statuses[OK], 0)
