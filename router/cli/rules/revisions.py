"""`bellhop rules history` and `rollback`: what was in force when and by whom, and the way back."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict
from typing import Any

import click

from router.cli.start import PROBLEMS, WRONG_USE, fail, opened_world
from router.flows.ripples import Ripples
from router.flows.rulebooks.history import (
    Entry,
    NoSuchRevision,
    Refused,
    diff,
    history,
    refused_edits,
)
from router.flows.rulebooks.rollback import Overtaken, RolledBack, WrongAuthor, roll_back
from router.flows.show import NoSuchTenant
from router.flows.world import World
from router.jobs.bell import Bell
from router.jobs.live import ANY

SHORT_HASH = 12
TENANT = click.option("--tenant", required=True, help="The tenant's id.")
AS_JSON = click.option("--json", "as_json", is_flag=True, help="One object a line.")


@click.command("history")
@TENANT
@click.option("--diff", "number", type=int, help="What revision N changed, as a unified diff.")
@click.option("--refused", is_flag=True, help="The edits that were not taken, and why.")
@click.option("--most", default=50, show_default=True, help="How many revisions, newest first.")
@AS_JSON
def show_history(tenant: str, number: int | None, refused: bool, most: int, as_json: bool) -> None:
    """List the revisions of a rulebook, newest first: number, time, who, hash, file, lines changed.

    \b
    Example:
      bellhop rules history --tenant grand-hotel
      bellhop rules history --tenant grand-hotel --diff 7
    """
    with _told_faults(tenant) as world:
        if number is not None:
            lines = diff(world, tenant, number)
            click.echo(json.dumps({"number": number, "diff": lines}) if as_json else _text(lines))
        elif refused:
            for edit in refused_edits(world, tenant):
                click.echo(_as_json(edit) if as_json else _edit(edit))
        else:
            for entry in history(world, tenant, most):
                click.echo(_as_json(entry) if as_json else _line(entry))


@click.command()
@TENANT
@click.option("--to", type=int, help="The revision to go back to. [default: the one before]")
@click.option("--by", required=True, help="The handle of who goes back: kept with the revision.")
@AS_JSON
def rollback(tenant: str, to: int | None, by: str, as_json: bool) -> None:
    """Go back to an earlier revision: its file and its tests are written in RULES_DIR and live.

    It is checked under this version of the program first. Going back twice goes back two.

    \b
    Example:
      bellhop rules rollback --tenant grand-hotel --by alice
      bellhop rules rollback --tenant grand-hotel --to 5 --by alice
    """
    with _told_faults(tenant) as world:
        done = roll_back(world, tenant, by, to)
        if not done.findings:
            _tell_pages(world, tenant)
    if as_json:
        click.echo(json.dumps({"tenant": tenant, **asdict(done)}, ensure_ascii=False))
    else:
        click.echo(_outcome(tenant, done))
    if done.findings:
        raise SystemExit(PROBLEMS)


@contextmanager
def _told_faults(tenant: str) -> Iterator[World]:
    with opened_world() as world:
        try:
            yield world
        except NoSuchTenant:
            fail(f"there is no tenant {tenant}: its rulebook has not been accepted yet")
        except (NoSuchRevision, WrongAuthor) as error:
            fail(str(error), WRONG_USE)
        except Overtaken as error:
            fail(f"nothing was changed: {error}; see `bellhop rules history`")
        except OSError as error:
            fail(f"nothing was published: {error.filename}: {error.strerror}")


def _tell_pages(world: World, tenant: str) -> None:
    bell = Bell(world.settings.redis_url)
    bell.ring(Ripples(threads=frozenset({(tenant, ANY)})))
    bell.close()


def _as_json(one: Entry | Refused) -> str:
    fields: dict[str, Any] = asdict(one)
    return json.dumps(fields | {"at": one.at.isoformat()}, ensure_ascii=False)


def _line(one: Entry) -> str:
    mark = "*" if one.live else " "
    who = one.who if one.restores is None else f"rollback to {one.restores} by {one.who}"
    changed = f"+{one.added} -{one.removed}"
    when = f"{one.at:%Y-%m-%d %H:%M:%S} UTC"
    return (
        f"{mark} {one.number:>4}  {when}  {one.hash[:SHORT_HASH]}  {changed:>12}  {one.file}  {who}"
    )


def _edit(one: Refused) -> str:
    head = f"{one.at:%Y-%m-%d %H:%M:%S} UTC  {one.hash[:SHORT_HASH]}  {one.file}  {one.who}"
    return _text([head, *(f"    {finding}" for finding in one.findings)])


def _text(lines: list[str]) -> str:
    return "\n".join(lines) if lines else "nothing changed"


def _outcome(tenant: str, done: RolledBack) -> str:
    if done.findings:
        why = "\n".join(f"  {finding}" for finding in done.findings)
        said = f"revision {done.restores} cannot be used any more, and nothing was changed:\n{why}"
    elif done.was_live:
        said = f"revision {done.restores} is in force already; {done.file} says so again"
    else:
        said = f"revision {done.revision} is live: {done.file} as in revision {done.restores}"
    kept = f"\n{tenant}: what lay there is kept as {done.kept_as}" if done.kept_as else ""
    return f"{tenant}: {said}{kept}"
