"""What has ended: warnings, so that a date that passes never blocks an urgent edit."""

from datetime import datetime

from rules.file.scalars import NO_DAY
from rules.file.scope import Scope
from rules.model import Rulebook


def check_ended(book: Rulebook, now: datetime, scope: Scope) -> None:
    """Note each rule and enrollment that is past its last day at `now` (aware)."""
    today = now.astimezone(book.timezone).date()
    for node, day, what in scope.last_days:
        if NO_DAY != day < today:
            scope.add("BH505", node, f"{what} ended on {day.isoformat()}; take it out or renew it")
