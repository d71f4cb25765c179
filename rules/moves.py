"""What assigning, escalating and ending make of a thread, and whom an assignment means."""

from dataclasses import replace
from datetime import datetime

from rules.decision import Assign, Flags, ThreadState
from rules.model import Rulebook, Team
from rules.times.hours import is_open


def stand_in(book: Rulebook, to: Assign, at: datetime) -> Assign:
    """Whom an assignment means at an instant: out of a team's hours its backup."""
    if to.team is None:
        return to
    team = line_of(book, to.team, at)[0]
    return Assign(team.name, None, to.strategy or team.strategy)


def line_of(book: Rulebook, name: str, at: datetime) -> tuple[Team, ...]:
    """The team and those that stand in for it, in order, as far as it is their hours at an instant;
    the last of them alone where it is nobody's.
    """
    line = [book.teams[name]]
    while line[-1].backup:
        line.append(book.teams[line[-1].backup])
    at_work = tuple(team for team in line if _is_at_work(book, team, at))
    return at_work or (line[-1],)


def fallback_team(book: Rulebook) -> str | None:
    """The team that gets what nobody else can have: the fallback's, else the first of all."""
    assigned = [action.value.team for action in book.fallback.do if action.key == "assign"]
    return next((team for team in (*assigned, *book.teams) if team), None)


def _is_at_work(book: Rulebook, team: Team, at: datetime) -> bool:
    return team.hours is None or is_open(book.hours[team.hours], at, book.timezone)


def escalated(state: ThreadState, to: Assign) -> ThreadState:
    """The thread in the hands of `to`: a team, unclaimed; or a person, who then has it.

    The caller sees to it that nobody moves a closed thread, or one that staff has answered.
    """
    if to.staff:
        return replace(state, team=to.team, claimed=True, last_assignee=to.staff)
    return replace(state, team=to.team, claimed=False)


def woken(state: ThreadState) -> ThreadState:
    """The thread as one that nobody has put aside any more."""
    return replace(state, state="open") if state.state == "snoozed" else state


def closed(state: ThreadState) -> ThreadState:
    """The thread at the end of its episode: in nobody's hands, without tags and dialog. Of what
    staff should look at only a doubt is left, which is about the person.
    """
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
