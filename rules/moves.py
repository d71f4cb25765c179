"""What assigning, escalating and closing make of a thread, and whom an assignment means."""

from dataclasses import replace
from datetime import datetime

from rules.decision import Assign, Flags, ThreadState
from rules.model import Rulebook, Team
from rules.times.hours import is_open


def stand_in(book: Rulebook, to: Assign, at: datetime) -> Assign:
    """Whom an assignment means at an instant: out of a team's hours its backup."""
    if to.team is None:
        return to
    team = book.teams[to.team]
    while team.backup and not _is_at_work(book, team, at):
        team = book.teams[team.backup]
    return Assign(team.name, None, to.strategy or team.strategy)


def _is_at_work(book: Rulebook, team: Team, at: datetime) -> bool:
    return team.hours is None or is_open(book.hours[team.hours], at, book.timezone)


def escalated(state: ThreadState, to: Assign) -> ThreadState:
    """The thread in the hands of `to`: a team, unclaimed; or a person, who then has it.

    The caller sees to it that nobody moves a closed thread, or one that staff has answered.
    """
    if to.staff:
        return replace(state, team=to.team, claimed=True, last_assignee=to.staff)
    return replace(state, team=to.team, claimed=False)


def closed(state: ThreadState) -> ThreadState:
    """The thread at the end of its episode: in nobody's hands, its tags gone; a doubt remains."""
    return replace(
        state,
        state="closed",
        claimed=False,
        tags=frozenset(),
        flags=state.flags & {"doubt"},
        dialog=None,
    )


def flagged(state: ThreadState, name: Flags) -> ThreadState:
    """The thread as one that staff should look at."""
    return replace(state, flags=state.flags | {name})
