"""The figures that this process shows under /metrics. Labels are outcomes, never a person's."""

from collections.abc import Mapping

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest
from prometheus_client.registry import Collector

LATENCY_SECONDS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10)


class Meters:
    """One registry an app, so that several apps in a process do not mix.

    `more` are asked at each scrape for figures that others keep.
    """

    def __init__(self, *more: Collector) -> None:
        self._registry = CollectorRegistry()
        for collector in more:
            self._registry.register(collector)
        self.inbound = Counter(
            "bellhop_inbound",
            "Inbound texts by what became of them: stored, duplicate, unknown_number, spooled, "
            "refused or unavailable.",
            ["outcome"],
            registry=self._registry,
        )
        self.refused_signatures = Counter(
            "bellhop_refused_signatures",
            "Webhooks that the carrier did not sign.",
            ["webhook"],
            registry=self._registry,
        )
        self.latency = Histogram(
            "bellhop_webhook_seconds",
            "Time from a webhook's arrival to its answer.",
            ["webhook"],
            buckets=LATENCY_SECONDS,
            registry=self._registry,
        )
        self.streams = Gauge(
            "bellhop_live_streams", "Pages that listen for news.", registry=self._registry
        )
        self.dispatches = Gauge(
            "bellhop_dispatches",
            "Notices and webhook calls that were not done, by kind and state: queued, sending, "
            "unknown or failed. Of the whole installation.",
            ["kind", "state"],
            registry=self._registry,
        )

    def show_dispatches(self, counts: Mapping[tuple[str, str], int]) -> None:
        """What (kind, state) the dispatches are in that were not done, now."""
        self.dispatches.clear()
        for (kind, state), count in counts.items():
            self.dispatches.labels(kind, state).set(count)

    def render(self) -> bytes:
        """All figures in Prometheus' text format."""
        return generate_latest(self._registry)
