"""Who has a thread, as staff sees it, and to whom it can be passed on."""

from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from sqlalchemy import func, select
from sqlmodel import col

from router.flows.held import Held
from router.flows.shifts import Colleague, colleagues
from router.flows.snooze import SNOOZES
from router.store.tables import Thread, Timer
from rules.model import Rulebook


@dataclass(frozen=True, slots=True)
class Waiting:
    """A place in a team's queue, 1 for the next; `anyone_here`: is any of the team here?."""

    place: int
    anyone_here: bool


@dataclass(frozen=True, slots=True)
class Hands:
    """Who has a thread. `claimed`: by their own doing, else it was picked for them; `waiting`: for
    somebody free; `stands_in_for`: the team that was asked, where another has it. `wakes_at`: it is
    put aside until then. `teams` and `here`, everyone on shift, are whom it can be given; `snoozes`
    how long it can be put aside, and until when. Times are in the zone of the business.
    """

    assignee: str | None
    claimed: bool
    waiting: Waiting | None
    stands_in_for: str | None
    wakes_at: datetime | None
    teams: tuple[str, ...]
    here: tuple[Colleague, ...]
    snoozes: tuple[tuple[str, datetime], ...]


def hands_of(held: Held, book: Rulebook) -> Hands:
    """Who has the held thread, and who could."""
    here = tuple(colleagues(held.connection, held.keys, here=True))
    asked = held.ask.team if held.ask else None
    return Hands(
        assignee=held.assignee,
        claimed=held.state.claimed,
        waiting=_waiting(held, here),
        stands_in_for=asked if asked != held.state.team else None,
        wakes_at=_wakes_at(held, book.timezone),
        teams=tuple(book.teams),
        here=here,
        snoozes=tuple((name, until(held.at, book.timezone)) for name, until in SNOOZES.items()),
    )


def _waiting(held: Held, here: tuple[Colleague, ...]) -> Waiting | None:
    if held.waiting_since is None:
        return None
    before = (col(Thread.waiting_since) < held.waiting_since) | (
        (col(Thread.waiting_since) == held.waiting_since) & (col(Thread.id) < held.thread_id)
    )
    ahead = held.connection.execute(
        select(func.count())
        .select_from(Thread)
        .where(col(Thread.tenant_id) == held.tenant_id, col(Thread.team) == held.state.team, before)
    ).scalar_one()
    return Waiting(ahead + 1, any(held.state.team in colleague.teams for colleague in here))


def _wakes_at(held: Held, zone: ZoneInfo) -> datetime | None:
    if held.state.state != "snoozed":
        return None
    due_at = held.connection.execute(
        select(func.min(col(Timer.due_at))).where(
            col(Timer.tenant_id) == held.tenant_id,
            col(Timer.thread_id) == held.thread_id,
            col(Timer.kind) == "wake",
            col(Timer.state) == "waiting",
        )
    ).scalar_one()
    return due_at and due_at.astimezone(zone)
