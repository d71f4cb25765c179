"""Files of people that commands take in and give out: how they are read, written and told of."""

import json
import os
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, TextIO

import click

from router.cli.start import PROBLEMS, fail, opened_world
from router.flows.people.addresses import is_country
from router.flows.people.outcome import EVERY, Imported, Refused, Source, Tell
from router.flows.people.problems import Problem
from router.flows.show import NoSuchTenant
from router.flows.world import World

LARGEST_BYTES = 64 * 1024 * 1024


def _check_country(
    _context: click.Context, _option: click.Parameter, code: str | None
) -> str | None:
    if code is not None and not is_country(code.upper()):
        raise click.BadParameter(f"{code} is no country: write its two letters, such as US")
    return code.upper() if code else None


FILE = click.argument("file", type=click.Path(path_type=Path, exists=True, dir_okay=False))
TENANT = click.option("--tenant", required=True, help="The tenant's id.")
COUNTRY = click.option(
    "--country", callback=_check_country, help="Whose national numbers these are: US."
)
BY = click.option("--by", help="The handle of who imports it: kept with every record.")
DRY_RUN = click.option("--dry-run", is_flag=True, help="Check everything and write nothing.")
AS_JSON = click.option("--json", "as_json", is_flag=True, help="One object a line.")
OUTPUT = click.option(
    "--output", type=click.Path(path_type=Path, dir_okay=False), help="A file. [default: stdout]"
)

Export = Callable[[World, str, TextIO, Tell], int]
Import = Callable[..., Imported[Any] | Refused]


@dataclass(frozen=True, slots=True)
class Wanted:
    """What an import was asked for. `counts` is what is told where nothing was written."""

    file: Path
    tenant: str
    country: str | None
    by: str | None
    dry_run: bool
    as_json: bool
    counts: Any


def take_in(run: Import, wanted: Wanted) -> None:
    """Import a file and tell what came of it; exit code 1 where it was refused."""
    data = _read(wanted.file)
    with _told_faults(wanted.tenant) as world:
        outcome = run(
            world,
            wanted.tenant,
            data,
            Source(wanted.file.name, wanted.by),
            country=wanted.country,
            dry_run=wanted.dry_run,
            tell=_tell,
        )
    tell_outcome = _tell_json if wanted.as_json else _tell_people
    tell_outcome(outcome, wanted)
    if isinstance(outcome, Refused):
        raise SystemExit(PROBLEMS)


def give_out(run: Export, tenant: str, output: Path | None, what: str) -> None:
    """Export to a file, which is there as a whole or not at all, or to stdout."""
    with _told_faults(tenant) as world, _opened(output) as out:
        count = run(world, tenant, out, _tell)
    click.echo(f"{count:,} {what}", err=True)


def _read(file: Path) -> bytes:
    try:
        if file.stat().st_size > LARGEST_BYTES:
            fail(f"{file.name} is larger than {LARGEST_BYTES // 1024**2} MB: split it")
        return file.read_bytes()
    except OSError as error:
        fail(f"{file.name} cannot be read: {error.strerror}")


@contextmanager
def _told_faults(tenant: str) -> Iterator[World]:
    with opened_world() as world:
        try:
            yield world
        except NoSuchTenant:
            fail(f"there is no tenant {tenant}: its rulebook has not been accepted yet")
        except OSError as error:
            fail(f"nothing was written: {error.filename or 'the file'}: {error.strerror}")


@contextmanager
def _opened(output: Path | None) -> Iterator[TextIO]:
    if output is None:
        # not sys.stdout: the rows' own line ends must not be translated
        with open(1, "w", encoding="utf-8", errors="replace", newline="", closefd=False) as out:
            yield out
        return
    descriptor, name = tempfile.mkstemp(dir=output.parent, prefix=f".{output.name}.")
    try:
        with os.fdopen(descriptor, "w", encoding="utf-8", errors="replace", newline="") as out:
            yield out
        Path(name).replace(output)
    finally:
        Path(name).unlink(missing_ok=True)


def _tell(done: str, rows: int) -> None:
    """Progress, of long files only."""
    if rows >= EVERY:
        click.echo(f"{done} {rows:,} rows", err=True)


def _tell_json(outcome: Imported[Any] | Refused, wanted: Wanted) -> None:
    refused = isinstance(outcome, Refused)
    told = outcome.problems if isinstance(outcome, Refused) else outcome.notices
    counts = wanted.counts if isinstance(outcome, Refused) else outcome.counts
    summary = {"problems": len(told) if refused else 0, "dry_run": wanted.dry_run}
    for one in (*map(asdict, told), asdict(counts) | summary):
        click.echo(json.dumps(one, ensure_ascii=False))


def _tell_people(outcome: Imported[Any] | Refused, wanted: Wanted) -> None:
    name = wanted.file.name
    if isinstance(outcome, Refused):
        for problem in outcome.problems:
            click.echo(f"{_place(name, problem)}: {problem.problem}; {problem.hint}", err=True)
        click.echo(f"{len(outcome.problems)} problems: nothing was written", err=True)
        return
    for notice in outcome.notices:
        click.echo(f"{name}:{notice.line}: {notice.notice}")
    counts = asdict(outcome.counts)
    said = ", ".join(f"{counts[key]:,} {key.replace('_', ' ')}" for key in counts)
    click.echo(f"{'would be: ' if wanted.dry_run else ''}{said}")


def _place(name: str, problem: Problem) -> str:
    parts = (name if problem.line else "", str(problem.line or ""), problem.column)
    return ":".join(part for part in parts if part) or name
