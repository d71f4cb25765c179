"""Quiet hours: when a text that nobody asked for may reach a person, in the person's own time."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from rules.times.week import Week, is_within

DEFAULT = "default"
LOOKED_AGAIN = timedelta(hours=24)  # where no instant suits every place
_AHEAD_DAYS = 9  # a week, and the days at its ends that two zones do not share
_COUNTRY_WITH_STATES = "US"


@dataclass(frozen=True, slots=True)
class Place:
    """Where a person may be: a zone, and a region such as `US-MN`, `US` or `DE` (None: unknown)."""

    zone: ZoneInfo
    region: str | None


@dataclass(frozen=True, slots=True)
class QuietHours:
    """When texts are allowed: region -> week. `default` holds wherever no row of its own stands."""

    rows: Mapping[str, Week]

    def weeks_of(self, region: str | None) -> tuple[Week, ...]:
        """The weeks that must all allow a text to this region.

        The region's own row, else its country's, else the default; where the state of a US number,
        or the country itself, is unknown, every row that it may be.
        """
        if region in (None, _COUNTRY_WITH_STATES):
            return tuple(self.rows[name] for name in self.rows if _is_possible(name))
        for name in (region, region.split("-")[0]):
            if name in self.rows:
                return (self.rows[name],)
        return (self.rows[DEFAULT],)


def _is_possible(name: str) -> bool:
    return name == DEFAULT or name.split("-", maxsplit=1)[0] == _COUNTRY_WITH_STATES


def next_allowed(at: datetime, places: Sequence[Place], quiet: QuietHours) -> datetime:
    """The first instant (aware UTC), from `at` on, at which every place allows a text.

    That is `at` itself where all allow it now, or no place is given. Where they never do within a
    week, it is a day later: the caller looks again then, and sends nothing meanwhile.
    """
    clocks = [(place.zone, week) for place in places for week in quiet.weeks_of(place.region)]
    moment, latest = at, at + timedelta(days=_AHEAD_DAYS - 1)
    while moment <= latest:
        shut = next((clock for clock in clocks if not is_within(clock[1], moment, clock[0])), None)
        if shut is None:
            return moment
        following = _next_opening(moment, *shut)
        if following is None:
            break
        moment = following
    return at + LOOKED_AGAIN


def _next_opening(moment: datetime, zone: ZoneInfo, week: Week) -> datetime | None:
    """The next instant at which a span begins."""
    return min((at for at in _openings(moment, zone, week) if at > moment), default=None)


def _openings(moment: datetime, zone: ZoneInfo, week: Week) -> Iterable[datetime]:
    """When spans begin in the days ahead; an hour that comes twice begins twice."""
    first = moment.astimezone(zone).date()
    for day in (first + timedelta(days=n) for n in range(_AHEAD_DAYS)):
        for span in week.get(day.weekday(), ()):
            for fold in (0, 1):
                begins = datetime.combine(day, span.opens, zone).replace(fold=fold)
                at = begins.astimezone(UTC)
                if is_within(week, at, zone):  # not where the clocks leap over it
                    yield at
