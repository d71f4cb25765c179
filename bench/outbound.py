"""The outbound benches on each database: workers, paces, answers beside a bulk, peers."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from bench.commit_to_wire import CASES, Case, measure_answers
from bench.databases import MakeDatabase, on_each_database
from bench.outbox import Site, site
from bench.pacing import AS_SET, RUNS, Run, measure_paces
from bench.peers.comparing import compare_peers, why_no_peers
from bench.processes import BenchError
from bench.report import Say
from bench.sending import WAYS, Way, compare_workers


@dataclass(frozen=True, slots=True)
class Volume:
    """How much is sent: texts recorded before; rounds, texts a slice and by which workers; seconds
    and which runs of paced senders; a bulk's size, persons who write meanwhile, and in which cases.
    """

    recorded: int
    rounds: int
    texts: int
    ways: Sequence[Way]
    paced_seconds: float
    runs: Sequence[Run]
    bulk: int
    persons: int
    cases: Sequence[Case]


SHORT = Volume(2_000, 1, 1_600, (WAYS[0], WAYS[-1]), 4, (RUNS[0], RUNS[-1]), 2_000, 60, CASES[1:2])
LONG = Volume(5_000, 3, 4_000, WAYS, 15, RUNS, 10_000, 200, CASES)
TINY = Volume(20, 1, 64, WAYS[:1], 0.5, (AS_SET,), 40, 3, CASES[1:2])


def run_outbound(say: Say, seed: int, volume: Volume, *, only_sqlite: bool) -> None:
    """How quickly texts go out."""

    def measure(at: Site, _make: MakeDatabase) -> None:
        compare_workers(say, at, ways=volume.ways, rounds=volume.rounds, texts=volume.texts)
        measure_paces(say, at, runs=volume.runs, seconds=volume.paced_seconds)
        measure_answers(say, at, cases=volume.cases, bulk=volume.bulk, texts=volume.persons)

    _at_each_site(say, seed, volume, measure, only_sqlite=only_sqlite)


def run_peers(say: Say, seed: int, volume: Volume) -> None:
    """What a text costs here and in other job queues. Raises BenchError where there are none."""
    missing = why_no_peers()
    if missing is not None:
        raise BenchError(f"no peers to compare with: {missing}")

    def measure(at: Site, make: MakeDatabase) -> None:
        sizes = {"recorded": volume.recorded, "rounds": volume.rounds, "count": volume.texts}
        compare_peers(say, at, make("peers"), **sizes)

    _at_each_site(say, seed, volume, measure, only_sqlite=False)


def _at_each_site(
    say: Say,
    seed: int,
    volume: Volume,
    measure: Callable[[Site, MakeDatabase], None],
    *,
    only_sqlite: bool,
) -> None:
    for at in on_each_database(say, only_sqlite=only_sqlite):
        urls = (at.make("ours"), at.redis_url)
        with site(at.kind, at.folder / "ours", urls, seed=seed, recorded=volume.recorded) as one:
            measure(one, at.make)
