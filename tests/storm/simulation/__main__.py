"""`python -m tests.storm.simulation`: some seeds, or one with its whole story."""

import sys
import time

import click

from tests.storm.simulation.campaign import (
    Range,
    play,
    play_here,
    play_shared,
    tell,
    tell_what_remains,
)
from tests.storm.simulation.mutants import MUTANTS
from tests.storm.simulation.plan import draw_plan


@click.command()
@click.option("--seeds", default=1_000, show_default=True, help="How many.")
@click.option("--first", default=1, show_default=True, help="The first of them.")
@click.option("--processes", default=0, help="How many at a time; as many as there are cores.")
@click.option(
    "--late-writes", is_flag=True, help="Pause between the deadline's check and the write."
)
@click.option("--mutant", type=click.Choice(list(MUTANTS)), help="With this fault in the program.")
@click.option("--trace", is_flag=True, help="Tell the story of each.")
def main(
    *, seeds: int, first: int, processes: int, late_writes: bool, mutant: str | None, trace: bool
) -> None:
    """Play seeds of the simulation.

    \b
    Example:
      .venv/bin/python -m tests.storm.simulation --seeds 1 --first 4711 --trace
    """
    wanted = Range(first, seeds, late_writes)
    if trace:
        _tell_stories(wanted, mutant)
        return
    began = time.monotonic()
    is_here = bool(mutant) or processes == 1
    tally = play_here(wanted, mutant) if is_here else play_shared(wanted, processes or None)
    (tell_what_remains if late_writes else tell)(click.echo, tally)
    click.echo(f"  {time.monotonic() - began:.0f} s")
    sys.exit(bool(tally.violated) and not late_writes)


def _tell_stories(wanted: Range, mutant: str | None) -> None:
    for verdict in play(wanted, mutant):
        click.echo(f"\nseed {verdict.seed}: {draw_plan(verdict.seed)}")
        click.echo("\n".join(verdict.trace))
        click.echo("; ".join(verdict.violations) or "no violation")


if __name__ == "__main__":
    main()
