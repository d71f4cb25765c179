"""The figures of rulebooks, read from the database at each scrape: a clock publishes, we tell.

Labels are tenants' ids, files and hashes.
"""

from collections import Counter
from collections.abc import Iterator
from datetime import datetime

import structlog
from prometheus_client.core import GaugeMetricFamily, InfoMetricFamily, Metric
from prometheus_client.registry import Collector
from sqlalchemy.exc import SQLAlchemyError

from router.flows.rulebooks.found_files import FoundFile
from router.flows.rulebooks.standing import Standing, all_standings
from router.flows.world import World
from router.store.engine import DatabaseDown

SHORT_HASH = 12

log = structlog.get_logger()


class RulebookFigures(Collector):
    """What is in force of each tenant, and for how long the disk has said otherwise."""

    def __init__(self, world: World) -> None:
        self._world = world

    def collect(self) -> Iterator[Metric]:
        """None while the database is away: the other figures are still told."""
        try:
            standings, strays = all_standings(self._world)
        except (DatabaseDown, SQLAlchemyError) as error:
            log.warning("rulebooks_not_counted", error=error)
            return
        now = self._world.now()
        yield from _of_tenants(standings, now)
        yield _files([*strays, *(found for one in standings for found in one.files)])

    def describe(self) -> Iterator[Metric]:
        """Nothing in advance: registering must not ask the database."""
        return iter(())


def _of_tenants(standings: list[Standing], now: datetime) -> Iterator[Metric]:
    info = InfoMetricFamily("bellhop_rulebook", "The rulebook in force.", labels=["tenant"])
    revision = _gauge("revision", "Number of the revision in force.")
    ok = _gauge(
        "last_reload_successful", "1 while what is on disk is what is in force and works, else 0."
    )
    at = _gauge("last_reload_success_timestamp_seconds", "When the revision in force went live.")
    age = _gauge("last_reload_success_age_seconds", "How long the revision has been in force.")
    apart = _gauge("out_of_step_seconds", "How long disk and live rulebook differ; 0: they agree.")
    for one in standings:
        label = [one.tenant_id]
        info.add_metric(label, {"hash": one.hash[:SHORT_HASH], "file": one.file})
        revision.add_metric(label, one.revision)
        ok.add_metric(label, float(one.is_in_step))
        at.add_metric(label, one.published_at.timestamp())
        age.add_metric(label, (now - one.published_at).total_seconds())
        since = min((found.since for found in one.files), default=now)
        apart.add_metric(label, (now - since).total_seconds())
    yield from (info, revision, ok, at, age, apart)


def _files(files: list[FoundFile]) -> Metric:
    counts = Counter[str](found.state for found in files)
    found = GaugeMetricFamily(
        "bellhop_rulebook_files_not_in_force",
        "Files that are not what is in force, of known tenants and unknown ones: refused, "
        "clashing, unreadable or missing.",
        labels=["state"],
    )
    for state in ("refused", "clashing", "unreadable", "missing"):
        found.add_metric([state], counts[state])
    return found


def _gauge(name: str, says: str) -> GaugeMetricFamily:
    return GaugeMetricFamily(f"bellhop_rulebook_{name}", says, labels=["tenant"])
