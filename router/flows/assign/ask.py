"""How a team was asked to take a thread: to its row and back."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from router.store.rows import AnyRow


@dataclass(frozen=True, slots=True)
class Ask:
    """The team that was asked, and since when: it waits in that team's queue by this age.

    `strategy` is a rule's, where it named one that is not the team's own; `released_by` is the
    handle of whoever had the thread and gave it back, so that it is not picked for them again.
    """

    team: str
    at: datetime
    strategy: str | None = None
    released_by: str | None = None


def pack_ask(ask: Ask | None) -> dict[str, Any]:
    """The columns of an ask."""
    return {
        "asked_team": ask and ask.team,
        "asked_at": ask and ask.at,
        "asked_strategy": ask and ask.strategy,
        "released_by": ask and ask.released_by,
    }


def unpack_ask(row: AnyRow) -> Ask | None:
    """The ask that a thread's row holds; None where no team was asked."""
    if row.asked_team is None:
        return None
    return Ask(row.asked_team, row.asked_at, row.asked_strategy, row.released_by)
