"""An assignment is carried out: somebody is picked, a backup stands in, or the thread waits."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import structlog
from sqlalchemy import bindparam, select
from sqlmodel import col

from router.flows.assign.ask import Ask
from router.flows.assign.hands import let_go, put
from router.flows.assign.members import lock_picking, members_for, take_turn
from router.flows.assign.pick import Choice, Member, choose
from router.flows.held import Held
from router.store.statement import Statement
from router.store.tables import Staff
from rules.decision import Assign, ThreadState
from rules.model import Rulebook, Team
from rules.moves import fallback_team, flagged, line_of

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)
_ACCOUNT = Statement(
    select(col(Staff.id)).where(
        col(Staff.tenant_id) == bindparam("tenant"), col(Staff.handle) == bindparam("handle")
    )
)

log = structlog.get_logger()


def pass_on(held: Held, before: ThreadState, book: Rulebook, to: Assign | None) -> None:
    """See that the thread is with whom a decision gives it `to` (None: it gives it to nobody).

    Nobody is picked for a thread that is closed or put aside. A team that was asked already is not
    asked again: whoever stands in for it, or waits in its queue, keeps the thread.
    """
    if held.state.state == "closed":
        return
    if to is not None and _is_asked_already(held, before, to):
        held.state, to = replace(held.state, team=before.team), None
    if to is not None:
        give(held, before, book, to)
    elif before.state == "snoozed":
        resume(held, book)


def resume(held: Held, book: Rulebook) -> None:
    """Find somebody for a thread that is open again and in nobody's hands; else leave it."""
    if held.state.state == "open" and held.assignee is None and held.state.team is not None:
        seat(held, book)


def give(
    held: Held, before: ThreadState, book: Rulebook, to: Assign, *, rather_not: str | None = None
) -> None:
    """Carry out an assignment that stands in the thread's state already; `before` is the state
    before it. One that means a person or team that is not there is flagged for staff, and goes to
    the fallback's team; but what somebody has claimed they keep.
    """
    if to.staff is not None and has_account(held, to.staff):
        put(held, to.staff)
    elif to.team is not None and to.team in book.teams:
        ask_team(held, book, to, rather_not=rather_not)
    else:
        _redirect(held, before, book)


def ask_team(held: Held, book: Rulebook, to: Assign, *, rather_not: str | None = None) -> None:
    """Ask a team to take the thread. One that is asked again keeps its place in the queue."""
    team = book.teams[to.team or ""]
    strategy = to.strategy if to.strategy != team.strategy else None
    waits = held.waiting_since is not None and held.ask is not None and held.ask.team == team.name
    held.ask = Ask(team.name, (held.waiting_since if waits else None) or held.at, strategy)
    seat(held, book, rather_not=rather_not)


def seat(held: Held, book: Rulebook, *, rather_not: str | None = None) -> bool:
    """Pick somebody of the team that was asked, or of its backups; whether the thread has found its
    place. It waits in the queue of the team that was asked until then; one that is put aside waits
    for nobody.
    """
    ask = known_ask(book, held.ask or Ask(held.state.team or "", held.at))
    held.ask, held.assignee, held.waiting_since = ask, None, None
    held.state = replace(held.state, team=ask.team if ask else None)
    if ask is None or held.state.state != "open":
        return True
    choice = _choose(held, ask, line_of(book, ask.team, held.at), rather_not)
    if choice is None:
        held.waiting_since = ask.at
        return False
    held.state = replace(held.state, team=choice.team)
    held.assignee = choice.member.handle if choice.member else None
    return True


def _choose(held: Held, ask: Ask, line: tuple[Team, ...], rather_not: str | None) -> Choice | None:
    """Who gets the thread; None where nobody is free, or is free for others who wait before it."""
    lock_picking(held.connection, held.tenant_id)
    members, is_behind = members_for(held.connection, held.tenant_id, held.thread_id, ask)
    last = held.state.last_assignee
    choice = choose(line, ask, members, last_assignee=last, rather_not=rather_not)
    if choice is None or choice.member is None:
        return choice
    if is_behind:
        return None
    turns = {**choice.member.turns, choice.team: _next_turn(held, members, choice.team)}
    take_turn(held.connection, held.tenant_id, choice.member, turns)
    return choice


def known_ask(book: Rulebook, ask: Ask) -> Ask | None:
    """An ask of a team that the rulebook has, else of the fallback's. None: it has none."""
    team = ask.team if ask.team in book.teams else fallback_team(book)
    return None if team is None else replace(ask, team=team)


def has_account(held: Held, handle: str) -> bool:
    """Whether staff has somebody of this handle."""
    wanted = {"tenant": held.tenant_id, "handle": handle}
    return _ACCOUNT.first(held.connection, wanted) is not None


def _is_asked_already(held: Held, before: ThreadState, to: Assign) -> bool:
    has_it = before.state in ("open", "snoozed") and before.team is not None
    return has_it and not before.claimed and held.ask is not None and held.ask.team == to.team


def _redirect(held: Held, before: ThreadState, book: Rulebook) -> None:
    log.warning("assigned_to_nobody_known", tenant=held.tenant_id, thread=held.thread_id)
    last = before.last_assignee
    held.state = flagged(replace(held.state, last_assignee=last, claimed=False), "misdirected")
    team = fallback_team(book)
    if before.claimed:
        held.state = replace(held.state, team=before.team, claimed=True)
    elif team is not None:
        ask_team(held, book, Assign(team))
    else:
        held.state = replace(held.state, team=None)
        let_go(held)


def _next_turn(held: Held, members: Sequence[Member], team: str) -> int:
    """Now, or what comes after the last turn where the clock stands still: turns only ever grow."""
    last = max((member.turns.get(team, 0) for member in members), default=0)
    return max((held.at - _EPOCH) // _MICROSECOND, last + 1)
