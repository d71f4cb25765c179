"""What a dialog's step expects: each expectation with how a text answers it.

To add one, write a function and add a row to `EXPECTATIONS`.
"""

from collections.abc import Callable, Mapping
from types import MappingProxyType

from keywords.normalize import fold
from rules.case import Case
from rules.model import Step
from rules.phrases import is_all, occurs

LATER = ("number", "date", "email", "media")


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


EXPECTATIONS: Mapping[str, Callable[[Step, Case], str | None]] = MappingProxyType(
    {"text": _text, "yes_no": _yes_no, "choice": _choice}
)
