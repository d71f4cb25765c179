"""The hunt: each mutant is put into the program, and must be caught by the simulation."""

import os
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from itertools import islice
from multiprocessing import get_context
from types import MappingProxyType

from tests.storm.simulation.campaign import Range, play
from tests.storm.simulation.mutants import MUTANTS
from tests.storm.stage.report import Say

MOST_SEEDS = 50_000
NEAR = MappingProxyType(  # a seed that catches each, as a hunt has found it
    {
        "blind resend": 4,
        "blind resend on 5xx": 80,
        "no grace": 51,
        "no token": 315039,
        "no head-of-line": 2,
        "no SID uniqueness": 9,
        "no deadline check": 61,
    }
)
FEW_SEEDS = 20


@dataclass(frozen=True, slots=True)
class Catch:
    """By which seed a mutant was caught, after how many, and for what."""

    seed: int
    after: int
    violation: str


def run(say: Say, seed: int, short: bool) -> bool:
    """Hunt all of them; whether all were caught."""
    say("\n== mutants: seven faults put into the program, one at a time")
    if short:
        caught = {name: hunt(name, Range(NEAR[name], FEW_SEEDS)) for name in MUTANTS}
    else:
        caught = hunt_all(Range(seed, MOST_SEEDS))
    for name, catch in caught.items():
        told = f"caught by seed {catch.seed}, after {catch.after:,}" if catch else "NOT CAUGHT"
        say(f"  {name}: {told}{f' ({catch.violation})' if catch else ''}")
    return None not in caught.values()


def hunt_all(wanted: Range) -> dict[str, Catch | None]:
    """Hunt each in a process of its own, as many at a time as there are cores."""
    with ProcessPoolExecutor(os.cpu_count(), mp_context=get_context("spawn")) as pool:
        hunts = {name: pool.submit(hunt, name, wanted) for name in MUTANTS}
        return {name: each.result() for name, each in hunts.items()}


def hunt(name: str, wanted: Range) -> Catch | None:
    """The first seed that catches a mutant; None where none does."""
    caught = (
        Catch(verdict.seed, verdict.seed - wanted.first + 1, verdict.violations[0])
        for verdict in play(wanted, name)
        if verdict.violations
    )
    return next(islice(caught, 1), None)
