"""The checks of `bellhop doctor` that look at what moves: the clock, what waits or is in doubt."""

from collections.abc import Iterator
from datetime import timedelta

from sqlalchemy.exc import SQLAlchemyError

from router.cli.finding import Finding
from router.flows.outbox_figures import read_outbox_figures
from router.flows.restoring.age import CLOCK
from router.flows.world import World
from router.store.engine import DatabaseDown

LATE = timedelta(seconds=30)
LONGEST = {
    "queued": timedelta(minutes=15),
    "unknown": timedelta(minutes=15),
    "review": timedelta(days=1),
}
SAYS = {
    "queued": "{count} texts of {tenant} wait to be sent, the oldest is due for {minutes} min",
    "unknown": "{count} texts of {tenant} may have been sent or not, the oldest for {minutes} min",
    "review": "{count} texts of {tenant} wait for a decision, the oldest for {minutes} min",
}
DO = {
    "queued": "see whether a worker listens, and whether the carrier refuses (bellhop_sends)",
    "unknown": "see that the carrier reaches PUBLIC_URL/twilio/status, and that its log answers",
    "review": "have staff decide in the inbox: sent, or to be sent again",
}


def check_clock_process(world: World) -> list[Finding]:
    """One goes round."""
    try:
        at = read_outbox_figures(world).marks.get(CLOCK)
    except (DatabaseDown, SQLAlchemyError):
        return []  # said by the database's own check
    if at is None or world.now() - at > LATE:
        since = f" since {at:%Y-%m-%d %H:%M:%S} UTC" if at else ""
        said = f"none goes round{since}: no timer fires, no rulebook goes live"
        return [Finding(False, said, "start: bellhop clock")]
    return [Finding(True, "one goes round")]


def check_outbox(world: World) -> list[Finding]:
    """What waits or is in doubt moves on."""
    try:
        found = list(_on_waiting(world))
    except (DatabaseDown, SQLAlchemyError):
        return []  # said by the database's own check
    return found or [Finding(True, "nothing waits")]


def _on_waiting(world: World) -> Iterator[Finding]:
    now = world.now()
    for one in read_outbox_figures(world).waiting:
        if one.state not in SAYS or one.since is None:
            continue
        waits = max(now - one.since, timedelta())
        said = SAYS[one.state].format(
            count=one.count, tenant=one.tenant_id, minutes=int(waits.total_seconds() // 60)
        )
        is_fresh = waits < LONGEST[one.state]
        yield Finding(is_fresh, said, "" if is_fresh else DO[one.state])
