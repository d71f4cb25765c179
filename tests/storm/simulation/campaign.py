"""The campaign: seeds by the thousand, shared among processes; one that fails tells its story."""

import os
from collections import Counter
from collections.abc import Iterator
from contextlib import nullcontext
from dataclasses import dataclass, field
from multiprocessing import get_context
from typing import Self

from tests.storm.simulation.house import this_house
from tests.storm.simulation.mutants import MUTANTS
from tests.storm.simulation.plan import draw_plan
from tests.storm.simulation.play import Play, Verdict
from tests.storm.stage.report import Say

SEEDS, FEW_SEEDS = 100_000, 60
LATE_SEEDS, FEW_LATE_SEEDS = 2_000, 20
SHARE = 250  # seeds that a process plays before it is asked for more
SHARES_OF_A_PROCESS = 10  # then another takes its place: threads that died leave memory behind
MOST_TOLD = 3
REPLAY = ".venv/bin/python -m tests.storm.simulation --seeds 1 --trace --first"


@dataclass(slots=True)
class Tally:
    """What many seeds add up to; of those with violations the first are kept whole."""

    counts: Counter[str] = field(default_factory=Counter)
    reasons: Counter[str] = field(default_factory=Counter)
    violated: list[Verdict] = field(default_factory=list)

    def add(self, verdict: Verdict) -> None:
        """Count one seed."""
        self.counts.update(verdict.counts)
        self.reasons.update(verdict.reviewed)
        self.counts["seeds"] += 1
        if verdict.violations:
            self.counts["seeds with violations"] += 1
            self.counts.update({kind_of(each) for each in verdict.violations})
            self.violated = [*self.violated, verdict][:MOST_TOLD]

    def __add__(self, other: Self) -> "Tally":
        violated = [*self.violated, *other.violated][:MOST_TOLD]
        return Tally(self.counts + other.counts, self.reasons + other.reasons, violated)


@dataclass(frozen=True, slots=True)
class Range:
    """Seeds to play: so many from the first on, in one of the two ways of pausing."""

    first: int
    count: int
    late_writes: bool = False

    def shares(self) -> Iterator["Range"]:
        """The same in parts."""
        for start in range(self.first, self.first + self.count, SHARE):
            most = self.first + self.count - start
            yield Range(start, min(SHARE, most), self.late_writes)


def run(say: Say, seed: int, short: bool) -> bool:
    """The whole of it; whether no seed has a violation."""
    wanted = Range(seed, FEW_SEEDS if short else SEEDS)
    say(f"\n== simulation: seeds {wanted.first} to {wanted.first + wanted.count - 1}")
    tally = play_here(wanted) if short else play_shared(wanted)
    tell(say, tally)
    late = Range(seed, FEW_LATE_SEEDS if short else LATE_SEEDS, late_writes=True)
    say(f"== what remains possible: pauses after the look at the deadline, {late.count} seeds")
    tell_what_remains(say, play_here(late) if short else play_shared(late))
    return not tally.violated


def play_here(wanted: Range, mutant: str | None = None) -> Tally:
    """Play seeds in this process."""
    tally = Tally()
    for verdict in play(wanted, mutant):
        tally.add(verdict)
    return tally


def play(wanted: Range, mutant: str | None = None) -> Iterator[Verdict]:
    """Play seeds in this process, one after the other."""
    house = this_house()
    with MUTANTS[mutant]() if mutant else nullcontext():
        for seed in range(wanted.first, wanted.first + wanted.count):
            yield Play(house, draw_plan(seed, late_writes=wanted.late_writes)).run()


def play_shared(wanted: Range, processes: int | None = None) -> Tally:
    """Play seeds in as many processes as there are cores."""
    workers = processes or os.cpu_count()
    with get_context("spawn").Pool(workers, maxtasksperchild=SHARES_OF_A_PROCESS) as pool:
        return sum(pool.imap(play_here, wanted.shares()), Tally())


def tell(say: Say, tally: Tally) -> None:
    """Print the figures, and the story of the first seeds that failed."""
    say(figures(tally))
    for verdict in tally.violated:
        say(f"  seed {verdict.seed}: {'; '.join(verdict.violations)}")
        say(f"    replay: {REPLAY} {verdict.seed}")
    for verdict in tally.violated[:1]:
        say("\n".join(verdict.trace))
    say(f"  violations: {tally.counts['seeds with violations']} seeds (limit 0)")


def tell_what_remains(say: Say, tally: Tally) -> None:
    """Print what such pauses did: it is no violation, for no program can keep from it."""
    say(figures(tally))
    kinds = ("twice", "untrue", "lost", "inversion", "stuck", "deaf", "SID", "after STOP", "broke")
    told = [f"{kind} {tally.counts[kind]}" for kind in kinds if tally.counts[kind]]
    say(f"  seeds in which it showed: {tally.counts['seeds with violations']}"
        f" ({', '.join(told) or 'none'})")  # fmt: skip


def figures(tally: Tally) -> str:
    """What happened, in two lines."""
    counts = tally.counts
    reviewed = ", ".join(f"{why} {count:,}" for why, count in tally.reasons.most_common())
    return (
        f"  {counts['seeds']:,} seeds: {counts['texts']:,} texts, {counts['taken']:,} taken, "
        f"{counts['crashes']:,} crashes, {counts['pauses']:,} pauses, {counts['steps']:,} steps, "
        f"{counts['virtual seconds'] / 86400:,.0f} days of virtual time\n"
        f"  left to a person: {reviewed or 'none'}"
    )


def kind_of(violation: str) -> str:
    """The word that a violation begins with."""
    return violation.partition(":")[0]
