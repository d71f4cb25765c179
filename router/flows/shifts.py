"""Shifts: who of the staff takes threads now, and who they all are."""

from dataclasses import dataclass

from sqlalchemy import Connection, func, select, update
from sqlmodel import col

from router.flows.assign.members import LOAD, NO_THREAD, lock_picking
from router.flows.ripples import Ripples
from router.flows.staff import StaffError
from router.flows.world import World
from router.store.rows import AnyRow, AnySelect
from router.store.sealing import TenantKeys
from router.store.tables import Staff, Tenant, Thread


@dataclass(frozen=True, slots=True)
class Colleague:
    """An account as colleagues see it. `open_threads` are those they have, whatever the team."""

    handle: str
    name: str
    role: str
    teams: tuple[str, ...]
    on_shift: bool
    open_threads: int


@dataclass(frozen=True, slots=True)
class Shift:
    """Whether somebody takes threads now, and how many open ones they keep until they are done."""

    on: bool
    kept: int


def set_shift(world: World, tenant_id: str, handle: str, *, on: bool) -> Ripples:
    """Begin or end somebody's shift. StaffError where there is no such account.

    What was picked for them and is not answered goes back to its team's queue, and what waits comes
    to them: the clock sees to both. What they have claimed they keep.
    """
    with world.store.write() as connection:
        lock_picking(connection, tenant_id)  # nobody is being picked while it changes
        of_handle = (col(Staff.tenant_id) == tenant_id, col(Staff.handle) == handle)
        staff_id = connection.execute(select(col(Staff.id)).where(*of_handle)).scalar_one_or_none()
        if staff_id is None:
            raise StaffError(f"{tenant_id} has no account with the handle {handle}")
        connection.execute(update(Staff).where(*of_handle).values(on_shift=on))
    return Ripples(staff=frozenset({(tenant_id, staff_id)}))


def list_staff(world: World, tenant_id: str) -> list[Colleague]:
    """All accounts of a tenant, by handle. StaffError where there is no such tenant."""
    with world.store.read() as connection:
        known = select(col(Tenant.id)).where(col(Tenant.id) == tenant_id)
        if connection.execute(known).first() is None:
            raise StaffError(f"there is no tenant {tenant_id}")
        return colleagues(connection, world.keys(connection, tenant_id))


def colleagues(connection: Connection, keys: TenantKeys, *, here: bool = False) -> list[Colleague]:
    """All accounts of a tenant, by handle; `here`: those on shift alone."""
    wanted: AnySelect = (
        select(
            col(Staff.id),
            col(Staff.handle),
            col(Staff.name),
            col(Staff.role),
            col(Staff.teams),
            col(Staff.on_shift),
            LOAD.label("load"),
        )
        .where(col(Staff.tenant_id) == keys.tenant_id)
        .order_by(col(Staff.handle))
    )
    if here:
        wanted = wanted.where(col(Staff.on_shift))
    rows = connection.execute(wanted, {"thread": NO_THREAD}).all()
    return [_colleague(keys, row) for row in rows]


def _colleague(keys: TenantKeys, row: AnyRow) -> Colleague:
    return Colleague(
        handle=row.handle,
        name=keys.open("staff.name", row.id, row.name),
        role=row.role,
        teams=tuple(row.teams),
        on_shift=row.on_shift,
        open_threads=row.load,
    )


def shift_of(world: World, tenant_id: str, handle: str) -> Shift:
    """Somebody's shift as it is now."""
    with world.store.read() as connection:
        kept = (
            select(func.count())
            .select_from(Thread)
            .where(
                col(Thread.tenant_id) == tenant_id,
                col(Thread.assignee) == handle,
                col(Thread.state) == "open",
                col(Thread.claimed),
            )
            .scalar_subquery()
        )
        of_handle = (col(Staff.tenant_id) == tenant_id, col(Staff.handle) == handle)
        row = connection.execute(
            select(col(Staff.on_shift), kept.label("kept")).where(*of_handle)
        ).one()
        return Shift(row.on_shift, row.kept)
