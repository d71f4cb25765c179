"""The campaign: every scenario dies at every boundary, on both kinds of database."""

import random
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

from tests.storm.crashes import accounts, commands, desk, incoming, sending, upkeep
from tests.storm.crashes.dying import Died
from tests.storm.crashes.outcome import Outcome, differences, read_outcome
from tests.storm.crashes.recovery import recover
from tests.storm.crashes.scenario import Scenario
from tests.storm.crashes.stage import Stage, open_stage
from tests.storm.stage.processes import keeping
from tests.storm.stage.report import Say
from tests.storm.stage.servers import cluster
from tests.storm.stage.stage import POSTGRESQL, kinds

SCENARIOS = (
    *incoming.SCENARIOS,
    *sending.SCENARIOS,
    *upkeep.SCENARIOS,
    *desk.SCENARIOS,
    *accounts.SCENARIOS,
    *commands.SCENARIOS,
)
FEW = 8  # scenarios of the short form, with one death each


@dataclass(frozen=True, slots=True)
class Examined:
    """One scenario: how many boundaries it has, how many deaths it died, and what was wrong."""

    boundaries: int
    deaths: int
    wrong: tuple[str, ...]


def run(say: Say, seed: int, short: bool) -> bool:
    """All scenarios on each kind of database; whether a death never made a difference."""
    held = True
    for kind in kinds(say):
        say(f"\n== crash points on {kind}: before and after each commit, and each text handed over")
        with _inn(kind) as stage:
            held &= tell(say, stage, *(choose(seed) if short else (SCENARIOS, None)))
    return held


def choose(seed: int) -> tuple[Sequence[Scenario], random.Random]:
    """Some scenarios, and which death each of them dies."""
    chance = random.Random(seed)
    return chance.sample(SCENARIOS, FEW), chance


def tell(
    say: Say, stage: Stage, scenarios: Sequence[Scenario], chance: random.Random | None
) -> bool:
    """Examine these, one death each where there is chance; print what came of it."""
    boundaries = deaths = wrong = 0
    for scenario in scenarios:
        examined = examine(stage, scenario, chance)
        boundaries, deaths = boundaries + examined.boundaries, deaths + examined.deaths
        wrong += len(examined.wrong)
        for each in examined.wrong:
            say(f"  {each}")
    say(f"  {len(scenarios)} flows with {boundaries} boundaries died {deaths} times")
    say(f"  differences from what becomes of them without a death: {wrong} (limit 0)")
    return not wrong


def examine(stage: Stage, scenario: Scenario, chance: random.Random | None = None) -> Examined:
    """Let a scenario die at each boundary (or at one of them), and see what is different then."""
    boundaries = play(stage, scenario, None)
    expected = read_outcome(stage)
    tried = range(boundaries)
    if chance is not None and boundaries:
        tried = range(first := chance.randrange(boundaries), first + 1)
    wrong = [f"{scenario.name}: commits nothing"] if not boundaries else []
    wrong += [
        f"{scenario.name}, dead {stage.reaper.place} of {boundaries}: {difference}"
        for at in tried
        for difference in _different(stage, scenario, at, expected)
    ]
    return Examined(boundaries, len(tried), tuple(wrong))


def _different(stage: Stage, scenario: Scenario, at: int, expected: Outcome) -> Iterator[str]:
    play(stage, scenario, at)
    return differences(expected, read_outcome(stage), scenario.may_miss)


def play(stage: Stage, scenario: Scenario, at: int | None) -> int:
    """Play a scenario to its end, with a death at that boundary; how many it has passed."""
    reaper = stage.reaper
    stage.reset()
    scenario.prepare(stage)
    reaper.arm(at)
    try:
        scenario.act(stage, stage.mortal)
        reaper.armed = False
    except Died:
        reaper.armed = False
        is_undone = scenario.again == "undone" and not reaper.has_kept_it
        if scenario.again == "always" or is_undone:
            scenario.act(stage, stage.world)
    recover(stage)
    return reaper.passed


@contextmanager
def _inn(kind: str) -> Iterator[Stage]:
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="bh-")))
        url = f"sqlite:///{folder / 'inn.sqlite'}"
        if kind == POSTGRESQL:
            kept = stack.enter_context(keeping(folder / "logs"))
            url = stack.enter_context(cluster(kept)).make("inn")
        yield stack.enter_context(open_stage(kind, url, folder))
