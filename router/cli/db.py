"""`bellhop db`: the database's schema."""

import click

from router.cli.start import opened_world
from router.flows.consent.persons import find_persons
from router.flows.rotate import rewrap_keys
from router.store import schema


@click.group()
def db() -> None:
    """The database."""


@db.command()
def upgrade() -> None:
    """Bring the database to the newest schema; running it again changes nothing.

    It also finds the person behind each contact that was stored before consent belonged to persons,
    and after MASTER_KEY was given a new first key it wraps every tenant's keys under it.

    \b
    Example:
      DATABASE_URL=postgresql://bellhop@db/bellhop bellhop db upgrade
    """
    with opened_world() as world:
        click.echo(f"schema {schema.upgrade(world.store)}")
        find_persons(world)
        click.echo(f"keys of {rewrap_keys(world)} tenants wrapped under the first MASTER_KEY")
