"""Texts going out through RQ: how close to what the connections allow, by which kind of worker."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from statistics import median

from bench.answering import Arrival
from bench.carrier import ANSWER_SECONDS
from bench.outbox import EVENTS, Site, queue_answers, reader
from bench.report import Say, Target, heading, table
from bench.traffic import OUR_NUMBER
from bench.workers import BELLHOP
from router.flows.sending.pump import AT_ONCE

EACH = 4  # texts of a thread, which leave one after the other
WARM_TEXTS = 256
OURS = "bellhop worker"


@dataclass(frozen=True, slots=True)
class Way:
    """A kind of worker, and how many processes of it."""

    name: str
    module: Sequence[str]
    count: int = 1


WAYS = (
    Way(OURS, BELLHOP),
    Way(f"{OURS} × 2", BELLHOP, 2),
    Way("RQ's SimpleWorker, a job drains", ("bench.draining", "simple")),
    Way("RQ's Worker (forks), a job drains", ("bench.draining", "forking")),
)


@dataclass(slots=True)
class Slices:
    """What a way did: texts a second, and the processor's time that each text took."""

    rates: list[float] = field(default_factory=list)
    cpu_seconds: list[float] = field(default_factory=list)


def compare_workers(say: Say, site: Site, *, ways: Iterable[Way], rounds: int, texts: int) -> None:
    """Run and print the comparison on one kind of database."""
    ways = tuple(ways)
    limit = AT_ONCE / ANSWER_SECONDS
    say(heading(f"outbound through RQ on {site.kind}"))
    say(
        f"{rounds} rounds of {texts:,} texts a side in turns, from two numbers, {EACH} a thread; "
        f"the carrier answers in {ANSWER_SECONDS * 1000:.0f} ms: {AT_ONCE} connections allow "
        f"{limit:.0f}/s"
    )
    done = {way: Slices() for way in ways}
    for _ in range(rounds):
        for way in ways:
            _run(way, done[way], site, texts)
    _tell(say, done, limit)


def _run(way: Way, slices: Slices, site: Site, texts: int) -> None:
    workers = site.crew.call(way.module, way.count)
    send_answers(site, min(WARM_TEXTS, texts))
    used = sum(workers.cpu_seconds())
    arrivals = send_answers(site, texts)
    used = sum(workers.cpu_seconds()) - used
    took = arrivals[-1].at - arrivals[0].at + ANSWER_SECONDS
    slices.rates.append(len(arrivals) / took)
    slices.cpu_seconds.append(used / len(arrivals))


def send_answers(site: Site, texts: int) -> list[Arrival]:
    """Queue so many texts, half of them at each number, ring, and wait until they have come."""
    phones = [reader(number) for number in range(texts // EACH)]
    half = len(phones) // 2
    senders = {
        queue_answers(site.world, OUR_NUMBER, phones[:half], EACH),
        queue_answers(site.world, EVENTS, phones[half:], EACH),
    }
    return site.send(senders, len(phones) * EACH)


def _tell(say: Say, done: Mapping[Way, Slices], limit: float) -> None:
    head = ("worker", "texts/s", "(slowest–fastest)", "of the limit", "CPU a text, ms")
    for line in table(head, (_row(way, slices, limit) for way, slices in done.items())):
        say(line)
    ours = next((slices for way, slices in done.items() if way.name == OURS), None)
    if ours is not None:
        share = median(ours.rates) / limit
        aim = f"≥ 85 % of {AT_ONCE} ÷ {ANSWER_SECONDS * 1000:.0f} ms"
        say(str(Target(aim, f"{share:.0%}", share >= 0.85, "see CPU a text, and who else works")))


def _row(way: Way, slices: Slices, limit: float) -> tuple[str, ...]:
    rate = median(slices.rates)
    return (
        way.name,
        f"{rate:,.0f}",
        f"({min(slices.rates):,.0f}–{max(slices.rates):,.0f})",
        f"{rate / (limit * way.count):.0%}",
        f"{median(slices.cpu_seconds) * 1000:.2f}",
    )
