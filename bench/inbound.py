"""A signed inbound text over HTTP: ours, a naive route and a bare one, in turns, served alike."""

import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path
from statistics import median

from bench.load import Slice, write_requests
from bench.place import Place, make_place
from bench.processes import LoadGenerator, load_generator, web
from bench.report import Say, Target, heading, table
from bench.traffic import signed_request, write_texts

CONNECTIONS = 32
OURS, NAIVE, BARE = "bellhop", "naive", "bare"
WARM_SECONDS = 0.7


@dataclass(frozen=True, slots=True)
class Length:
    """How long a comparison runs: rounds of a slice for each side; texts signed and recorded."""

    rounds: int
    seconds: float
    texts: int
    recorded: int


@dataclass(slots=True)
class Side:
    """One of the compared: its port, the next text that it has not seen, its slices."""

    name: str
    port: int
    next_text: int = 1
    slices: list[Slice] = field(default_factory=list)

    def figure(self, name: str) -> float:
        """The median over its slices."""
        values: list[float] = [getattr(each, name) for each in self.slices]
        return median(values)


def compare(say: Say, kind: str, place: "Places", seed: int, length: Length) -> dict[str, Side]:
    """Run and print the comparison on one kind of database."""
    say(heading(f"inbound over HTTP on {kind}"))
    say(
        f"{CONNECTIONS} kept-alive connections, {length.rounds} rounds of {length.seconds:g} s a "
        f"side in turns, {length.recorded:,} texts recorded before, seed {seed}"
    )
    requests = [signed_request(text) for text in islice(write_texts(seed), length.texts)]
    file = place.ours.folder / "requests"
    write_requests(file, iter(requests))
    with sides(place, requests[0]) as all_sides, load_generator(file, CONNECTIONS) as generator:
        for side in all_sides.values():
            _load(generator, side, WARM_SECONDS)
        for _ in range(length.rounds):
            for side in all_sides.values():
                side.slices.append(_load(generator, side, length.seconds))
    _tell(say, all_sides)
    return all_sides


@dataclass(frozen=True, slots=True)
class Places:
    """The installations of the two sides that store something."""

    ours: Place
    naive: Place


def make_places(folder: Path, urls: tuple[str, str], redis_url: str) -> Places:
    """Both installations, unfurnished."""
    named = zip((OURS, NAIVE), urls, strict=True)
    return Places(*(make_place(folder / name, url, redis_url) for name, url in named))


@contextmanager
def sides(places: Places, first: bytes) -> Iterator[dict[str, Side]]:
    """All three, each served by a process of its own with the settings of `bellhop web`."""
    python = [sys.executable, "-m"]
    plans = {
        OURS: ([*python, "router.cli", "web"], places.ours),
        NAIVE: ([*python, "bench.serve", "bench.naive_app:app"], places.naive),
        BARE: ([*python, "bench.serve", "bench.bare:app"], places.naive),
    }
    with ExitStack() as stack:
        served = {}
        for name, (command, place) in plans.items():
            folder = place.folder / f"{name}-web"
            port = stack.enter_context(web(command, folder, place.environment, first))
            served[name] = Side(name, port)
        yield served


def _load(generator: LoadGenerator, side: Side, seconds: float) -> Slice:
    over_again = side.name == BARE
    result = generator.run(side.port, seconds, side.next_text, over_again=over_again)
    side.next_text += 0 if over_again else result.used
    return result


def _tell(say: Say, served: dict[str, Side]) -> None:
    head = ("side", "requests/s", "(slowest–fastest)", "p50 ms", "p99 ms", "worst ms", "not 200")
    for line in table(head, (_row(side) for side in served.values())):
        say(line)
    for target in _targets(served):
        say(str(target))


def _row(side: Side) -> tuple[str, ...]:
    rates = [each.rate for each in side.slices]
    return (
        side.name,
        f"{side.figure('rate'):,.0f}",
        f"({min(rates):,.0f}–{max(rates):,.0f})",
        f"{side.figure('p50'):.1f}",
        f"{side.figure('p99'):.1f}",
        f"{max(each.worst for each in side.slices):.0f}",
        f"{sum(each.failures for each in side.slices)}",
    )


def _targets(served: dict[str, Side]) -> list[Target]:
    ours, naive, bare = (served[name] for name in (OURS, NAIVE, BARE))
    times = ours.figure("rate") / (naive.figure("rate") or 1)
    tail = naive.figure("p99") / (ours.figure("p99") or 1)
    share = ours.figure("rate") / (bare.figure("rate") or 1)
    cause = "see where the time goes, below"
    return [
        Target("≥ 3 × the naive route's requests/s", f"{times:.1f} ×", times >= 3, cause),
        Target("≤ 1/10 of the naive route's p99", f"1/{tail:.1f}", tail >= 10, cause),
        Target("≥ 25 % of the bare route's requests/s", f"{share:.0%}", share >= 0.25, cause),
    ]
