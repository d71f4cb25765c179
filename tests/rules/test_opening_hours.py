"""Opening hours: split spans, spans over midnight, closed days, and changes of clocks."""

from datetime import UTC, date, datetime, time
from zoneinfo import ZoneInfo

import pytest

from rules.model import Hours
from rules.times.hours import is_open
from rules.times.week import Span

CHICAGO = ZoneInfo("America/Chicago")
BAR = Hours("bar", {4: (Span(time(20), 6 * 60),)}, frozenset({date(2026, 11, 21)}))
SPLIT = Hours("split", {0: (Span(time(7), 300), Span(time(13), 660))})
DAY = Hours("day", {day: (Span(time(0), 1440),) for day in range(7)})
NIGHT = Hours("night", {6: (Span(time(1), 60),)})  # Sundays 01:00-02:00


def _at(text: str, fold: int = 0) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=CHICAGO, fold=fold).astimezone(UTC)


@pytest.mark.parametrize(
    ("hours", "at", "opened"),
    [
        (BAR, "2026-11-20 19:59", False),
        (BAR, "2026-11-20 20:00", True),
        (BAR, "2026-11-21 01:59", True),  # into a closed day: the span belongs to Friday
        (BAR, "2026-11-21 02:00", False),
        (SPLIT, "2026-11-09 11:59", True),
        (SPLIT, "2026-11-09 12:00", False),
        (SPLIT, "2026-11-09 23:59", True),
        (SPLIT, "2026-11-10 00:00", False),
        (DAY, "2026-03-08 03:00", True),
        (NIGHT, "2026-03-08 01:59", True),
        (NIGHT, "2026-03-08 03:00", False),
    ],
)
def test_hours_are_open_while_the_wall_clock_says_so(hours: Hours, at: str, opened: bool) -> None:
    assert is_open(hours, _at(at), CHICAGO) is opened


def test_an_hour_that_comes_twice_is_open_twice() -> None:
    assert is_open(NIGHT, _at("2026-11-01 01:30"), CHICAGO)
    assert is_open(NIGHT, _at("2026-11-01 01:30", fold=1), CHICAGO)


def test_a_closed_day_has_no_span_of_its_own() -> None:
    closed = Hours("closed", {4: (Span(time(20), 360),)}, frozenset({date(2026, 11, 20)}))
    assert not is_open(closed, _at("2026-11-20 21:00"), CHICAGO)
