"""The staff of the demo: alice, whose password is shown, and colleagues for her to work with."""

import secrets

from router.cli.demo.home import TENANT, USER
from router.flows.staff import NewStaff, Role, add_staff, find_login
from router.flows.world import World

COLLEAGUES = (
    ("bob", "Bob Okafor", "engineering"),
    ("carol", "Carol Lindqvist", "housekeeping"),
    ("dave", "Dave Ramirez", "duty-manager"),
)
ALICES_TEAMS = ("front-desk", "engineering", "housekeeping", "duty-manager")


def hire(world: World, password: str) -> None:
    """Make the accounts that are missing. Nobody knows the passwords of alice's colleagues."""
    if find_login(world, USER) is None:
        add_staff(world, _account(USER, "Alice Moreau", ALICES_TEAMS, password, "supervisor"))
    for handle, name, team in COLLEAGUES:
        if find_login(world, handle) is None:
            add_staff(world, _account(handle, name, (team,), secrets.token_urlsafe(24), "agent"))


def _account(handle: str, name: str, teams: tuple[str, ...], password: str, role: Role) -> NewStaff:
    return NewStaff(
        tenant_id=TENANT,
        handle=handle,
        email=f"{handle}@example.com",
        name=name,
        password=password,
        role=role,
        teams=teams,
        on_shift=True,
    )
