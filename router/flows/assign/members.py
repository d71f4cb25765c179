"""The people on shift with what they have to do, and how somebody is picked, once.

Whoever picks has read `picks` of the person and says so in the update that takes them: if another
was picked for them meanwhile, or their shift changed, nothing is taken and all is read again. The
person's row is the last that a transaction locks, so that no two ever wait for one another.
"""

from collections.abc import Mapping

from sqlalchemy import Connection, bindparam, exists, func, select, update
from sqlmodel import col

from router.flows.assign.ask import Ask
from router.flows.assign.pick import Member
from router.store.rows import AnyRow, AnySelect, table
from router.store.tables import Staff, Thread

LOAD = (
    select(func.count())
    .select_from(Thread)
    .where(
        col(Thread.tenant_id) == col(Staff.tenant_id),
        col(Thread.assignee) == col(Staff.handle),
        col(Thread.state) == "open",
        col(Thread.id) != bindparam("thread"),
    )
    .scalar_subquery()
)
_MEMBERS: AnySelect = select(
    col(Staff.id),
    col(Staff.handle),
    col(Staff.teams),
    col(Staff.turns),
    col(Staff.picks),
    LOAD.label("load"),
).where(col(Staff.tenant_id) == bindparam("tenant"), col(Staff.on_shift))
_IS_BEHIND = exists().where(
    col(Thread.tenant_id) == bindparam("tenant"),
    col(Thread.team) == bindparam("team"),
    col(Thread.waiting_since) < bindparam("since"),
    col(Thread.released_by).is_(None),
    col(Thread.id) != bindparam("thread"),
)
_MEMBERS_AND_QUEUE: AnySelect = _MEMBERS.add_columns(_IS_BEHIND.label("is_behind"))
_TAKE = (
    update(table(Staff))
    .where(
        col(Staff.tenant_id) == bindparam("tenant"),
        col(Staff.id) == bindparam("staff"),
        col(Staff.picks) == bindparam("seen"),
    )
    .values(turns=bindparam("turns"), picks=col(Staff.picks) + 1)
)
NO_THREAD = ""


def members_of(connection: Connection, tenant_id: str) -> list[Member]:
    """Everyone on shift, of all teams of the tenant."""
    rows = connection.execute(_MEMBERS, {"tenant": tenant_id, "thread": NO_THREAD})
    return [_member(row) for row in rows]


def members_for(
    connection: Connection, tenant_id: str, thread_id: str, ask: Ask
) -> tuple[list[Member], bool]:
    """All on shift, that thread not counted, and whether others wait before it in its queue."""
    wanted = {"tenant": tenant_id, "thread": thread_id, "team": ask.team, "since": ask.at}
    rows = connection.execute(_MEMBERS_AND_QUEUE, wanted).all()
    return [_member(row) for row in rows], any(row.is_behind for row in rows)


def take(connection: Connection, tenant_id: str, member: Member, turns: Mapping[str, int]) -> bool:
    """Have a thread picked for them; False where `member` is not how things stand any more."""
    wanted = {
        "tenant": tenant_id,
        "staff": member.staff_id,
        "seen": member.picks,
        "turns": dict(turns),
    }
    return bool(connection.execute(_TAKE, wanted).rowcount)


def _member(row: AnyRow) -> Member:
    return Member(row.id, row.handle, frozenset(row.teams), row.load, row.turns, row.picks)
