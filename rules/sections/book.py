"""All sections of a rulebook, by key."""

from rules.file.scalars import ZONE
from rules.file.shape import Shape
from rules.schema import forms
from rules.sections.dialogs import DIALOGS
from rules.sections.enrollments import ENROLLMENTS
from rules.sections.limits import LIMITS
from rules.sections.named import KEYWORDS, TEAMS, TEMPLATES, TOPICS
from rules.sections.numbers import NUMBERS
from rules.sections.privacy import PRIVACY
from rules.sections.rules import ENRICH, FALLBACK, PROTECT, ROUTES
from rules.sections.webhooks import WEBHOOKS
from rules.times.hours import HOURS

BOOK = Shape(
    "a rulebook",
    {
        "version": forms.always(1, "Always 1."),
        "tenant": forms.identifier("The id of your business, which stays the same."),
        "name": forms.text("The name of your program, which HELP and confirmations carry."),
        "contact": forms.text("Where people get help: a telephone number, an address."),
        "timezone": forms.spelled(
            ZONE,
            "The zone of your hours and days.",
            says="this must be a zone such as America/Chicago",
            examples=("America/New_York", "America/Chicago", "America/Los_Angeles"),
        ),
        "languages": forms.one_or_more(
            forms.shared("language"), "The languages you answer in; the first is the default."
        ),
        "numbers": NUMBERS,
        "hours": HOURS,
        "teams": TEAMS,
        "topics": TOPICS,
        "keywords": KEYWORDS,
        "templates": TEMPLATES,
        "enrollments": ENROLLMENTS,
        "dialogs": DIALOGS,
        "protect": PROTECT,
        "enrich": ENRICH,
        "routes": ROUTES,
        "fallback": FALLBACK,
        "limits": LIMITS,
        "privacy": PRIVACY,
        "webhooks": WEBHOOKS,
    },
    required=(
        "version", "tenant", "name", "contact", "timezone", "languages", "numbers", "teams",
        "fallback",
    ),
)  # fmt: skip
"""The sections, and the form of each."""
