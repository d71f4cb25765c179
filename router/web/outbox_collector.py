"""The figures of outbox, dispatches and spool for Prometheus, read when they are asked for.

Labels are tenants' ids, states and ways. Ages are of `now`; what does not wait has the age 0.
"""

from collections.abc import Iterator
from datetime import datetime

import structlog
from prometheus_client.core import GaugeMetricFamily, Metric
from prometheus_client.registry import Collector
from sqlalchemy.exc import SQLAlchemyError

from router.flows.dispatches.told import count_undone
from router.flows.outbox_figures import OutboxFigures, read_outbox_figures
from router.flows.spool import spooled
from router.flows.world import World
from router.store.engine import DatabaseDown

log = structlog.get_logger()


class OutboxCollector(Collector):
    """What waits, how long, and where it is stuck."""

    def __init__(self, world: World) -> None:
        self._world = world

    def collect(self) -> Iterator[Metric]:
        """The spool's alone while the database is away."""
        yield from _of_spool(self._world)
        try:
            found = read_outbox_figures(self._world)
            undone = count_undone(self._world)
        except (DatabaseDown, SQLAlchemyError) as error:
            log.warning("outbox_not_counted", error=error)
            return
        yield from _of_outbox(found, self._world.now())
        yield _of_dispatches(undone)

    def describe(self) -> Iterator[Metric]:
        """Nothing in advance: registering must not ask the database."""
        return iter(())


def _of_outbox(found: OutboxFigures, now: datetime) -> Iterator[Metric]:
    depth = _gauge(
        "messages", "Texts that are queued, sending, unknown, held or in review.", "tenant", "state"
    )
    age = _gauge(
        "message_age_seconds",
        "How long the oldest text is due and not sent (queued), unknown, or in review.",
        "tenant",
        "state",
    )
    for one in found.waiting:
        depth.add_metric([one.tenant_id, one.state], one.count)
        waits = (now - one.since).total_seconds() if one.since else 0.0
        age.add_metric([one.tenant_id, one.state], max(0.0, waits))
    opt_outs = _gauge("opt_outs", "Opt-outs of the last 24 hours, by how.", "tenant", "how")
    for labels, count in found.opt_outs.items():
        opt_outs.add_metric(labels, count)
    stopped = _gauge("stopped_senders", "Numbers whose account the carrier refuses.", "tenant")
    for tenant_id, count in found.stopped.items():
        stopped.add_metric([tenant_id], count)
    marks = _gauge(
        "age_seconds",
        "How long ago a clock went round (clock), up to when the carrier's log is read (inbound).",
        "of",
    )
    for name, at in found.marks.items():
        marks.add_metric([name], max(0.0, (now - at).total_seconds()))
    yield from (depth, age, opt_outs, stopped, marks)


def _of_dispatches(undone: dict[tuple[str, str], int]) -> Metric:
    found = _gauge(
        "dispatches",
        "Notices and webhook calls that were not done, by kind and state: queued, sending, "
        "unknown or failed.",
        "kind",
        "state",
    )
    for labels, count in undone.items():
        found.add_metric(labels, count)
    return found


def _of_spool(world: World) -> Iterator[Metric]:
    count, oldest_seconds = spooled(world)
    yield _one("spool_files", "Texts in the spool of this machine.", count)
    yield _one("spool_age_seconds", "How long the oldest of them is there.", oldest_seconds)


def _one(name: str, says: str, value: float) -> Metric:
    found = _gauge(name, says)
    found.add_metric([], value)
    return found


def _gauge(name: str, says: str, *labels: str) -> GaugeMetricFamily:
    return GaugeMetricFamily(f"bellhop_{name}", says, labels=labels)
