"""A week on the wall clock: on which weekdays, from when and for how long something is open."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
DAY_MINUTES = 24 * 60


@dataclass(frozen=True, slots=True)
class Span:
    """An open span: from `opens` for `minutes`, so that a span over midnight is one value."""

    opens: time
    minutes: int


Week = Mapping[int, tuple[Span, ...]]
"""Weekday (0 = Monday) -> the spans that begin on it; a weekday that is missing has none."""


def is_within(week: Week, at: datetime, zone: ZoneInfo, closed: Iterable[date] = ()) -> bool:
    """Whether an instant (aware) is in a span, by the wall clock; no span begins on `closed` days.

    A span over a change of clocks is as long as the clocks make it, and an hour that comes twice
    is open both times.
    """
    local = at.astimezone(zone).replace(tzinfo=UTC)  # the wall clock, free of any change of clocks
    days = (local.date(), local.date() - timedelta(days=1))
    return any(_covers(week, day, local) for day in days if day not in closed)


def _covers(week: Week, day: date, local: datetime) -> bool:
    return any(
        timedelta(0)
        <= local - datetime.combine(day, span.opens, UTC)
        < timedelta(minutes=span.minutes)
        for span in week.get(day.weekday(), ())
    )
