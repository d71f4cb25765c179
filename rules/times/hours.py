"""Opening hours: reading them, and telling whether they are open at an instant."""

import re
from datetime import datetime, time
from zoneinfo import ZoneInfo

from rules.file.scalars import read_day, read_text
from rules.file.scope import Scope
from rules.file.shape import Shape, read_fields, read_named, read_one_or_more
from rules.file.source import Node, Scalar, Table
from rules.model import Hours
from rules.schema import forms, maps
from rules.times.holidays import holidays_around, read_holidays
from rules.times.week import DAY_MINUTES, WEEKDAYS, Span, Week, is_within

_SPAN = re.compile(
    r"([01]\d|2[0-3]):([0-5]\d)\s?-\s?(?:([01]\d|2[0-3]):([0-5]\d)|24:00)\Z", re.ASCII
)
_DAYS = re.compile(rf"(?:{'|'.join(WEEKDAYS)})(?:-(?:{'|'.join(WEEKDAYS)}))?\Z")
SPANS = forms.one_or_more(
    forms.spelled(
        _SPAN, "", says="this must be a span such as 07:00-23:00", examples=("07:00-23:00",)
    )
)
WEEK = maps.named(
    SPANS,
    "Days, and when it is open then.",
    what="days",
    names=_DAYS,
    offered=("mon-fri", "sat-sun", "mon-sun", *WEEKDAYS),
    minProperties=1,
)
_SHAPE = Shape(
    "opening hours",
    {
        "open": WEEK,
        "closed": forms.one_or_more(forms.day(""), "Days on which it is not opened."),
        "holidays": forms.text(
            "The country, or the part of one, whose public holidays are closed days.",
            examples=("US", "US-MN"),
        ),
    },
    required=("open",),
)
HOURS = maps.named(
    maps.map_of(_SHAPE), "Opening hours by name, in your zone.", what="hours", names=None
)


def is_open(hours: Hours, at: datetime, zone: ZoneInfo) -> bool:
    """Whether these hours are open at an instant (aware)."""
    closed = hours.closed
    if hours.holidays:
        closed |= holidays_around(hours.holidays, at.astimezone(zone).year)
    return is_within(hours.open, at, zone, closed)


def read_hours(node: Node | None, scope: Scope) -> dict[str, Hours]:
    """The section `hours`."""
    return {
        key.text: _read_one(key.text, value, scope)
        for key, value in read_named(node, "hours", scope)
    }


def _read_one(name: str, node: Node, scope: Scope) -> Hours:
    fields = read_fields(node, _SHAPE, scope)
    opened, closed = fields.get("open"), fields.get("closed")
    week = read_week(opened, f"`open` of '{name}'", scope) if opened else {}
    days = read_one_or_more(closed, "closed", scope) if closed else []
    place = fields.get("holidays")
    return Hours(
        name,
        week,
        frozenset(read_day(day, "closed", scope) for day in days),
        read_holidays(place, scope) if place else None,
    )


def read_week(node: Node, what: str, scope: Scope) -> Week:
    """A map from days to spans of time; no two spans overlap."""
    spans: dict[int, tuple[Span, ...]] = {}
    for key, value in read_named(node, what, scope):
        read = read_spans(value, scope)
        for day in _read_days(key, scope):
            if day in spans:
                scope.add("BH406", key, f"{WEEKDAYS[day]} stands in another key already")
            spans[day] = read
    if isinstance(node, Table) and not node.entries:
        scope.add("BH205", node, f"{what} must not be empty")
    check_overlap(spans, node, what, scope)
    return spans


def read_spans(node: Node, scope: Scope) -> tuple[Span, ...]:
    """A span of time such as 07:00-23:00, or a list of them."""
    return tuple(_read_span(item, scope) for item in read_one_or_more(node, "open", scope))


def check_overlap(week: Week, node: Node, what: str, scope: Scope) -> None:
    """Note spans that overlap."""
    if _overlap(week):
        scope.add("BH405", node, f"the spans of {what} overlap")


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
    ends = int(found[3]) * 60 + int(found[4]) if found[3] else DAY_MINUTES
    if begins == ends:
        scope.add("BH405", node, f"'{text}' has no length; a whole day is 00:00-24:00")
    minutes = ends - begins if ends > begins else ends - begins + DAY_MINUTES
    return Span(time(begins // 60, begins % 60), minutes)


def _overlap(week: Week) -> bool:
    spans = sorted(
        (day * DAY_MINUTES + span.opens.hour * 60 + span.opens.minute, span.minutes)
        for day, of_day in week.items()
        for span in of_day
        if span.minutes
    )
    following = [*spans[1:], *((start + 7 * DAY_MINUTES, length) for start, length in spans[:1])]
    return any(start + n > later for (start, n), (later, _) in zip(spans, following, strict=True))
