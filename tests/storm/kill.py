"""Kill storm: kill -9 of web, worker and clock all the time, while the carrier fails too."""

import random
import time
from collections import Counter
from dataclasses import dataclass
from datetime import timedelta

from tests.storm.stage.carrier_desk import Fault, always, lag
from tests.storm.stage.cast import CLOCK, WEB, WORKER
from tests.storm.stage.people import Habits, texting
from tests.storm.stage.quiet import calm_down
from tests.storm.stage.referee import Leniency, examine
from tests.storm.stage.report import Say, listed, tell
from tests.storm.stage.stage import GRACE_SECONDS, SQLITE, Stage, kinds, set_stage

ROLES = {WEB: 2, WORKER: 3, CLOCK: 2}
TURNS = (WEB, WEB, WEB, WORKER, WORKER, WORKER, WORKER, CLOCK, CLOCK)
INNER_SHARE = 0.3  # of web's kills: the server that answers, not the one that watches over it
PAUSES_SECONDS = (0.25, 1.0)  # between two kills, on average: what a start takes, within limits
KILLS_A_POWER_CUT = 25
DAY_SECONDS = 86_400.0
A_GRACE = timedelta(seconds=GRACE_SECONDS + 1)
LONGER_THAN_ANY_DOUBT = timedelta(minutes=11)
UNTIL_TIMERS_FIRE = timedelta(minutes=1)

FAILING_API: list[Fault] = [
    always("create", "429", 0.04, retry_after=1),
    always("create", "500_before", 0.03),
    always("create", "500_after", 0.03),
    always("create", "502_html", 0.01),
    always("create", "hang", 0.01, seconds=2),
    always("create", "timeout", 0.02, seconds=3),
    always("create", "late", 0.1, seconds=0.5),
    always("create", "reset", 0.03),
    always("create", "bad_json", 0.03),
    always("create", "empty", 0.01),
    always("create", "no_sid", 0.01),
    always("list", "500_before", 0.1),
]
POOR_CALLBACKS: list[Fault] = [
    always("callback", "drop", 0.3),
    always("callback", "duplicate", 0.15, copies=3),
    always("callback", "shuffle", 0.2),
    always("callback", "before_response", 0.1),
]
NO_CALLBACKS: list[Fault] = [always("callback", "drop")]


@dataclass(frozen=True, slots=True)
class Weather:
    """How many are killed, how callbacks come and how far the carrier's log lags; what may be left
    to a person, and how much time has passed when the storm is over.
    """

    name: str
    kills: int
    callbacks: list[Fault]
    lag_seconds: float
    leniency: Leniency
    afterwards: timedelta


def run(say: Say, seed: int, short: bool) -> bool:
    """Both weathers on each kind of database; whether nothing was lost, twice or out of order."""
    below = Weather(
        f"list lag of 3 s, below the grace of {GRACE_SECONDS} s",
        10 if short else 300,
        POOR_CALLBACKS,
        3.0,
        Leniency(),
        A_GRACE,
    )
    above = Weather(
        "list lag of a day, above the grace, and no callbacks",
        6 if short else 75,
        NO_CALLBACKS,
        DAY_SECONDS,
        Leniency(review=True),
        LONGER_THAN_ANY_DOUBT,
    )
    here = kinds(say)
    stormed = [(SQLITE, above), (here[-1], below)]
    if not short:
        stormed = [(kind, weather) for weather in (below, above) for kind in here]
    return sum(not _storm(say, kind, weather, seed) for kind, weather in stormed) == 0


def _storm(say: Say, kind: str, weather: Weather, seed: int) -> bool:
    say(f"\n== kill storm on {kind}: {weather.name}; seed {seed}")
    began = time.monotonic()
    chance = random.Random(f"{seed}/{kind}/{weather.name}")
    slow_log = lag(weather.lag_seconds)
    with set_stage(kind, ROLES) as stage:
        stage.carrier.make_faults([*FAILING_API, *weather.callbacks, slow_log])
        with texting(stage.port, Habits(fallback=0.1), seed) as people:
            killed = rage(stage, weather.kills, chance)
        stage.carrier.make_faults([*weather.callbacks, slow_log])
        killed.update(stage.cut_power(ROLES, weather.afterwards))
        calm_down(stage)
        stage.carrier.advance(UNTIL_TIMERS_FIRE)
        calm_down(stage)
        stage.cast.replace_deserters()
        stage.cast.stop()
        say(f"{killed.total()} kill -9 in {time.monotonic() - began:.0f} s: {listed(killed)}")
        say(f"faults of the carrier: {listed(stage.carrier.faults_made())}")
        say(f"webhooks answered: {people.diary}")
        return tell(say, stage, examine(stage, people.diary, weather.leniency))


def rage(stage: Stage, kills: int, chance: random.Random) -> Counter[str]:
    """Kill so many, one after the other, and now and then all at once; how many of whom."""
    killed: Counter[str] = Counter()
    shortest, longest = PAUSES_SECONDS
    pause_seconds = min(max(shortest, stage.start_seconds), longest)
    until_dark = KILLS_A_POWER_CUT
    while killed.total() < kills:
        time.sleep(chance.expovariate(1 / pause_seconds))
        stage.cast.replace_deserters()
        killed[_kill_one(stage, chance)] += 1
        if killed.total() >= until_dark:
            killed.update(stage.cut_power(ROLES))
            until_dark = killed.total() + KILLS_A_POWER_CUT
    return killed


def _kill_one(stage: Stage, chance: random.Random) -> str:
    """Kill anyone and start another in their place; who it was."""
    role = chance.choice(TURNS)
    victim = chance.choice(stage.cast.living[role])
    if role == WEB and chance.random() < INNER_SHARE and stage.cast.kill_server(victim):
        return "server of web"
    stage.cast.kill(role, victim)
    stage.cast.start({role: 1})
    return role
