"""`./run storm [PART]`: what is promised of delivery, put to the test by faults of every kind."""

import sys
import time

import click

from bench.machine import describe_machine
from router.logs import leave_stdout_alone
from tests.storm.parts import PARTS

VIOLATED = 1


@click.command()
@click.argument("part", required=False, type=click.Choice(list(PARTS)))
@click.option("--seed", default=26, show_default=True, help="What happens when follows from it.")
@click.option("--short", is_flag=True, help="A moment of each only (for the tests).")
def main(part: str | None, seed: int, short: bool) -> None:
    """Have faults of every kind happen to Bellhop, and count what was lost, twice or out of order.

    Without a PART all run, for some two hours. Ends with 1 where a promise was broken.

    \b
    Example:
      ./run storm kill --seed 7
    """
    leave_stdout_alone()
    for line in describe_machine():
        click.echo(line)
    broken = []
    for name in [part] if part else PARTS:
        began = time.monotonic()
        if not PARTS[name](click.echo, seed, short):
            broken.append(name)
        click.echo(f"{name}: {time.monotonic() - began:.0f} s")
    click.echo(f"\nVIOLATED: {', '.join(broken)}" if broken else "\nall promises held")
    sys.exit(VIOLATED if broken else 0)


if __name__ == "__main__":
    main()
