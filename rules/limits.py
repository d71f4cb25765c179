"""How many texts may leave without a person: counting them, so that no two machines talk for ever.

Told apart are the replies of rules and timers, and the built-in answers. The confirmation of an
opt-out, and a dialog's questions and confirmations, count for neither.
"""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from rules.decision import Recent
from rules.times.quiet import QuietHours

GUESSES = 5  # texts that look like a code and are none, before codes are not taken
GUESSES_WITHIN = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class Limits:
    """At most `auto_replies` replies a thread within `window`, and as many built-in answers."""

    auto_replies: int
    window: timedelta
    quiet_hours: QuietHours


def count_reply(recent: Recent, at: datetime, limits: Limits) -> tuple[Recent, bool]:
    """What was said lately with one more reply at `at`, and whether that may be sent."""
    replies, allowed = _count(recent.replies, at, limits)
    return replace(recent, replies=replies), allowed


def count_answer(recent: Recent, at: datetime, limits: Limits) -> tuple[Recent, bool]:
    """What was said lately with one more built-in answer at `at`, and whether it may be sent."""
    answers, allowed = _count(recent.answers, at, limits)
    return replace(recent, answers=answers), allowed


def guesses_at(recent: Recent, at: datetime) -> tuple[datetime, ...]:
    """The wrong codes of the last hour."""
    return _within(recent.guesses, at, GUESSES_WITHIN)


def trim(recent: Recent, at: datetime, limits: Limits) -> Recent:
    """What was said lately, without what is older than its window."""
    return Recent(
        _within(recent.replies, at, limits.window),
        _within(recent.answers, at, limits.window),
        guesses_at(recent, at),
    )


def _count(
    said: tuple[datetime, ...], at: datetime, limits: Limits
) -> tuple[tuple[datetime, ...], bool]:
    lately = _within(said, at, limits.window)
    allowed = len(lately) < limits.auto_replies
    return ((*lately, at) if allowed else lately), allowed


def _within(
    instants: tuple[datetime, ...], at: datetime, window: timedelta
) -> tuple[datetime, ...]:
    return tuple(instant for instant in instants if instant > at - window)
