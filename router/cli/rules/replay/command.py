"""The command: a file is read, recorded texts are decided again, and the difference is told."""

import hashlib
import json
import os
import pwd
import sys
from collections.abc import Iterator, Sequence
from datetime import timedelta
from pathlib import Path
from typing import Literal

import click

from router.cli.rules.findings import load_book
from router.cli.rules.replay.people import tell_people
from router.cli.rules.replay.programs import tell_programs
from router.cli.start import fail, opened_world
from router.flows.replay.replaying import Asker, NoSuchStaff, Replay, begin
from router.flows.replay.traffic import Page, count_erased
from router.flows.show import NoSuchTenant
from router.flows.world import World
from router.jobs.replaying import replay_pages
from rules.file.scalars import parse_duration
from rules.replay.tally import Tally


def _read_age(_context: click.Context, _option: click.Parameter, text: str) -> timedelta:
    age = parse_duration(text)
    if age is None:
        raise click.BadParameter(f"{text} is no length of time: write 30d, 12h or 90m")
    return age


@click.command()
@click.argument("new", type=click.Path(path_type=Path))
@click.option("--tenant", help="Whose texts. [default: the tenant of the file]")
@click.option(
    "--since", "age", default="30d", show_default=True, callback=_read_age, help="How far back."
)
@click.option(
    "--samples", default=3, show_default=True, type=click.IntRange(0, 100), help="Texts a line."
)
@click.option(
    "--against",
    type=click.Choice(["recorded", "live"]),
    default="recorded",
    show_default=True,
    help="What was decided then, or what the rulebook in force would decide.",
)
@click.option("--by", help="The handle of who asks, for the audit. [default: the system's user]")
@click.option("--json", "as_json", is_flag=True, help="One object a line.")
def replay(
    new: Path,
    *,
    tenant: str | None,
    age: timedelta,
    samples: int,
    against: Literal["recorded", "live"],
    by: str | None,
    as_json: bool,
) -> None:
    """Tell what a rulebook would have done with the texts of the last weeks. Nothing is sent.

    It opens texts that are kept sealed, which is noted in the audit.

    \b
    Example:
      bellhop rules replay grand-hotel.yaml --since 30d
    """
    book, text = load_book(new)
    with opened_world() as world:
        wanted = Replay(
            tenant_id=tenant or book.tenant,
            file=new.name,
            text=text,
            hash=hashlib.sha256(text.encode()).hexdigest(),
            since=world.now() - age,
            samples=samples,
            against=against,
        )
        tally = _count(world, wanted, _asker(by))
    if as_json:
        for told in tell_programs(wanted, tally):
            click.echo(json.dumps(told, ensure_ascii=False))
    else:
        click.echo("\n".join(tell_people(wanted, tally, book.timezone)))


def _asker(by: str | None) -> Asker:
    return Asker(by) if by else Asker(pwd.getpwuid(os.getuid()).pw_name, is_staff=False)


def _count(world: World, wanted: Replay, asker: Asker) -> Tally:
    tally = Tally(wanted.samples)
    try:
        pages = begin(world, wanted, asker)
    except NoSuchTenant:
        fail(f"there is no tenant {wanted.tenant_id}: its rulebook has not been accepted yet")
    except NoSuchStaff:
        fail(f"--by {asker.name}: {wanted.tenant_id} has no member of staff of this handle")
    for part in _with_progress(replay_pages(world, wanted, pages), pages):
        tally.merge(part)
    tally.left_out["erased"] += count_erased(world, wanted.tenant_id, wanted.since)
    return tally


def _with_progress(parts: Iterator[Tally], pages: Sequence[Page]) -> Iterator[Tally]:
    """The same parts; a terminal is told meanwhile how far they are."""
    if not sys.stderr.isatty() or len(pages) < 2:  # noqa: PLR2004 (one page takes a moment)
        yield from parts
        return
    done, total = 0, sum(page.texts for page in pages)
    for page, part in zip(pages, parts, strict=True):
        done += page.texts
        click.echo(f"\r{done:,} of {total:,} texts", nl=False, err=True)
        yield part
    click.echo("\r\x1b[K", nl=False, err=True)
