"""`bellhop db`: the database's schema."""

import click

from router.cli.start import fail, opened_world
from router.flows.consent.persons import find_persons
from router.flows.rotate import rewrap_keys
from router.flows.rulebooks.standing import all_standings
from router.flows.world import World
from router.store import schema


@click.group()
def db() -> None:
    """The database."""


@db.command()
def upgrade() -> None:
    """Bring the database to the newest schema; running it again changes nothing.

    It also finds the person behind each contact that was stored before consent belonged to persons,
    and after MASTER_KEY was given a new first key it wraps every tenant's keys under it. It ends
    with 1 where a rulebook in force does not load under this version.

    \b
    Example:
      DATABASE_URL=postgresql://bellhop@db/bellhop bellhop db upgrade
    """
    with opened_world() as world:
        click.echo(f"schema {schema.upgrade(world.store)}")
        find_persons(world)
        click.echo(f"keys of {rewrap_keys(world)} tenants wrapped under the first MASTER_KEY")
        _check_rulebooks(world)


def _check_rulebooks(world: World) -> None:
    """Every rulebook in force still loads, before any process of the new version starts."""
    standings, _ = all_standings(world)
    lost = [one.lost for one in standings if one.lost is not None]
    if lost:
        said = "\n".join(f"  {why}" for why in lost)
        fail(f"mend the files of these rulebooks, which do not load under this version:\n{said}")
    click.echo(f"rulebooks in force: {len(standings)}, all of them load")
