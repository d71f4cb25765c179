"""What a person's consent events add up to: what they may be sent, and what not.

Pure: the suppressions in the database are what this says, and `doctor` compares the two.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Literal

from router.flows.consent.scopes import MARKETING
from rules.decision import EVERYTHING, number_scope, topic_scope

Purpose = Literal["answer", "service", "marketing"]
SERVICE = "service"  # a consent of this scope covers service texts alone
ENROLLMENT = "enrollment:"
_FOR_ALL = (EVERYTHING, number_scope(""))
_FOR_MARKETING = (*_FOR_ALL, MARKETING, topic_scope(MARKETING))
_FOR_SERVICE = (*_FOR_MARKETING, SERVICE, ENROLLMENT)
"""Beginnings of the scopes of consents that cover a purpose."""


@dataclass(slots=True)
class Standing:
    """`consents` and `suppressed` hold scopes."""

    consents: set[str] = field(default_factory=set)
    suppressed: set[str] = field(default_factory=set)

    def allows(self, purpose: Purpose) -> bool:
        """Whether there is a consent that covers this purpose; an answer needs none."""
        if purpose == "answer":
            return True
        beginnings = _FOR_MARKETING if purpose == MARKETING else _FOR_SERVICE
        return any(scope.startswith(beginnings) for scope in self.consents)


def derive(events: Iterable[tuple[str, str]]) -> Standing:
    """The standing that events (what, scope), oldest first, add up to.

    An opt-out of everything leaves earlier consents in place: START brings back what was agreed to.

    >>> derive([("opt_in", "all"), ("opt_out", "topic:ads")]).suppressed
    {'topic:ads'}
    """
    standing = Standing()
    for what, scope in events:
        match what:
            case "opt_out":
                standing.suppressed.add(scope)
                standing.consents.discard(scope.replace(topic_scope(""), ENROLLMENT))
            case "opt_in":
                standing.suppressed.discard(scope)
                standing.suppressed.discard(scope.replace(ENROLLMENT, topic_scope("")))
                standing.consents.add(scope)
            case "corrected" | "wants_back":
                standing.suppressed.discard(scope)
            case _:
                pass
    return standing
