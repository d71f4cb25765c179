"""Opening hours: reading them, and telling whether they are open at an instant.

Hours are what the wall clock shows in the tenant's zone: a span over a change of clocks is as long
as the clocks make it, and an hour that comes twice is open both times.
"""

import re
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from rules.model import Hours, Span
from rules.scalars import read_day, read_text
from rules.scope import Scope
from rules.shape import Shape, read_fields, read_named, read_one_or_more
from rules.source import Node, Scalar, Table

WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_DAY_MINUTES = 24 * 60
_SPAN = re.compile(
    r"([01]\d|2[0-3]):([0-5]\d)\s?-\s?(?:([01]\d|2[0-3]):([0-5]\d)|24:00)\Z", re.ASCII
)
_SHAPE = Shape("opening hours", ("open", "closed"), required=("open",), later=("holidays",))


def is_open(hours: Hours, at: datetime, zone: ZoneInfo) -> bool:
    """Whether these hours are open at an instant (aware)."""
    local = at.astimezone(zone).replace(tzinfo=UTC)  # the wall clock, free of any change of clocks
    days = (local.date(), local.date() - timedelta(days=1))
    return any(_covers(hours, day, local) for day in days)


def _covers(hours: Hours, day: date, local: datetime) -> bool:
    if day in hours.closed:
        return False
    return any(
        timedelta(0)
        <= local - datetime.combine(day, span.opens, UTC)
        < timedelta(minutes=span.minutes)
        for span in hours.open.get(day.weekday(), ())
    )


def read_hours(node: Node | None, scope: Scope) -> dict[str, Hours]:
    """The section `hours`."""
    return {
        key.text: _read_one(key.text, value, scope)
        for key, value in read_named(node, "hours", scope)
    }


def _read_one(name: str, node: Node, scope: Scope) -> Hours:
    fields = read_fields(node, _SHAPE, scope)
    spans: dict[int, tuple[Span, ...]] = {}
    for key, value in read_named(fields.get("open"), "open", scope):
        read = tuple(_read_span(item, scope) for item in read_one_or_more(value, "open", scope))
        for day in _read_days(key, scope):
            if day in spans:
                scope.add("BH406", key, f"{WEEKDAYS[day]} stands in another key already")
            spans[day] = read
    opened, closed = fields.get("open"), fields.get("closed")
    if isinstance(opened, Table) and not opened.entries:
        scope.add("BH205", opened, f"`open` of '{name}' must not be empty")
    if opened and _overlap(spans):
        scope.add("BH405", opened, f"the open spans of '{name}' overlap")
    days = read_one_or_more(closed, "closed", scope) if closed else []
    return Hours(name, spans, frozenset(read_day(day, "closed", scope) for day in days))


def _read_days(key: Scalar, scope: Scope) -> list[int]:
    ends = key.text.split("-")
    if len(ends) > 2 or any(end not in WEEKDAYS for end in ends):  # noqa: PLR2004 - from and to
        hint = scope.suggest(ends[0], WEEKDAYS)
        scope.add(
            "BH206", key, f"'{key.text}' is no day such as mon, or days such as mon-fri{hint}"
        )
        return []
    first, last = WEEKDAYS.index(ends[0]), WEEKDAYS.index(ends[-1])
    return [(first + n) % 7 for n in range((last - first) % 7 + 1)]


def _read_span(node: Node, scope: Scope) -> Span:
    text = read_text(node, "an open span", scope)
    found = _SPAN.match(text)
    if not found:
        if text.strip():
            scope.add("BH206", node, f"'{text}' is no span of time such as 07:00-23:00")
        return Span(time(0), 0)
    begins = int(found[1]) * 60 + int(found[2])
    ends = int(found[3]) * 60 + int(found[4]) if found[3] else _DAY_MINUTES
    if begins == ends:
        scope.add("BH405", node, f"'{text}' has no length; a whole day is 00:00-24:00")
    minutes = ends - begins if ends > begins else ends - begins + _DAY_MINUTES
    return Span(time(begins // 60, begins % 60), minutes)


def _overlap(spans: dict[int, tuple[Span, ...]]) -> bool:
    week = sorted(
        (day * _DAY_MINUTES + span.opens.hour * 60 + span.opens.minute, span.minutes)
        for day, of_day in spans.items()
        for span in of_day
        if span.minutes
    )
    following = [*week[1:], *((start + 7 * _DAY_MINUTES, length) for start, length in week[:1])]
    return any(start + n > later for (start, n), (later, _) in zip(week, following, strict=True))
