"""The section `privacy`: what the business promises about data."""

import re
from datetime import timedelta

from rules.file.scalars import read_choice, read_count, read_duration, read_text
from rules.file.scope import Scope
from rules.file.shape import Shape, read_fields
from rules.file.source import Node
from rules.model import PrivacyTerms
from rules.schema import forms, maps

KEPT = ("messages", "media", "closed_threads")
LONGEST_BUSINESS_DAYS, LONGEST_DAYS = 30, 42
"""The promise of 30 business days, and the fewest days of the calendar that these can be."""

DISCLOSURE = ("allowed", "forbidden")
_WITHIN = re.compile(r"(\d{1,3})(?: business days?|d| days?)\Z", re.ASCII)
_RETENTION = Shape(
    "retention",
    {kept: forms.duration(f"How long {kept.replace('_', ' ')} are kept.", "365d") for kept in KEPT},
)
_PRIVACY = Shape(
    "privacy",
    {
        "respond_within": forms.spelled(
            _WITHIN,
            "How soon requests are answered; may only shorten the promise of 30 business days.",
            says="this must be such as 30 business days or 30d",
            examples=("30 business days", "30d"),
        ),
        "retention": maps.map_of(_RETENTION, "How long what is kept."),
        "legal_disclosure": forms.choice(
            DISCLOSURE, "Whether the contract allows disclosure that the law demands."
        ),
        "minimum_age": forms.count("Under this age nobody is served.", example=13),
    },
)
PRIVACY = maps.map_of(_PRIVACY, "What the business promises about data.")


def read_privacy(node: Node | None, scope: Scope) -> PrivacyTerms:
    """The section `privacy`; what it leaves out is as the law and the settings say."""
    fields = read_fields(node, _PRIVACY, scope) if node else {}
    within, kept = fields.get("respond_within"), fields.get("retention")
    disclosure, age = fields.get("legal_disclosure"), fields.get("minimum_age")
    days, in_business_days = _read_within(within, scope) if within else (None, True)
    may = (
        read_choice(disclosure, DISCLOSURE, "legal_disclosure", scope) if disclosure else "allowed"
    )
    return PrivacyTerms(
        respond_days=days,
        in_business_days=in_business_days,
        retention=_read_retention(kept, scope) if kept else {},
        may_disclose=may != "forbidden",
        minimum_age=read_count(age, "minimum_age", scope) if age else None,
    )


def _read_within(node: Node, scope: Scope) -> tuple[int | None, bool]:
    text = read_text(node, "respond_within", scope)
    found = _WITHIN.match(text)
    in_business_days = "business" in text
    longest = LONGEST_BUSINESS_DAYS if in_business_days else LONGEST_DAYS
    if found and 1 <= int(found[1]) <= longest:
        return int(found[1]), in_business_days
    if found:
        message = f"respond_within may only shorten the promise: {longest} at most, not {found[1]}"
        scope.add("BH206", node, message)
    elif text.strip():
        message = f"respond_within must be such as 30 business days or 30d, not '{text}'"
        scope.add("BH206", node, message)
    return None, True


def _read_retention(node: Node, scope: Scope) -> dict[str, timedelta]:
    fields = read_fields(node, _RETENTION, scope)
    return {name: read_duration(value, name, scope) for name, value in fields.items()}
