"""What /metrics shows: the counts of all processes of this machine, and what the database knows."""

from collections import Counter
from collections.abc import Iterator
from itertools import accumulate
from typing import Protocol

import structlog
from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.core import (
    CounterMetricFamily,
    GaugeMetricFamily,
    HistogramMetricFamily,
    Metric,
)
from prometheus_client.registry import Collector

from router.flows.world import World
from router.jobs.shared_meters import SharedMeters
from router.meters import BUCKETS, FIGURES, Counts, Figure, Meters
from router.web.outbox_collector import OutboxCollector
from router.web.rulebook_figures import RulebookFigures

EDGES = (*(f"{bound:g}" for bound in BUCKETS), "+Inf")

log = structlog.get_logger()


class Totals(Protocol):
    """Tells all counts, and how many processes of each kind they are of."""

    def total(self) -> tuple[Counts, Counter[str]]:
        """The counts and the living."""
        ...


class OneProcess:
    """The counts of this process alone, for an app that shares them with nobody."""

    def __init__(self, meters: Meters) -> None:
        self._meters = meters

    def total(self) -> tuple[Counts, Counter[str]]:
        """Its own."""
        return self._meters.counts(), Counter()


def make_registry(world: World, shared: SharedMeters | None = None) -> CollectorRegistry:
    """All figures; without `shared`, of the processes' counts this one's own."""
    registry = CollectorRegistry()
    registry.register(ProcessCollector(shared or OneProcess(world.meters)))
    registry.register(OutboxCollector(world))
    registry.register(RulebookFigures(world))
    return registry


def render(registry: CollectorRegistry) -> bytes:
    """All figures in Prometheus' text format."""
    return generate_latest(registry)


class ProcessCollector(Collector):
    """What the processes have counted. Each figure has its heading, also where it has no values."""

    def __init__(self, totals: Totals) -> None:
        self._totals = totals

    def collect(self) -> Iterator[Metric]:
        """None while the folder of the counts cannot be read."""
        try:
            counts, living = self._totals.total()
        except OSError as error:
            log.warning("meters_not_read", error=error)
            return
        for figure in FIGURES.values():
            yield _family(figure, counts)
        processes = GaugeMetricFamily(
            "bellhop_processes", "Processes of this machine, by what they do.", labels=["process"]
        )
        for process, count in living.items():
            processes.add_metric([process], count)
        yield processes

    def describe(self) -> Iterator[Metric]:
        """Nothing in advance: registering must not read files."""
        return iter(())


def _family(figure: Figure, counts: Counts) -> Metric:
    ours = {labels: values for (name, labels), values in counts.items() if name == figure.name}
    if figure.kind == "histogram":
        histogram = HistogramMetricFamily(figure.name, figure.says, labels=figure.labels)
        for labels, (*fell, total) in ours.items():
            buckets = list(zip(EDGES, accumulate(fell), strict=True))
            histogram.add_metric(labels, buckets, total)
        return histogram
    family = CounterMetricFamily if figure.kind == "counter" else GaugeMetricFamily
    found = family(figure.name, figure.says, labels=figure.labels)
    for labels, (value,) in ours.items():
        found.add_metric(labels, value)
    return found
