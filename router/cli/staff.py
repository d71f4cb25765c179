"""`bellhop staff`: accounts of the people who answer."""

import json
import sys
from dataclasses import asdict
from typing import get_args

import click

from router.cli.start import fail, opened_world
from router.flows.shifts import Colleague, list_staff, set_shift
from router.flows.staff import NewStaff, Role, StaffError, add_staff
from router.jobs.bell import Bell


@click.group()
def staff() -> None:
    """Staff accounts."""


@staff.command()
@click.option("--tenant", required=True, help="The tenant's id, as in its rulebook.")
@click.option("--handle", required=True, help="The short name that rulebooks use.")
@click.option("--email", required=True, help="To sign in with and to be notified at.")
@click.option("--name", required=True, help="As colleagues see it.")
@click.option("--mobile", help="E.164, for notices by text.")
@click.option("--role", type=click.Choice(get_args(Role)), default="agent", show_default=True)
@click.option("--team", "teams", multiple=True, help="A team of the rulebook; may be repeated.")
@click.option("--on-shift", is_flag=True, help="Begin on shift.")
@click.option("--password-stdin", is_flag=True, help="Read the password from stdin's first line.")
def add(password_stdin: bool, tenant: str, **given: object) -> None:
    """Make an account.

    \b
    Example:
      echo 'correct horse battery' | bellhop staff add --tenant grand-hotel --handle alice \\
        --email alice@example.com --name 'Alice Moreau' --mobile +16125550111 \\
        --role supervisor --team front-desk --team engineering --on-shift --password-stdin
    """
    new = NewStaff(tenant_id=tenant, password=_read_password(password_stdin), **given)  # type: ignore[arg-type]  # click checked them
    with opened_world() as world:
        try:
            add_staff(world, new)
        except StaffError as error:
            fail(f"no account was made: {error}")
    click.echo(f"{tenant}: {new.handle} may sign in as {new.role}")


@staff.command()
@click.option("--tenant", required=True, help="The tenant's id.")
@click.option("--handle", required=True, help="Whose shift it is.")
@click.argument("shift", type=click.Choice(["on", "off"]))
def shift(tenant: str, handle: str, shift: str) -> None:
    """Begin or end somebody's shift: whether threads are picked for them.

    \b
    Example:
      bellhop staff shift --tenant grand-hotel --handle alice on
    """
    with opened_world() as world:
        try:
            ripples = set_shift(world, tenant, handle, on=shift == "on")
        except StaffError as error:
            fail(str(error))
        bell = Bell(world.settings.redis_url)
        bell.ring(ripples)
        bell.close()
    click.echo(f"{tenant}: {handle} is {shift} shift")


@staff.command("list")
@click.option("--tenant", required=True, help="The tenant's id.")
@click.option("--json", "as_json", is_flag=True, help="One object a line.")
def list_accounts(tenant: str, as_json: bool) -> None:
    """List the accounts: who is on shift, in which teams, with how many open threads.

    \b
    Example:
      bellhop staff list --tenant grand-hotel
    """
    with opened_world() as world:
        try:
            found = list_staff(world, tenant)
        except StaffError as error:
            fail(str(error))
    for one in found:
        click.echo(json.dumps(asdict(one), ensure_ascii=False) if as_json else _line(one))


def _line(one: Colleague) -> str:
    shift = "on shift " if one.on_shift else "off shift"
    teams = ", ".join(one.teams) or "no team"
    return f"{one.handle:<16} {shift}  {one.open_threads:>3} open  {one.role:<10} {teams}"


def _read_password(from_stdin: bool) -> str:
    if from_stdin:
        return sys.stdin.readline().rstrip("\r\n")
    return str(click.prompt("Password", hide_input=True, confirmation_prompt=True, err=True))
