"""The section `limits`: how much may be said without a person, and the hours that are quiet."""

import re
from datetime import timedelta

from rules.file.scalars import read_count, read_duration, read_pattern, read_text
from rules.file.scope import Scope
from rules.file.shape import Shape, read_fields, read_named
from rules.file.source import Node, Scalar, Table
from rules.limits import Limits
from rules.schema import forms, maps
from rules.times.hours import SPANS, WEEK, check_overlap, read_spans, read_week
from rules.times.quiet import DEFAULT, QuietHours
from rules.times.quiet_table import of_the_table
from rules.times.regions import known_regions
from rules.times.week import DAY_MINUTES, Week
from rules.units import in_units

REPLIES, WINDOW = 20, timedelta(minutes=10)
RECIPIENT = "recipient"
_RATE = re.compile(r"(\S+) per (\S.*)\Z")
_PLACE = re.compile(rf"(?:{DEFAULT}|[A-Z]{{2}}(-[A-Z0-9]{{1,3}})?)\Z")
_BY_PLACE = maps.named(
    forms.either(SPANS, WEEK),
    "",
    what="place",
    names=_PLACE,
    offered=(DEFAULT, "US", "US-TX"),
    minProperties=1,
)
_LIMITS = Shape(
    "limits",
    {
        "auto_replies": forms.spelled(
            re.compile(r"0*[1-9]\d{0,6} per \d{1,5}\s?[mhd]\Z"),
            "How many replies of rules and timers a contact gets within a length of time.",
            says="this must be such as 5 per 10m",
            examples=(f"{REPLIES} per {in_units(WINDOW)}",),
        ),
        "quiet_hours": forms.described(
            forms.either(forms.choice((RECIPIENT,)), _BY_PLACE),
            "When texts that are no answer may reach people, in their own time.",
        ),
    },
)
LIMITS = maps.map_of(_LIMITS, "How much may be said without a person.")


def read_limits(node: Node | None, scope: Scope) -> Limits:
    """The section `limits`; what it leaves out is as it is without it."""
    fields = read_fields(node, _LIMITS, scope) if node else {}
    rate, quiet = fields.get("auto_replies"), fields.get("quiet_hours")
    count, window = _read_rate(rate, scope) if rate else (REPLIES, WINDOW)
    return Limits(count, window, _read_quiet(quiet, scope) if quiet else of_the_table())


def _read_rate(node: Node, scope: Scope) -> tuple[int, timedelta]:
    text = read_text(node, "auto_replies", scope)
    found = _RATE.match(text)
    if found:
        count, length = (Scalar(part, node.line, node.col) for part in found.groups())
        return (
            read_count(count, "auto_replies", scope),
            read_duration(length, "auto_replies", scope),
        )
    if text.strip():
        scope.add("BH206", node, f"auto_replies must be such as 5 per 10m, not '{text}'")
    return REPLIES, WINDOW


def _read_quiet(node: Node, scope: Scope) -> QuietHours:
    """`recipient`, or rows laid over those of the table."""
    table = of_the_table()
    if not isinstance(node, Table):
        text = read_text(node, "quiet_hours", scope)
        if text.strip() and text != RECIPIENT:
            message = f"quiet_hours is {RECIPIENT}, or a map from places to hours, not '{text}'"
            scope.add("BH207", node, message)
        return table
    rows = dict(table.rows)
    if not node.entries:
        scope.add("BH205", node, "quiet_hours must not be empty")
    for key, value in read_named(node, "quiet_hours", scope):
        place = _read_place(key, scope)
        rows[place] = _read_hours(value, scope)
        if _minutes(rows[place]) - _minutes(table.rows.get(place, table.rows[DEFAULT])):
            message = f"'{place}' allows texts at hours that the table keeps quiet there"
            scope.add("BH504", key, message)
    return QuietHours(rows)


def _read_place(key: Scalar, scope: Scope) -> str:
    """A known place; such as `TX` is offered as `US-TX`."""
    place = read_pattern(key, _PLACE, "a place such as US-TX, US, DE or default", scope)
    known = known_regions()
    if _PLACE.match(place) and place != DEFAULT and place not in known:
        country = place.split("-")[0]
        hint = next((name for name in (f"US-{place}", country) if name in known), None)
        better = f"; did you mean '{hint}'?" if hint else scope.suggest(place, known)
        message = f"'{place}' is no country (DE) and no state of the US (US-TX)"
        scope.add("BH207", key, f"{message}{better}")
    return place


def _read_hours(node: Node, scope: Scope) -> Week:
    """Hours by day, or those of every day."""
    if isinstance(node, Table):
        return read_week(node, "quiet_hours", scope)
    spans = read_spans(node, scope)
    week = dict.fromkeys(range(7), spans)
    check_overlap(week, node, "quiet_hours", scope)
    return week


def _minutes(week: Week) -> frozenset[int]:
    """The minutes of a week that are allowed."""
    return frozenset(
        (day * DAY_MINUTES + span.opens.hour * 60 + span.opens.minute + n) % (7 * DAY_MINUTES)
        for day, spans in week.items()
        for span in spans
        for n in range(span.minutes)
    )
