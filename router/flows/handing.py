"""Staff passes a thread on: to a colleague, to a team, or back to the team that it came from."""

from dataclasses import replace

from sqlalchemy import select
from sqlmodel import col

from router.flows.acting import Acted, act_on
from router.flows.assign.ask import Ask
from router.flows.assign.hands import put, take
from router.flows.assign.place import ask_team, seat
from router.flows.held import Held
from router.flows.staff import StaffIdentity
from router.flows.world import World
from router.store.rows import AnyRow
from router.store.tables import Staff
from rules.decision import Assign
from rules.moves import escalated, fallback_team

CLOSED = "This thread is closed: the next text opens it, and the rules say who gets it."
NOT_YOURS = "You do not have this thread, so that there is nothing to give back."
HAS_IT = "{} has this thread already."
YOU_HAVE_IT = "You have this thread already."
NOBODY = "There is nobody called {} here any more."
OFF_SHIFT = "{} is off shift: hand it to a team, or to someone who is here."
NO_TEAM = "There is no team {} in the rulebook any more."


def hand_to_colleague(world: World, staff: StaffIdentity, thread_id: str, handle: str) -> Acted:
    """Give a thread to somebody who is on shift: it is in their hands from then on."""

    def act(held: Held) -> str | None:
        colleague = _find(held, handle)
        refusal = _why_not_theirs(held, staff, handle, colleague)
        if refusal is None and colleague is not None:
            team = _team_of(held, colleague)
            if team != held.state.team:
                put(held, handle)
            take(held, handle)
            held.state = replace(held.state, team=team)
        return refusal

    return act_on(world, staff, thread_id, act)


def hand_to_team(world: World, staff: StaffIdentity, thread_id: str, team: str) -> Acted:
    """Give a thread to a team, which shares it as it shares what the rules give it."""

    def act(held: Held) -> str | None:
        book = world.live_book(held.connection, held.tenant_id)
        if held.state.state == "closed":
            return CLOSED
        if team not in book.teams:
            return NO_TEAM.format(team)
        if held.state.team == team and not held.state.claimed:
            return HAS_IT.format(f"The team {team}")
        to = Assign(team)
        held.state = replace(escalated(held.state, to), state="open")
        ask_team(held, book, to, rather_not=staff.handle)
        return None

    return act_on(world, staff, thread_id, act)


def release(world: World, staff: StaffIdentity, thread_id: str) -> Acted:
    """Give a thread back to its team, for somebody else. It keeps its age in the queue, and is not
    picked for the same person again before somebody else has had it.
    """

    def act(held: Held) -> str | None:
        if held.state.state == "closed":
            return CLOSED
        if held.assignee != staff.handle:
            return NOT_YOURS
        book = world.live_book(held.connection, held.tenant_id)
        team = held.state.team or fallback_team(book) or ""
        ask = held.ask or Ask(team, held.at)
        held.ask = replace(ask, released_by=staff.handle)
        held.state = replace(held.state, state="open", team=team, claimed=False)
        seat(held, book)
        return None

    return act_on(world, staff, thread_id, act)


def _find(held: Held, handle: str) -> AnyRow | None:
    return held.connection.execute(
        select(col(Staff.teams), col(Staff.on_shift)).where(
            col(Staff.tenant_id) == held.tenant_id, col(Staff.handle) == handle
        )
    ).one_or_none()


def _why_not_theirs(
    held: Held, staff: StaffIdentity, handle: str, colleague: AnyRow | None
) -> str | None:
    if held.state.state == "closed":
        return CLOSED
    if colleague is None:
        return NOBODY.format(handle)
    if held.assignee == handle and held.state.claimed:
        return YOU_HAVE_IT if handle == staff.handle else HAS_IT.format(handle)
    if not colleague.on_shift and handle != staff.handle:
        return OFF_SHIFT.format(handle)
    return None


def _team_of(held: Held, colleague: AnyRow) -> str | None:
    """The team that has the thread with this person: as it is, if they are in it."""
    team = held.state.team
    if team in colleague.teams or not colleague.teams:
        return team
    return str(colleague.teams[0])
