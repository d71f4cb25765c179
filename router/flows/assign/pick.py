"""Whom a team's strategy picks. Pure: the same people and loads give the same choice."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from types import MappingProxyType

from router.flows.assign.ask import Ask
from rules.model import Team

EVERYONE = "everyone"


@dataclass(frozen=True, slots=True)
class Member:
    """Somebody on shift. `load` is how many open threads they have, whatever the team; `turns` when
    each team last gave them one, in microseconds since 1970.
    """

    staff_id: str
    handle: str
    teams: frozenset[str]
    load: int = 0
    turns: Mapping[str, int] = field(default_factory=lambda: MappingProxyType({}))


@dataclass(frozen=True, slots=True)
class Choice:
    """The team that gets the thread, and whom it is picked for; None: the whole team sees it."""

    team: str
    member: Member | None


def choose(
    line: Sequence[Team],
    ask: Ask,
    members: Sequence[Member],
    *,
    last_assignee: str | None = None,
    rather_not: str | None = None,
) -> Choice | None:
    """The first team of `line` that has somebody free, and whom its strategy picks there.

    None where nobody is free in any. `rather_not` is picked only where nobody else is free.
    """
    if rather_not is not None:
        others = [member for member in members if member.handle != rather_not]
        found = choose(line, ask, others, last_assignee=last_assignee)
        if found is not None:
            return found
    for team in line:
        strategy = ask.strategy or team.strategy
        there = [member for member in members if team.name in member.teams]
        if strategy == EVERYONE:
            if there:
                return Choice(team.name, None)
            continue
        free = [member for member in there if _is_free(member, team, ask)]
        if free:
            return Choice(team.name, _pick(strategy, team.name, free, last_assignee))
    return None


def _is_free(member: Member, team: Team, ask: Ask) -> bool:
    has_room = team.capacity is None or member.load < team.capacity
    return has_room and member.handle != ask.released_by


def _pick(strategy: str, team: str, free: Sequence[Member], last_assignee: str | None) -> Member:
    """In a tie, and among people who never had a turn, the one with less to do, then by handle."""
    if strategy == "round-robin":
        return min(free, key=lambda member: (_turn(member, team), member.load, member.handle))
    if strategy == "previous-then-least-busy":
        for member in free:
            if member.handle == last_assignee:
                return member
    return min(free, key=lambda member: (member.load, _turn(member, team), member.handle))


def _turn(member: Member, team: str) -> int:
    return member.turns.get(team, 0)
