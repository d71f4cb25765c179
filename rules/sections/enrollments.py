"""The section `enrollments`: reading codes, their days, places and numbers."""

from rules.file.scalars import NAME, read_choice, read_count, read_day, read_pattern, read_sentence
from rules.file.scope import Scope
from rules.file.shape import Fields, Shape, read_fields, read_named, read_one_or_more
from rules.file.source import Node, Scalar
from rules.model import Enrollment
from rules.schema import forms, maps
from rules.sections.named import read_name

CONFIRM = ("double", "single")
_ENROLLMENT = Shape(
    "an enrollment",
    {
        "group": forms.name("The group that people join."),
        "numbers": forms.one_or_more(
            forms.name(""), "The numbers that take the code; all, if left out."
        ),
        "from": forms.day("The first day."),
        "until": forms.day("The last day."),
        "limit": forms.count("The number of places."),
        "confirm": forms.choice(CONFIRM, "double (if left out) asks for YES first."),
        "dialog": forms.name("The dialog that starts once someone is in."),
        "welcome": forms.name("A template that is said before the dialog."),
        "frequency": forms.text(
            "How many texts to expect, as carriers demand.", examples=("up to 5 texts a day",)
        ),
    },
    required=("group", "frequency"),
)
ENROLLMENTS = maps.named(
    maps.map_of(_ENROLLMENT), "Codes that people text to join a group.", what="CODE"
)


def read_enrollments(node: Node | None, scope: Scope) -> dict[str, Enrollment]:
    """The section `enrollments`."""
    return {
        key.text: _read_enrollment(key, value, scope)
        for key, value in read_named(node, "enrollments", scope)
    }


def _read_enrollment(key: Scalar, node: Node, scope: Scope) -> Enrollment:
    fields = read_fields(node, _ENROLLMENT, scope)
    since, until = fields.get("from"), fields.get("until")
    first = read_day(since, "from", scope) if since else None
    last = read_day(until, "until", scope) if until else None
    if until and first and last and last < first:
        scope.add("BH206", until, "`until` is before `from`, so that nobody could enroll")
    if until and last:
        scope.end(until, last, f"the enrollment '{key.text}'")
    confirm, limit = fields.get("confirm"), fields.get("limit")
    dialog, welcome = fields.get("dialog"), fields.get("welcome")
    how = read_choice(confirm, CONFIRM, "confirm", scope) if confirm else "double"
    return Enrollment(
        code=read_name(key, scope),
        group=read_pattern(fields["group"], NAME, "a name", scope) if "group" in fields else "",
        numbers=_read_enrollment_numbers(fields, scope),
        frequency=_read_frequency(fields, scope),
        since=first,
        until=last,
        limit=read_count(limit, "limit", scope) if limit else None,
        confirm="single" if how == "single" else "double",
        dialog=scope.refer("dialogs", dialog) if dialog else None,
        welcome=scope.refer("templates", welcome) if welcome else None,
    )


def _read_enrollment_numbers(fields: Fields, scope: Scope) -> tuple[str, ...]:
    if "numbers" not in fields:
        return tuple(scope.declared["numbers"])
    items = read_one_or_more(fields["numbers"], "numbers", scope)
    return tuple(scope.refer("numbers", item) for item in items)


def _read_frequency(fields: Fields, scope: Scope) -> str:
    node = fields.get("frequency")
    return read_sentence(node, "frequency", scope) if node else ""
