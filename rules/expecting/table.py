"""What a dialog's step expects: each expectation with how a text answers it.

To add one, write a function and add a row to `EXPECTATIONS`.
"""

import re
from collections.abc import Callable, Mapping
from types import MappingProxyType

from keywords.normalize import fold
from rules.case import Case
from rules.expecting.dates import find_date
from rules.expecting.numbers import find_number
from rules.heard import is_all, occurs
from rules.model import Step

_EMAIL = re.compile(r"[\w.+%'-]+@[\w-]+(?:\.[\w-]+)*\.[^\W\d_]{2,}")


def answer_to(step: Step, case: Case) -> str | None:
    """The value that the text answers a step with; None where it does not fit."""
    return EXPECTATIONS[step.expect](step, case)


def _text(_step: Step, case: Case) -> str | None:
    """The text itself, unless it shows nothing."""
    return case.heard.text.strip() if fold(case.heard.text).strip() else None


def _yes_no(_step: Step, case: Case) -> str | None:
    return case.reading.answer


def _choice(step: Step, case: Case) -> str | None:
    """The choice that the text is, else the only one that stands in it."""
    for test in (is_all, occurs):
        found = [
            name
            for name, phrases in step.choices.items()
            if any(test(phrase, case.heard) for phrase in phrases)
        ]
        if len(found) == 1:
            return found[0]
    return None


def _number(_step: Step, case: Case) -> str | None:
    return find_number(case.heard.plain)


def _date(_step: Step, case: Case) -> str | None:
    """The day, as 2026-12-24, by the tenant's calendar."""
    today = case.facts.at.astimezone(case.book.timezone).date()
    found = find_date(case.heard.plain, today, month_first=_writes_month_first(case))
    return found.isoformat() if found else None


def _writes_month_first(case: Case) -> bool:
    """Whether 12/10 is a day of December: in English, in the Americas."""
    return case.language.startswith("en") and case.book.timezone.key.startswith(("America/", "US/"))


def _email(_step: Step, case: Case) -> str | None:
    found = set(_EMAIL.findall(case.heard.plain))
    return found.pop() if len(found) == 1 else None


def _media(_step: Step, case: Case) -> str | None:
    """What kinds of things came with the text."""
    return ", ".join(case.facts.media) or None


EXPECTATIONS: Mapping[str, Callable[[Step, Case], str | None]] = MappingProxyType(
    {
        "text": _text,
        "yes_no": _yes_no,
        "choice": _choice,
        "number": _number,
        "date": _date,
        "email": _email,
        "media": _media,
    }
)
