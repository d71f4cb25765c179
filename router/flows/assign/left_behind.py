"""Threads that whoever they were for has left: they end their shift and have not answered."""

from collections import defaultdict
from collections.abc import Iterable

from sqlalchemy import BindParameter, ColumnElement, Connection, bindparam, select
from sqlmodel import col

from router.flows.assign.members import members_of
from router.store.tables import Staff, Thread

ThreadKey = tuple[str, str]  # tenant id, thread id


def left_behind(connection: Connection) -> list[ThreadKey]:
    """What nobody on shift has, and what does not wait either; of each kind the oldest first."""
    return [*_picked_for_absent(connection), *_open_to_nobody(connection)]


def _picked_for_absent(connection: Connection) -> list[ThreadKey]:
    """What was picked for people who have gone off shift before they answered."""
    rows = connection.execute(
        select(col(Thread.tenant_id), col(Thread.id))
        .join_from(
            Staff,
            Thread,
            (col(Thread.tenant_id) == col(Staff.tenant_id))
            & (col(Thread.assignee) == col(Staff.handle)),
        )
        .where(~col(Staff.on_shift), ~col(Thread.claimed), col(Thread.assignee).is_not(None))
        .order_by(col(Thread.asked_at))
    )
    return [(row.tenant_id, row.id) for row in rows]


def _open_to_nobody(connection: Connection) -> list[ThreadKey]:
    """What a whole team sees of whom nobody is on shift any more."""
    teams: dict[str, set[str]] = defaultdict(set)
    for row in connection.execute(
        select(col(Thread.tenant_id), col(Thread.team)).where(_of_all()).distinct()
    ):
        teams[row.tenant_id].add(row.team)
    left: list[ThreadKey] = []
    for tenant_id, seeing in teams.items():
        there = {team for member in members_of(connection, tenant_id) for team in member.teams}
        left += _of_teams(connection, tenant_id, seeing - there)
    return left


def _of_teams(connection: Connection, tenant_id: str, teams: Iterable[str]) -> list[ThreadKey]:
    rows = connection.execute(
        select(col(Thread.id))
        .where(col(Thread.tenant_id) == tenant_id, col(Thread.team).in_(sorted(teams)), _of_all())
        .order_by(col(Thread.asked_at))
    )
    return [(tenant_id, row.id) for row in rows]


def _of_all() -> ColumnElement[bool]:
    """Open, of a team, and of nobody in it; said so that its partial index serves."""
    is_open: BindParameter[str] = bindparam("open", "open", literal_execute=True)
    return (
        (col(Thread.state) == is_open)
        & col(Thread.assignee).is_(None)
        & col(Thread.waiting_since).is_(None)
        & col(Thread.team).is_not(None)
    )
