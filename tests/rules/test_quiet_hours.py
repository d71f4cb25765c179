"""Quiet hours: the recipient's own clock, the stricter of several places, the table of states."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from rules.limits import Limits
from rules.load import load
from rules.times.quiet import Place, QuietHours, next_allowed
from rules.times.quiet_table import of_the_table, quiet_rows
from rules.times.week import is_within
from tests.rules.cafe import CAFE
from tests.rules.conftest import load_book

TABLE = of_the_table()
CHICAGO, NEW_YORK = ZoneInfo("America/Chicago"), ZoneInfo("America/New_York")
MINNESOTA = Place(CHICAGO, "US-MN")


def _at(text: str, zone: ZoneInfo = CHICAGO) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=zone).astimezone(UTC)


def _next(text: str, *places: Place, quiet: QuietHours = TABLE) -> str:
    """The next allowed instant, both by the first place's own clock."""
    at = next_allowed(_at(text, places[0].zone), places, quiet)
    return at.astimezone(places[0].zone).strftime("%Y-%m-%d %H:%M")


@pytest.mark.parametrize(
    ("region", "at", "allowed"),
    [
        ("US-MN", "2026-11-10 08:00", "2026-11-10 08:00"),
        ("US-MN", "2026-11-10 20:59", "2026-11-10 20:59"),
        ("US-MN", "2026-11-10 21:00", "2026-11-11 08:00"),
        ("US-MN", "2026-11-10 07:59", "2026-11-10 08:00"),
        ("US-FL", "2026-11-10 20:00", "2026-11-11 08:00"),
        ("US-CT", "2026-11-10 08:30", "2026-11-10 09:00"),
        ("US-TX", "2026-11-14 21:30", "2026-11-15 12:00"),  # Saturday night: Sunday noon
        ("US-TX", "2026-11-15 20:59", "2026-11-15 20:59"),
        ("US-TX", "2026-11-16 08:59", "2026-11-16 09:00"),
        ("DE", "2026-11-10 21:00", "2026-11-11 08:00"),
        ("CA-ON", "2026-11-10 20:30", "2026-11-10 20:30"),
        ("US", "2026-11-10 08:30", "2026-11-10 09:00"),  # it may be Connecticut
        (None, "2026-11-15 09:30", "2026-11-15 12:00"),  # and Texas on a Sunday
        (None, "2026-11-10 20:00", "2026-11-11 09:00"),
    ],
)
def test_texts_wait_for_the_hours_of_their_place(region: str | None, at: str, allowed: str) -> None:
    assert _next(at, Place(CHICAGO, region)) == allowed


def test_of_several_places_all_must_allow() -> None:
    florida = (Place(NEW_YORK, "US-FL"), Place(CHICAGO, "US-FL"))
    assert _next("2026-11-10 08:30", *florida) == "2026-11-10 09:00"
    assert _next("2026-11-10 19:59", *florida) == "2026-11-10 19:59"
    assert _next("2026-11-10 20:00", *florida) == "2026-11-11 09:00"


def test_without_a_place_nothing_waits() -> None:
    at = _at("2026-11-10 03:00")
    assert next_allowed(at, (), TABLE) == at


def test_places_that_never_allow_at_once_are_looked_at_a_day_later() -> None:
    quiet = _quiet('{DE: "12:00-13:00"}')
    places = (Place(ZoneInfo("Europe/Berlin"), "DE"), Place(ZoneInfo("Asia/Tokyo"), "DE"))
    at = _at("2026-11-10 09:00")
    assert next_allowed(at, places, quiet) == at + timedelta(hours=24)


@pytest.mark.parametrize(
    ("at", "allowed"),
    [
        ("2026-03-07 22:00", "2026-03-08 08:00"),  # the clocks go forward
        ("2026-10-31 22:00", "2026-11-01 08:00"),  # and back
    ],
)
def test_a_change_of_clocks_moves_the_morning_with_it(at: str, allowed: str) -> None:
    assert _next(at, MINNESOTA) == allowed


def test_a_window_that_the_clocks_leap_over_opens_when_they_have_leapt() -> None:
    quiet = _quiet('{US-MN: "02:30-04:00"}')
    assert _next("2026-03-08 00:00", MINNESOTA, quiet=quiet) == "2026-03-08 03:30"
    assert _next("2026-03-08 03:10", MINNESOTA, quiet=quiet) == "2026-03-08 03:10"


def test_a_window_in_the_hour_that_comes_twice_opens_twice() -> None:
    quiet = _quiet('{US-MN: "01:30-01:45"}')
    first = _at("2026-11-01 01:30")
    assert next_allowed(first + timedelta(minutes=20), (MINNESOTA,), quiet) == first + timedelta(
        hours=1
    )


@given(
    minutes=st.integers(0, 2 * 365 * 24 * 60),
    zones=st.lists(
        st.sampled_from(["America/Chicago", "America/New_York", "Europe/Berlin", "Asia/Kolkata"]),
        min_size=1,
        max_size=2,
    ),
    region=st.sampled_from(["US-TX", "US-FL", "US-MN", "US", "DE", None]),
)
@example(minutes=85_800, zones=["America/Chicago", "Asia/Kolkata"], region="US")  # a leap opens it
def test_the_next_allowed_instant_is_allowed_everywhere(
    minutes: int, zones: list[str], region: str | None
) -> None:
    moment = datetime(2026, 1, 1, tzinfo=UTC) + timedelta(minutes=minutes)
    places = [Place(ZoneInfo(zone), region) for zone in zones]
    allowed = next_allowed(moment, places, TABLE)
    clocks_leap = any(
        moment.astimezone(place.zone).utcoffset() != allowed.astimezone(place.zone).utcoffset()
        for place in places
    )
    assert moment <= allowed <= moment + timedelta(days=8 if clocks_leap else 2)
    if allowed != moment + timedelta(hours=24):
        assert next_allowed(allowed, places, TABLE) == allowed
        weeks = [(place.zone, week) for place in places for week in TABLE.weeks_of(region)]
        assert all(is_within(week, allowed, zone) for zone, week in weeks)


def _limits(quiet: str) -> Limits:
    text = CAFE.replace("{auto_replies: 2 per 10m}", f"{{quiet_hours: {quiet}}}")
    return load_book(text).limits


def _quiet(quiet: str) -> QuietHours:
    return _limits(quiet).quiet_hours


def test_a_rulebook_lays_its_rows_over_the_table() -> None:
    quiet = _quiet('{default: "09:00-20:00", US-TX: {mon-sat: "10:00-18:00"}, CA: "10:00-12:00"}')
    assert _next("2026-11-10 08:30", MINNESOTA, quiet=quiet) == "2026-11-10 09:00"
    assert _next("2026-11-14 18:00", Place(CHICAGO, "US-TX"), quiet=quiet) == "2026-11-16 10:00"
    assert _next("2026-11-10 08:00", Place(CHICAGO, "US-FL"), quiet=quiet) == "2026-11-10 08:00"
    assert _next("2026-11-10 12:00", Place(CHICAGO, "CA-ON"), quiet=quiet) == "2026-11-11 10:00"


def test_without_the_section_the_table_holds() -> None:
    assert load_book(CAFE).limits.quiet_hours == TABLE
    assert _quiet("recipient") == TABLE


def test_every_row_has_its_source_and_its_day() -> None:
    rows = quiet_rows()
    assert rows[0].place == "default"
    assert len({row.place for row in rows}) == len(rows)
    assert all(row.source and row.as_of.year >= 2026 for row in rows)


@pytest.mark.parametrize(
    ("place", "meant"), [("TX", "US-TX"), ("XX", ""), ("US-ZZ", "US"), ("DE-BY", "DE")]
)
def test_a_place_that_is_none_is_refused_with_a_suggestion(place: str, meant: str) -> None:
    text = CAFE.replace("{auto_replies: 2 per 10m}", f'{{quiet_hours: {{{place}: "09:00-20:00"}}}}')
    (finding,) = [found for found in load(text, "cafe.yaml").findings if found.code == "BH207"]
    assert f"'{place}' is no country" in finding.message
    assert finding.message.endswith(f"did you mean '{meant}'?" if meant else "(US-TX)")


@pytest.mark.parametrize("place", ["DE", "CA", "US", "US-DC", "PR", "default"])
def test_countries_and_states_of_the_us_are_places(place: str) -> None:
    text = CAFE.replace("{auto_replies: 2 per 10m}", f'{{quiet_hours: {{{place}: "09:00-20:00"}}}}')
    assert load(text, "cafe.yaml").book is not None
