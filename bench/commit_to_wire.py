"""From the commit of an answer to its request at the carrier, while a bulk runs."""

import time
from collections.abc import Iterable
from dataclasses import dataclass

from bench.interleave import percentile
from bench.outbox import EVENTS, NEIGHBOR, PATIENCE_SECONDS, Site, queue_bulk, reader
from bench.report import Say, Target, heading, table
from bench.traffic import OUR_NUMBER
from router.carrier.api import Inbound
from router.flows.receive import receive
from router.flows.ripples import Ripples
from router.jobs.bell import Bell

PERSON_SECONDS = 0.05  # a person writes so often
BODY = "Need 2 TOWELS pls"
FIRST_PERSON = 500_000  # phones that nobody has written to
EACH = 4
HEAD_START_SECONDS = 0.5
P50_MS, P99_MS = 50, 250


@dataclass(frozen=True, slots=True)
class Case:
    """Where the bulk runs, beside the number OUR_NUMBER that answers."""

    name: str
    bulk_from: str | None


CASES = (
    Case("no bulk", None),
    Case("bulk from the same number", OUR_NUMBER),
    Case("bulk from another number of the tenant", EVENTS),
    Case("bulk of another tenant", NEIGHBOR),
)


@dataclass(frozen=True, slots=True)
class Taken:
    """What came of a case: the ms that each answer took, and the bulk's rate while they left."""

    case: Case
    ms: list[float]
    bulk_rate: float


def measure_answers(say: Say, site: Site, *, cases: Iterable[Case], bulk: int, texts: int) -> None:
    """Run and print it on one kind of database: so many texts while a bulk of so many runs."""
    say(heading(f"commit to wire on {site.kind}"))
    say(
        f"{texts} persons write, one every {PERSON_SECONDS * 1000:.0f} ms, while {bulk:,} texts of "
        "marketing wait; from the commit of `receive` to the carrier"
    )
    taken = [
        _run(site, case, bulk, FIRST_PERSON + place * texts, texts)
        for place, case in enumerate(cases)
    ]
    head = ("while there is", "p50 ms", "p99 ms", "worst ms", "bulk texts/s")
    for line in table(head, map(_row, taken)):
        say(line)
    for target in _targets(taken):
        say(str(target))


def _run(site: Site, case: Case, bulk: int, first: int, texts: int) -> Taken:
    site.crew.call()
    bell = Bell(site.place.environment["REDIS_URL"])
    began = site.carrier.count()
    site.carrier.take()
    waiting = _start_bulk(site, case, bulk, bell)
    committed = {}
    for person in (reader(first + number) for number in range(texts)):
        time.sleep(PERSON_SECONDS)
        written = Inbound(f"SMwire{person}", person, OUR_NUMBER, None, BODY)
        received = receive(site.world, written)
        committed[person] = time.monotonic()
        bell.ring(received.ripples)
    ended = time.monotonic()
    site.carrier.wait_for(began + waiting + texts, PATIENCE_SECONDS)
    site.wait_until_calm()
    bell.close()
    arrivals = site.carrier.take()
    at = {each.to: each.at for each in arrivals}
    ms = [1000 * (at[person] - moment) for person, moment in committed.items()]
    started = min(committed.values())
    meanwhile = [one for one in arrivals if started < one.at < ended and one.to not in committed]
    return Taken(case, ms, len(meanwhile) / (ended - started))


def _start_bulk(site: Site, case: Case, bulk: int, bell: Bell) -> int:
    """Queue the bulk, ring for it and let it run for a moment; how many texts it has."""
    if case.bulk_from is None:
        return 0
    phones = [reader(number) for number in range(bulk // EACH)]
    sender = queue_bulk(site.world, case.bulk_from, phones, EACH)
    bell.ring(Ripples(senders=frozenset({sender})))
    time.sleep(HEAD_START_SECONDS)
    return len(phones) * EACH


def _row(taken: Taken) -> tuple[str, ...]:
    return (
        taken.case.name,
        f"{percentile(taken.ms, 0.5):.0f}",
        f"{percentile(taken.ms, 0.99):.0f}",
        f"{max(taken.ms):.0f}",
        f"{taken.bulk_rate:.0f}" if taken.case.bulk_from else "–",
    )


def _targets(taken: list[Taken]) -> list[Target]:
    beside = [one for one in taken if one.case.bulk_from]
    p50, p99 = (max(percentile(one.ms, share) for one in beside) for share in (0.5, 0.99))
    cause = "see above"
    return [
        Target(f"p50 ≤ {P50_MS} ms beside any bulk", f"{p50:.0f} ms", p50 <= P50_MS, cause),
        Target(f"p99 ≤ {P99_MS} ms beside any bulk", f"{p99:.0f} ms", p99 <= P99_MS, cause),
    ]
