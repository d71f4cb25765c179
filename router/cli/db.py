"""`bellhop db`: the database's schema, its copy, and what is to be done once one was restored."""

import json
import sys
from dataclasses import asdict
from pathlib import Path

import click

from router.cli.start import PROBLEMS, WRONG_USE, fail, opened_world
from router.flows.consent.persons import find_persons
from router.flows.restoring.age import check_age
from router.flows.restoring.restored import Counts, follow_ledger, make_safe
from router.flows.rotate import rewrap_keys
from router.flows.rulebooks.standing import all_standings
from router.flows.world import World
from router.store import schema
from router.store.backup import BackupError, copy_sqlite

_NOTHING = (
    "this database is as new as this machine has ever seen it, and has all that its ledger has: "
    "nothing is done. If it was restored all the same (the note beside LEDGER_PATH is missing), "
    "say --anyway"
)


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


@db.command()
@click.option(
    "--output",
    type=click.Path(path_type=Path, dir_okay=False),
    required=True,
    help="Where the copy goes; an older one there is replaced.",
)
def backup(output: Path) -> None:
    """Copy a SQLite database while everything runs. PostgreSQL has ways of its own: pg_dump.

    \b
    Example:
      bellhop db backup --output /backup/bellhop.sqlite
    """
    with opened_world() as world:
        database = world.store.engine.url.database
        if not world.store.is_sqlite or not database:
            fail("the database is PostgreSQL: back it up with pg_dump or base backups", WRONG_USE)
        try:
            copy_sqlite(Path(database), output)
        except BackupError as error:
            fail(f"there is no backup: {error}")
        click.echo(f"{output}: {output.stat().st_size} bytes, checked")


@db.command()
@click.option(
    "--anyway", is_flag=True, help="Also where this machine cannot tell that it is older."
)
@click.option("--json", "as_json", is_flag=True, help="One object: the counts, and who is back.")
def restored(anyway: bool, as_json: bool) -> None:
    """Make a database that was restored from a backup safe to send from.

    Nothing of it leaves by itself any more: what waited, was on its way or unknown is put before
    staff, since it may have been sent after the backup. Opt-outs since are carried out again, out
    of the ledger. Stop worker and clock before, start them afterwards. It may be run again.

    Run it on every machine that has a ledger of its own: where the database is not older than it
    was, it carries out what that ledger has and the database has not, and nothing else.

    \b
    Example:
      bellhop db restored
    """
    with opened_world() as world:
        if anyway or check_age(world) is not None:
            counts = make_safe(world)
        else:
            counts = follow_ledger(world)
            if not counts.opt_outs and not counts.erased:
                fail(_NOTHING)
    click.echo(json.dumps(asdict(counts)) if as_json else _told(counts))
    if counts.erased:
        sys.exit(PROBLEMS)


def _told(counts: Counts) -> str:
    lines = [
        f"texts put into review: {counts.texts}",
        f"notices and webhook calls given up: {counts.dispatches}",
        f"escalations that will say nothing: {counts.escalations}",
        f"opt-outs carried out again: {counts.opt_outs}",
        f"contacts that were erased since, and are back: {len(counts.erased)}",
    ]
    return "\n".join(lines + [f"  {tenant} {contact}" for tenant, contact in counts.erased])


def _check_rulebooks(world: World) -> None:
    """Every rulebook in force still loads, before any process of the new version starts."""
    standings, _ = all_standings(world)
    lost = [one.lost for one in standings if one.lost is not None]
    if lost:
        said = "\n".join(f"  {why}" for why in lost)
        fail(f"mend the files of these rulebooks, which do not load under this version:\n{said}")
    click.echo(f"rulebooks in force: {len(standings)}, all of them load")
