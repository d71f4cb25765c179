"""The people on shift with what they have to do, read under the lock that picking takes.

The lock is one a tenant and comes after the thread's: whoever holds it locks nothing that others
hold while they wait for it, so that no two flows ever wait for one another. (Locking the picked
person's row alone would not do: on PostgreSQL an update that finds the row changed keeps its lock,
and two that go on to each other's person are stuck.) On SQLite the writer is alone.
"""

from collections.abc import Mapping

from sqlalchemy import Connection, Integer, bindparam, cast, exists, func, select, update
from sqlmodel import col

from router.flows.assign.ask import Ask
from router.flows.assign.pick import Member
from router.store.rows import AnyRow, AnySelect, table
from router.store.statement import Statement
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
    LOAD.label("load"),
).where(col(Staff.tenant_id) == bindparam("tenant"), col(Staff.on_shift))
_IS_BEHIND = exists().where(
    col(Thread.tenant_id) == bindparam("tenant"),
    col(Thread.team) == bindparam("team"),
    col(Thread.waiting_since) < bindparam("since"),
    col(Thread.released_by).is_(None),
    col(Thread.id) != bindparam("thread"),
)
_MEMBERS_AND_QUEUE = Statement(_MEMBERS.add_columns(_IS_BEHIND.label("is_behind")))
_TAKE_TURN = Statement(
    update(table(Staff)).where(
        col(Staff.tenant_id) == bindparam("tenant"), col(Staff.id) == bindparam("staff")
    )
)
_PICKING = 1  # advisory locks of two numbers: this one, and the tenant's hash
_LOCK = Statement(
    select(
        func.pg_advisory_xact_lock(
            cast(bindparam("picking"), Integer), func.hashtext(bindparam("tenant"))
        )
    )
)
NO_THREAD = ""


def lock_picking(connection: Connection, tenant_id: str) -> None:
    """Let nobody else pick, or change a shift, until this transaction ends."""
    if connection.dialect.name == "postgresql":
        _LOCK.run(connection, {"picking": _PICKING, "tenant": tenant_id})


def members_of(connection: Connection, tenant_id: str) -> list[Member]:
    """Everyone on shift, of all teams of the tenant."""
    rows = connection.execute(_MEMBERS, {"tenant": tenant_id, "thread": NO_THREAD})
    return [_member(row) for row in rows]


def members_for(
    connection: Connection, tenant_id: str, thread_id: str, ask: Ask
) -> tuple[list[Member], bool]:
    """All on shift, that thread not counted, and whether others wait before it in its queue."""
    wanted = {"tenant": tenant_id, "thread": thread_id, "team": ask.team, "since": ask.at}
    rows = _MEMBERS_AND_QUEUE.all(connection, wanted)
    return [_member(row) for row in rows], any(row.is_behind for row in rows)


def take_turn(
    connection: Connection, tenant_id: str, member: Member, turns: Mapping[str, int]
) -> None:
    """Note when teams have last given somebody a thread."""
    wanted = {"tenant": tenant_id, "staff": member.staff_id, "turns": dict(turns)}
    _TAKE_TURN.run(connection, wanted)


def _member(row: AnyRow) -> Member:
    return Member(row.id, row.handle, frozenset(row.teams), row.load, row.turns)
