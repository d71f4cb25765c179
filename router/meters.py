"""The figures that this process counts: how often something happened, how long it took.

A figure is a row of `FIGURES`. Its labels are words of our own: outcomes, kinds, never a person's.
"""

import threading
from bisect import bisect_left
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Literal

BUCKETS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0)
LINES = ("first", "answer", "bulk")  # by priority

Key = tuple[str, tuple[str, ...]]
Values = tuple[float, ...]
Counts = Mapping[Key, Values]
"""Of each figure's name and labels: a counter's or gauge's one value; of a histogram how many fell
into each bucket, the last one without end, and then the sum in seconds."""


@dataclass(frozen=True, slots=True)
class Figure:
    """What is counted, under which labels. A gauge is true as long as its process lives."""

    name: str
    kind: Literal["counter", "gauge", "histogram"]
    says: str
    labels: tuple[str, ...] = ()

    @property
    def width(self) -> int:
        """How many values it has under one set of labels."""
        return len(BUCKETS) + 2 if self.kind == "histogram" else 1


INBOUND = Figure(
    "bellhop_inbound",
    "counter",
    "Inbound texts by what became of them: stored, duplicate, unknown_number, spooled, refused or "
    "unavailable.",
    ("outcome",),
)
REFUSED_SIGNATURES = Figure(
    "bellhop_refused_signatures",
    "counter",
    "Webhooks that the carrier did not sign.",
    ("webhook",),
)
WEBHOOK_SECONDS = Figure(
    "bellhop_webhook_seconds",
    "histogram",
    "Time from a webhook's arrival to its answer.",
    ("webhook",),
)
CALLBACKS = Figure(
    "bellhop_status_callbacks",
    "counter",
    "Status callbacks of the carrier, by the status that they told.",
    ("status",),
)
STREAMS = Figure("bellhop_live_streams", "gauge", "Pages that listen for news.")
SENDS = Figure(
    "bellhop_sends",
    "counter",
    "Tries to hand a text to the carrier, by kind of message and outcome: accepted, delay, refused "
    "or unknown.",
    ("kind", "outcome"),
)
SEND_SECONDS = Figure(
    "bellhop_send_seconds",
    "histogram",
    "Time from the claim of a text to what the carrier made of it.",
    ("outcome",),
)
WIRE_SECONDS = Figure(
    "bellhop_wire_seconds",
    "histogram",
    "Time from the commit that wanted a text sent to its first attempt, by line: first (opt-outs' "
    "confirmations, codes), answer, bulk.",
    ("line",),
)
JOBS = Figure(
    "bellhop_jobs_put_aside",
    "counter",
    "Jobs and errands that failed, and jobs that were quarantined since they are none of ours.",
    ("why",),
)
BELL_FAILURES = Figure("bellhop_bell_failures", "counter", "Rings that Redis did not take.")
CHORE_FAILURES = Figure("bellhop_chore_failures", "counter", "Chores that failed.", ("chore",))

FIGURES: MappingProxyType[str, Figure] = MappingProxyType(
    {
        figure.name: figure
        for figure in (
            INBOUND,
            REFUSED_SIGNATURES,
            WEBHOOK_SECONDS,
            CALLBACKS,
            STREAMS,
            SENDS,
            SEND_SECONDS,
            WIRE_SECONDS,
            JOBS,
            BELL_FAILURES,
            CHORE_FAILURES,
        )
    }
)


class Meters:
    """Counts for one world. Safe to use from many threads; counting costs about a microsecond."""

    def __init__(self) -> None:
        self._values: dict[Key, list[float]] = {}
        self._lock = threading.Lock()

    def count(self, figure: Figure, *labels: str) -> None:
        """It happened once more."""
        with self._lock:
            self._of(figure, labels)[0] += 1

    def show(self, figure: Figure, value: float, *labels: str) -> None:
        """It is so much now."""
        with self._lock:
            self._of(figure, labels)[0] = value

    def time(self, figure: Figure, seconds: float, *labels: str) -> None:
        """It took so long, this time."""
        with self._lock:
            values = self._of(figure, labels)
            values[bisect_left(BUCKETS, seconds)] += 1
            values[-1] += seconds

    def sent(self, kind: str, outcome: str, seconds: float) -> None:
        """A text of that kind was tried, `seconds` after it was claimed. `outcome`: accepted,
        delay, refused or unknown.
        """
        self.count(SENDS, kind, outcome)
        self.time(SEND_SECONDS, seconds, outcome)

    def reached_the_wire(self, priority: int, seconds: float) -> None:
        """A text's first attempt begins, `seconds` after the commit that wanted it sent."""
        self.time(WIRE_SECONDS, seconds, LINES[priority])

    def counts(self) -> Counts:
        """All that was counted until now."""
        with self._lock:
            return {key: tuple(values) for key, values in self._values.items()}

    def _of(self, figure: Figure, labels: tuple[str, ...]) -> list[float]:
        key = (figure.name, labels)
        values = self._values.get(key)
        if values is None:
            if len(labels) != len(figure.labels):
                raise ValueError(f"{figure.name} has the labels {figure.labels}")
            values = self._values[key] = [0.0] * figure.width
        return values


def added_up(*several: Counts) -> Counts:
    """The counts of several processes together."""
    total: dict[Key, Values] = {}
    for counts in several:
        for key, values in counts.items():
            before = total.get(key, (0.0,) * len(values))
            total[key] = tuple(one + more for one, more in zip(before, values, strict=True))
    return total


def lasting(counts: Counts) -> Counts:
    """What stays true once the process has ended: all but the gauges."""
    return {key: values for key, values in counts.items() if FIGURES[key[0]].kind != "gauge"}


def known(rows: Iterator[tuple[str, list[str], list[float]]]) -> Counts:
    """Counts that another process wrote down, without what this version does not know."""
    counts: dict[Key, Values] = {}
    for name, labels, values in rows:
        figure = FIGURES.get(name)
        if figure and (len(labels), len(values)) == (len(figure.labels), figure.width):
            counts[name, tuple(labels)] = tuple(values)
    return counts
