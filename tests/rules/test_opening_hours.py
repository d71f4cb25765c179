"""Hours and timers: split spans, spans over midnight, closed days, holidays, changes of clocks."""

from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest

from rules.decision import Facts, ThreadState
from rules.model import Hours, Rulebook
from rules.rehearsal.pretending import PretendedThread
from rules.times.hours import is_open
from rules.times.week import Span
from tests.rules.conftest import decide_text, load_book, names

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


ZONED = """
version: 1
tenant: bar
name: The Bar
contact: +1 612 555 0100
timezone: {zone}
languages: [en]
numbers: {{main: "+16125550100"}}
teams: {{bar: {{}}}}
fallback: {{do: [{{assign: bar}}]}}
hours:
  split: {{open: {{sun: ["00:30-02:30", "03:30-12:00"]}}}}
  night: {{open: {{sat: "22:00-06:00"}}}}
  lost: {{open: {{sun: "02:15-02:45"}}}}
  shut:
    open: {{sat-sun: "20:00-04:00"}}
    closed: [2026-03-08, 2026-03-29, 2026-10-25, 2026-11-01]
  feasts: {{open: {{mon-sun: "20:00-04:00"}}, holidays: {holidays}}}
"""
NEW_YORK, BERLIN = ("America/New_York", "US"), ("Europe/Berlin", "DE-BE")


@pytest.mark.parametrize(
    ("place", "name", "at", "opened"),
    [
        # New York, 2026-03-08: after 01:59 comes 03:00
        (NEW_YORK, "split", "2026-03-08 01:59-05:00", True),
        (NEW_YORK, "split", "2026-03-08 03:00-04:00", False),
        (NEW_YORK, "split", "2026-03-08 03:30-04:00", True),
        (NEW_YORK, "night", "2026-03-07 21:59-05:00", False),
        (NEW_YORK, "night", "2026-03-08 05:59-04:00", True),
        (NEW_YORK, "night", "2026-03-08 06:00-04:00", False),
        (NEW_YORK, "lost", "2026-03-08 01:59-05:00", False),
        (NEW_YORK, "lost", "2026-03-08 03:00-04:00", False),
        (NEW_YORK, "shut", "2026-03-08 03:59-04:00", True),
        (NEW_YORK, "shut", "2026-03-08 04:00-04:00", False),
        (NEW_YORK, "shut", "2026-03-08 20:00-04:00", False),
        # New York, 2026-11-01: after 01:59 comes 01:00
        (NEW_YORK, "split", "2026-11-01 01:30-04:00", True),
        (NEW_YORK, "split", "2026-11-01 01:30-05:00", True),
        (NEW_YORK, "split", "2026-11-01 02:29-05:00", True),
        (NEW_YORK, "split", "2026-11-01 02:30-05:00", False),
        (NEW_YORK, "night", "2026-11-01 01:00-05:00", True),
        (NEW_YORK, "night", "2026-11-01 05:59-05:00", True),
        (NEW_YORK, "night", "2026-11-01 06:00-05:00", False),
        (NEW_YORK, "shut", "2026-11-01 03:59-05:00", True),
        (NEW_YORK, "shut", "2026-11-01 20:00-05:00", False),
        (NEW_YORK, "shut", "2026-11-02 01:00-05:00", False),
        # Berlin, 2026-03-29: after 01:59 comes 03:00
        (BERLIN, "split", "2026-03-29 01:59+01:00", True),
        (BERLIN, "split", "2026-03-29 03:00+02:00", False),
        (BERLIN, "split", "2026-03-29 03:30+02:00", True),
        (BERLIN, "night", "2026-03-29 05:59+02:00", True),
        (BERLIN, "night", "2026-03-29 06:00+02:00", False),
        (BERLIN, "lost", "2026-03-29 03:00+02:00", False),
        (BERLIN, "shut", "2026-03-29 03:59+02:00", True),
        (BERLIN, "shut", "2026-03-29 20:00+02:00", False),
        # Berlin, 2026-10-25: after 02:59 comes 02:00
        (BERLIN, "split", "2026-10-25 02:29+02:00", True),
        (BERLIN, "split", "2026-10-25 02:30+02:00", False),
        (BERLIN, "split", "2026-10-25 02:00+01:00", True),
        (BERLIN, "split", "2026-10-25 02:30+01:00", False),
        (BERLIN, "lost", "2026-10-25 02:15+02:00", True),
        (BERLIN, "lost", "2026-10-25 02:15+01:00", True),
        (BERLIN, "night", "2026-10-25 05:59+01:00", True),
        (BERLIN, "shut", "2026-10-25 03:59+01:00", True),
        (BERLIN, "shut", "2026-10-25 20:00+01:00", False),
        # holidays, from one evening into the next day
        (NEW_YORK, "feasts", "2026-11-26 20:00-05:00", False),
        (NEW_YORK, "feasts", "2026-11-26 03:59-05:00", True),
        (NEW_YORK, "feasts", "2026-11-27 01:00-05:00", False),
        (NEW_YORK, "feasts", "2026-07-03 20:00-04:00", False),  # for the 4th, a Saturday
        (NEW_YORK, "feasts", "2027-01-01 01:00-05:00", True),  # the last night of the year before
        (NEW_YORK, "feasts", "2027-01-01 20:00-05:00", False),
        (NEW_YORK, "feasts", "2027-12-31 20:00-05:00", False),  # for New Year's Day, a Saturday
        (NEW_YORK, "feasts", "2028-01-01 01:00-05:00", False),
        (BERLIN, "feasts", "2026-11-26 20:00+01:00", True),
        (BERLIN, "feasts", "2026-10-03 20:00+02:00", False),
        (BERLIN, "feasts", "2026-03-08 20:00+01:00", False),  # Women's Day, in Berlin
        (BERLIN, "feasts", "2026-03-28 20:00+01:00", True),
        (BERLIN, "feasts", "2026-03-29 03:59+02:00", True),
    ],
)
def test_hours_over_changes_of_clocks_closed_days_and_holidays(
    place: tuple[str, str], name: str, at: str, opened: bool
) -> None:
    zone, holidays = place
    book = load_book(ZONED.format(zone=zone, holidays=holidays))
    instant = datetime.fromisoformat(at).astimezone(UTC)
    assert is_open(book.hours[name], instant, book.timezone) is opened


@pytest.mark.parametrize("at", ["2026-03-08 01:55-05:00", "2026-11-01 01:55-04:00"])
def test_a_timer_waits_as_time_elapses_also_over_a_change_of_clocks(
    hotel: Rulebook, at: str
) -> None:
    hotel = replace(hotel, timezone=ZoneInfo("America/New_York"))
    guest = PretendedThread(hotel, Facts(datetime.fromisoformat(at).astimezone(UTC), "main"))
    guest.say("the shower is broken")
    assert names(guest.wait(timedelta(minutes=9))) == []
    assert names(guest.wait(timedelta(minutes=1))) == ["waiting"]


@pytest.mark.parametrize(
    ("before", "after", "matches"),
    [
        ("2026-10-24 12:00+02:00", "2026-11-07 11:00+01:00", True),  # 14 days to the minute
        ("2026-10-24 12:00+02:00", "2026-11-07 11:01+01:00", False),  # noon again is an hour more
        ("2026-03-28 12:00+01:00", "2026-04-11 13:00+02:00", True),
        ("2026-03-28 12:00+01:00", "2026-04-11 13:01+02:00", False),
    ],
)
def test_within_is_elapsed_time_over_a_change_of_clocks(
    hotel: Rulebook, before: str, after: str, *, matches: bool
) -> None:
    berlin = replace(hotel, timezone=ZoneInfo("Europe/Berlin"))
    last = datetime.fromisoformat(before).astimezone(UTC)
    thread = ThreadState("closed", last_activity_at=last, last_assignee="alice")
    at = datetime.fromisoformat(after).astimezone(UTC)
    rules = [rule.id for rule in decide_text(berlin, "me again", at=at, thread=thread).rules]
    assert (rules == ["same-person"]) is matches
