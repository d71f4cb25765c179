"""The keys of a test file, each with the form of its value."""

import re

from keywords.reading import Meaning
from rules.conditions.around import MEDIA
from rules.conditions.sender import THREAD_STATES
from rules.file.shape import Shape
from rules.schema import forms, maps

ROLLOUT = ("in", "out")
KINDS = tuple(kind for kind in MEDIA if kind != "any")
_INSTANT = re.compile(r"\S{4}-\S{1,2}-\s?\S{1,2}\s+\S{1,2}:\S{1,2}\Z")
_SEVERAL = forms.one_or_more(forms.text())
_BY_NAME = maps.named(forms.text(), "", what="attribute", names=None, minProperties=1)
_VALUES = forms.either(_SEVERAL, _BY_NAME)


def _any_of(about: str) -> forms.Form:
    return forms.described(_SEVERAL, about)


def _any_number(about: str) -> forms.Form:
    return forms.any_number(forms.text(), about)


GIVEN = Shape(
    "given",
    {
        "at": forms.one_or_more(
            forms.spelled(
                _INSTANT,
                "",
                says="this must be an instant such as 2026-11-10 10:00",
                examples=("2026-11-10 10:00",),
            ),
            "Your own clock, which stands still.",
        ),
        "to": _any_of("The number that is written to, by name or address; else the first one."),
        "from": _any_of("Who writes; a short code or a number of yours is a machine."),
        "language": _any_of("The language that is stored for the contact."),
        "group": _any_number("The groups that the contact is in."),
        "tags": _any_number("The tags of the thread."),
        "sender": forms.described(_VALUES, "Attributes of the contact."),
        "thread": forms.one_or_more(forms.choice(THREAD_STATES), "The thread before the text."),
        "last_assignee": _any_of("Who had the thread last, by handle, or none."),
        "on_shift": _any_number("Who is on shift, by handle."),
        "media": forms.one_or_more(forms.choice(KINDS), "What came with the text."),
        "rollout": forms.one_or_more(
            forms.choice(ROLLOUT), "out: the contact has none of the rules that have a `rollout`."
        ),
    },
)
EXPECT = Shape(
    "expect",
    {
        "rule": _any_of("The rules that acted, by id, or none."),
        "not_rule": _any_of("Rules that did not act, by id."),
        "enrolled": _any_of("The code that the contact is enrolled by now, or none."),
        "keyword": forms.one_or_more(
            forms.choice([str(meaning) for meaning in Meaning]), "What the text asks for."
        ),
        "enrollment": _any_of("The code that was texted, or none."),
        "assign": _any_of("The team or person that has the thread afterwards, or none."),
        "reply": _any_of("The templates that are said, built-in answers by their names, or none."),
        "tag": _any_of("Tags of the thread, or none that were put on now."),
        "set": forms.described(_VALUES, "What is remembered of the contact, or none."),
        "dialog": _any_of("The dialog that runs afterwards, or none."),
        "privacy": forms.one_or_more(
            forms.choice(("delete", "access", "correct", "none")), "The request that is started."
        ),
        "escalate": _any_of("To whom the thread will go if nobody answers, or none."),
        "notify": _any_of("Who is told by `notify`: teams or handles, or none."),
        "webhook": _any_of("The webhooks that are told, or none."),
        "untag": _any_of("Tags that were taken off, or none."),
        "snooze": _any_of("How long the thread is put aside, such as 12h, or none."),
        "close": forms.yes_or_no("The thread is closed afterwards."),
        "nothing": forms.yes_or_no("No message, and no change of hands."),
    },
)
SAY = forms.plain(re.compile(""))
_GIVEN = forms.shared("given", "What is so, laid over what is given further up.")
_EXPECT = forms.shared("expect", "What must be so afterwards.")
STEP = Shape(
    "a step of `talk`",
    {
        "say": forms.shared("say", "A text that comes in."),
        "wait": forms.duration("Time that passes."),
        "given": _GIVEN,
        "expect": _EXPECT,
    },
)
CASE = Shape(
    "a case",
    {
        "name": forms.text("What it shows."),
        "given": _GIVEN,
        "say": forms.one_or_more(forms.shared("say"), "Texts, each on a fresh thread."),
        "talk": forms.list_of(
            maps.map_of(STEP, **maps.either_key("say", "wait")), "A conversation.", least=1
        ),
        "expect": _EXPECT,
    },
    required=("name",),
)
_EACH_STEP_EXPECTS = {"talk": {"properties": {"expect": False}}}
FILE = Shape(
    "a test file",
    {
        "rules": forms.text(
            "The rulebook, as seen from here; else the one beside.", examples=("grand-hotel.yaml",)
        ),
        "given": _GIVEN,
        "cases": forms.list_of(
            maps.map_of(CASE, **maps.either_key("say", "talk"), dependencies=_EACH_STEP_EXPECTS),
            "Conversations.",
            least=1,
        ),
    },
    required=("cases",),
)
