"""Carrier storm: the carrier fails in every way it can, one after the other, and nothing dies."""

import time
from dataclasses import dataclass
from datetime import timedelta

from tests.storm.stage.carrier_desk import Fault, always, lag
from tests.storm.stage.cast import CLOCK, WEB, WORKER
from tests.storm.stage.people import Habits, People
from tests.storm.stage.quiet import calm_down, close_down, hear_out, stand_still
from tests.storm.stage.referee import Leniency, examine
from tests.storm.stage.report import Say, listed, tell
from tests.storm.stage.stage import SQLITE, Stage, kinds, set_stage

ROLES = {WEB: 1, WORKER: 2, CLOCK: 1}
QUICKER = {"SETTLE_AFTER_SECONDS": "6"}
PHONES = 20  # some get several texts, so that order counts
NO_ROUTE = 21612
TOO_MANY, SERVER_ERROR = 20429, 20500
LAG_SECONDS = 2.0
LONGER_THAN_WE_WAIT = 17.0  # the carrier's answer is waited for 15 s
OUTAGE = timedelta(minutes=15)  # longer than a log that merely lags is waited for
STEPS = 3
TRIED_WITHIN_SECONDS = 3.0  # at the least: what is to be looked up is, too
AWAY = (
    always("create", "500_before", 0.5),
    always("create", "500_after"),
    always("list", "500_before"),
    always("callback", "drop"),
)


@dataclass(frozen=True, slots=True)
class Failing:
    """A way to fail. `refused`: what is hit fails for good."""

    name: str
    fault: Fault
    refused: bool = False


def _create(kind: str, **more: object) -> Fault:
    return {"on": "create", "kind": kind, **more}


WAYS = (
    Failing("429 with Retry-After: 2", _create("429", retry_after=2)),
    Failing("429 as RFC 9457", _create("rfc9457", code=TOO_MANY)),
    Failing("500 before acceptance", _create("500_before")),
    Failing("500 after acceptance", _create("500_after")),
    Failing("500 as RFC 9457", _create("rfc9457", code=SERVER_ERROR)),
    Failing("502 with a page", _create("502_html")),
    Failing("a hang, nothing accepted", _create("hang", seconds=LONGER_THAN_WE_WAIT)),
    Failing("a hang after acceptance", _create("timeout", seconds=LONGER_THAN_WE_WAIT)),
    Failing("acceptance after 1 s", _create("late", seconds=1)),
    Failing("a reset within the answer", _create("reset")),
    Failing("201 with bad JSON", _create("bad_json")),
    Failing("201 with nothing", _create("empty")),
    Failing("201 without an id", _create("no_sid")),
    Failing("a refusal as RFC 9457", _create("rfc9457", code=NO_ROUTE), refused=True),
    Failing("callbacks shuffled", {"on": "callback", "kind": "shuffle"}),
    Failing("callbacks repeated 5 times", {"on": "callback", "kind": "duplicate", "copies": 5}),
    Failing("callbacks before the answer", {"on": "callback", "kind": "before_response"}),
)


def run(say: Say, seed: int, short: bool) -> bool:
    """Every way on each kind of database; whether each text was sent once, and in order."""
    stormed = [SQLITE] if short else kinds(say)
    return sum(not _storm(say, kind, seed, short) for kind in stormed) == 0


def _storm(say: Say, kind: str, seed: int, short: bool) -> bool:
    say(f"\n== carrier storm on {kind}; seed {seed}")
    times = 2 if short else 20
    with set_stage(kind, ROLES, QUICKER if short else None) as stage:
        people = People(stage.port, Habits(phones=PHONES), seed)
        people.start(by_themselves=False)
        for ways in [WAYS] if short else [(way,) for way in WAYS]:
            took = _fail(stage, people, ways, times)
            if not short:
                say(f"  {ways[0].name}, {times} times: all settled after {took:.1f} s")
        took = _go_away(stage, people, 3 * times)
        say(f"  away for {OUTAGE}, its log too: all settled {took:.1f} s after its return")
        people.stop()
        close_down(stage, deaf=False)
        say(f"faults of the carrier: {listed(stage.carrier.faults_made())}")
        refused = times * sum(way.refused for way in WAYS)
        leniency = Leniency(deaf=False, refused=refused)
        return tell(say, stage, examine(stage, people.diary, leniency))


def _fail(stage: Stage, people: People, ways: tuple[Failing, ...], times: int) -> float:
    """Fail so many times in each of these ways, and wait until all is settled; in seconds."""
    faults = [way.fault | {"times": times} for way in ways]
    stage.carrier.make_faults([*faults, lag(LAG_SECONDS)])
    began = time.monotonic()
    for _ in range(times * len(ways) + times):
        people.text("once please")
    people.wait_until_acknowledged()
    calm_down(stage)
    hear_out(stage)
    return time.monotonic() - began


def _go_away(stage: Stage, people: People, times: int) -> float:
    """Neither takes texts nor shows its log for long; seconds until all is settled afterwards."""
    stage.carrier.make_faults(AWAY)
    for _ in range(times):
        people.text("once please")
    people.wait_until_acknowledged()
    for _ in range(STEPS):
        _let_be_tried(stage)
        stage.carrier.advance(OUTAGE / STEPS)
    _let_be_tried(stage)
    stage.carrier.make_faults([lag(LAG_SECONDS)])
    began = time.monotonic()
    for _ in range(STEPS):  # where only texts from before bear witness, the log must come so far
        _let_be_tried(stage)
        stage.carrier.advance(OUTAGE / STEPS)
    calm_down(stage)
    hear_out(stage)
    return time.monotonic() - began


def _let_be_tried(stage: Stage) -> None:
    time.sleep(TRIED_WITHIN_SECONDS)
    stand_still(stage.world)
