"""Paced senders: the rate that each reaches of its pace, and the most of any second."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from types import MappingProxyType

from bench.outbox import LONG_CODE, SHORT_CODE, TOLL_FREE, Site, queue_answers, reader
from bench.report import Say, Target, heading, table
from bench.workers import BELLHOP

KINDS: MappingProxyType[str, tuple[str, str]] = MappingProxyType(
    {
        "long code": (LONG_CODE, "pace_long_code"),
        "toll-free": (TOLL_FREE, "pace_toll_free"),
        "short code": (SHORT_CODE, "pace_short_code"),
    }
)


@dataclass(frozen=True, slots=True)
class Run:
    """Senders that send at the same time: their paces by kind, and how many workers there are."""

    paces: Mapping[str, int]
    workers: int = 1


AS_SET = Run(MappingProxyType({"toll-free": 3, "short code": 30}))  # what the place says anyway
RUNS = (
    Run(MappingProxyType({"long code": 1, "toll-free": 3, "short code": 10})),
    Run(MappingProxyType({"toll-free": 30, "short code": 100})),
    Run(MappingProxyType({"toll-free": 30, "short code": 100}), workers=2),
)


@dataclass(frozen=True, slots=True)
class Paced:
    """What came of one sender: `at` are the arrivals at the carrier, in order (seconds)."""

    kind: str
    pace: int
    workers: int
    at: Sequence[float]

    @property
    def share(self) -> float:
        """The rate between its first text and its last, of its pace."""
        return (len(self.at) - 1) / (self.at[-1] - self.at[0]) / self.pace

    @property
    def most(self) -> int:
        """The most texts that came within one second, whenever that second begins."""
        return max(
            sum(1 for later in self.at[place:] if later < first + 1)
            for place, first in enumerate(self.at)
        )

    @property
    def closest(self) -> float:
        """The shortest time between two texts, ms."""
        return min(later - earlier for earlier, later in pairwise(self.at)) * 1000


def measure_paces(say: Say, site: Site, *, runs: Iterable[Run], seconds: float) -> None:
    """Run and print it on one kind of database: texts for so many seconds at each pace."""
    say(heading(f"paced senders on {site.kind}"))
    say(f"texts of one segment for {seconds:g} s at each pace; those with as many workers at once")
    paced = [each for run in runs for each in _run(site, run, seconds)]
    head = ("sender", "workers", "pace /s", "texts", "reached", "most in a second", "closest, ms")
    for line in table(head, map(_row, paced)):
        say(line)
    for target in _targets(paced):
        say(str(target))


def _run(site: Site, run: Run, seconds: float) -> list[Paced]:
    settings = {KINDS[kind][1]: pace for kind, pace in run.paces.items()}
    site.crew.call(BELLHOP, run.workers, **settings)
    senders, texts = set(), 0
    for kind, pace in run.paces.items():
        phones = [reader(texts + number) for number in range(2 + int(pace * seconds))]
        senders.add(queue_answers(site.world, KINDS[kind][0], phones))
        texts += len(phones)
    arrivals = site.send(senders, texts, run.workers)
    return [
        Paced(
            kind,
            pace,
            run.workers,
            [each.at for each in arrivals if each.from_address == KINDS[kind][0]],
        )
        for kind, pace in run.paces.items()
    ]


def _row(paced: Paced) -> tuple[object, ...]:
    return (
        paced.kind,
        paced.workers,
        paced.pace,
        len(paced.at),
        f"{paced.share:.1%}",
        paced.most,
        f"{paced.closest:.0f}",
    )


def _targets(paced: Sequence[Paced]) -> list[Target]:
    least, most = min(one.share for one in paced), max(one.share for one in paced)
    over = [one for one in paced if one.most > one.pace]
    above = ", ".join(f"{one.most} at {one.pace}/s" for one in over)
    is_held = least >= 0.9 and most <= 1
    return [
        Target("paces are reached to 90–100 %", f"{least:.0%}–{most:.0%}", is_held, "see above"),
        Target("no second has more than its pace", above or "none has", not over, "see above"),
    ]
