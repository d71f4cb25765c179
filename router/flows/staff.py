"""Staff accounts: who may sign in, for which tenant, in which teams."""

from dataclasses import dataclass, field
from typing import Literal

from sqlalchemy import Connection, insert, select, update
from sqlalchemy.exc import IntegrityError
from sqlmodel import col

from router.flows.dispatches.devices import remove_devices
from router.flows.passwords import hash_password
from router.flows.world import World
from router.store.ids import new_id
from router.store.rows import AnyRow
from router.store.tables import Staff, Tenant

Role = Literal["agent", "supervisor", "privacy", "admin"]
SHORTEST_PASSWORD = 10


class StaffError(Exception):
    """An account cannot be made as asked; the message says why and what to do."""


@dataclass(frozen=True, slots=True)
class NewStaff:
    """An account to make. `mobile` is E.164."""

    tenant_id: str
    handle: str
    email: str
    name: str
    password: str
    mobile: str | None = None
    role: Role = "agent"
    teams: tuple[str, ...] = ()
    on_shift: bool = False


@dataclass(frozen=True, slots=True)
class StaffIdentity:
    """Who acts. A session whose `session_epoch` is not the account's is over."""

    tenant_id: str
    staff_id: str
    handle: str
    name: str
    role: str
    teams: tuple[str, ...]
    session_epoch: int


@dataclass(frozen=True, slots=True)
class Login:
    """An account that a name stands for, and the hash that its password must match.

    `is_by_email`: the name is its e-mail, which belongs to one person; a handle may be anyone's.
    """

    identity: StaffIdentity
    password_hash: str = field(repr=False)
    is_by_email: bool


def add_staff(world: World, new: NewStaff) -> None:
    """Make an account. StaffError where the tenant, a team or the handle does not allow it."""
    if len(new.password) < SHORTEST_PASSWORD:
        raise StaffError(f"the password is shorter than {SHORTEST_PASSWORD} characters")
    _insert(world, new, hash_password(new.password))


def _insert(world: World, new: NewStaff, hashed: str) -> None:
    with world.store.write() as connection:
        _check_teams(world, connection, new)
        keys, staff_id = world.keys(connection, new.tenant_id), new_id()
        row = {
            "tenant_id": new.tenant_id,
            "id": staff_id,
            "handle": new.handle,
            "name": keys.seal("staff.name", staff_id, new.name),
            "email": keys.seal("staff.email", staff_id, new.email),
            "email_lookup": keys.lookup("email", new.email.strip().lower()),
            "mobile": keys.seal("staff.mobile", staff_id, new.mobile) if new.mobile else None,
            "role": new.role,
            "teams": list(new.teams),
            "on_shift": new.on_shift,
            "password_hash": hashed,
            "created_at": world.now(),
        }
        try:
            connection.execute(insert(Staff).values(**row))
        except IntegrityError:
            raise StaffError(
                f"{new.tenant_id} has an account with handle {new.handle} or this e-mail already"
            ) from None


def find_logins(world: World, name: str) -> tuple[Login, ...]:
    """The accounts that an e-mail or a handle stands for, of all tenants, in the tenants' order."""
    with world.store.read() as connection:
        tenants = connection.execute(select(col(Tenant.id)).order_by(col(Tenant.id))).scalars()
        return tuple(
            login
            for tenant_id in tenants.all()
            for login in _named(world, connection, tenant_id, name)
        )


def find_login(world: World, name: str) -> Login | None:
    """The account that an e-mail or a handle stands for; None where none or several do."""
    found = find_logins(world, name)
    return found[0] if len(found) == 1 else None


def end_sessions(world: World, tenant_id: str, staff_id: str) -> None:
    """End every session of an account, on all devices, and every copy of its cookies; no device of
    theirs gets notices any more.
    """
    with world.store.write() as connection:
        connection.execute(
            update(Staff)
            .where(col(Staff.tenant_id) == tenant_id, col(Staff.id) == staff_id)
            .values(session_epoch=col(Staff.session_epoch) + 1)
        )
        remove_devices(connection, tenant_id, staff_id)


def load_identity(world: World, tenant_id: str, staff_id: str) -> StaffIdentity | None:
    """The account as it is now; None where it is gone."""
    with world.store.read() as connection:
        wanted = select(Staff).where(col(Staff.tenant_id) == tenant_id, col(Staff.id) == staff_id)
        row = connection.execute(wanted).one_or_none()
        return row and _identity(world, connection, row)


def _named(world: World, connection: Connection, tenant_id: str, name: str) -> list[Login]:
    lookup = world.keys(connection, tenant_id).lookup("email", name.strip().lower())
    is_named = (col(Staff.email_lookup) == lookup) | (col(Staff.handle) == name.strip())
    wanted = select(Staff).where(col(Staff.tenant_id) == tenant_id, is_named)
    return [
        Login(_identity(world, connection, row), row.password_hash, row.email_lookup == lookup)
        for row in connection.execute(wanted).all()
    ]


def _identity(world: World, connection: Connection, row: AnyRow) -> StaffIdentity:
    keys = world.keys(connection, row.tenant_id)
    return StaffIdentity(
        tenant_id=row.tenant_id,
        staff_id=row.id,
        handle=row.handle,
        name=keys.open("staff.name", row.id, row.name),
        role=row.role,
        teams=tuple(row.teams),
        session_epoch=row.session_epoch,
    )


def _check_teams(world: World, connection: Connection, new: NewStaff) -> None:
    revision = connection.execute(
        select(col(Tenant.live_revision)).where(col(Tenant.id) == new.tenant_id)
    ).scalar_one_or_none()
    if revision is None:
        raise StaffError(
            f"there is no tenant {new.tenant_id}: one exists once its rulebook has been accepted "
            "(start `bellhop clock` with the file in RULES_DIR)"
        )
    teams = world.live(connection, new.tenant_id, revision).book.teams
    unknown = [team for team in new.teams if team not in teams]
    if unknown:
        raise StaffError(
            f"the rulebook of {new.tenant_id} has no team {', '.join(unknown)}; "
            f"it has {', '.join(teams)}"
        )
