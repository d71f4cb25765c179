"""`./run bench [NAME]`: runs one bench at length, or all of them briefly."""

import sys
from dataclasses import dataclass

import click

from bench import bare, grown, outbound
from bench.breakdown import measure_alone, measure_steps
from bench.classifying import run_keywords
from bench.databases import Ground, on_each_database
from bench.deciding import run_rules
from bench.examining import run_examination
from bench.inbound import BARE, OURS, Length, Side, compare, make_places
from bench.machine import describe_machine
from bench.place import furnish, furnish_naive
from bench.processes import BenchError
from bench.replaying import run_replay
from bench.report import Say, table
from bench.saving import run_saving
from bench.statements import count_statements
from router.logs import leave_stdout_alone

FAILED = 1


@dataclass(frozen=True, slots=True)
class Effort:
    """How much is measured: the load's length, texts a breakdown, texts and rounds in process,
    saves of a rulebook, recorded texts that are replayed, what is sent, and how large a database
    grows.
    """

    load: Length
    steps: int
    texts: int
    rounds: int
    saves: int
    replayed: int
    sent: outbound.Volume
    grown: grown.Size


SHORT = Effort(Length(3, 2.0, 20_000, 2_000), 600, 300, 3, 5, 2_000, outbound.SHORT, grown.SHORT)
LONG = Effort(
    Length(6, 3.0, 60_000, 5_000), 2_000, 1_000, 5, 20, 100_000, outbound.LONG, grown.LONG
)
TINY = Effort(Length(1, 0.3, 400, 20), 20, 20, 1, 1, 20, outbound.TINY, grown.TINY)
NAMES = ("grown", "inbound", "keywords", "outbound", "peers", "reading", "replay", "rules")


@click.command()
@click.argument("name", required=False, type=click.Choice(NAMES))
@click.option("--seed", default=26, show_default=True, help="Texts and rules follow from it.")
@click.option("--tiny", is_flag=True, help="A moment only, on SQLite: does it run? (for the tests)")
def main(name: str | None, seed: int, tiny: bool) -> None:
    """Measure Bellhop against other ways of doing the same, in turns, on this machine.

    With a NAME that bench runs at length; without one all but the peers, which are to be
    installed, run briefly, in some six minutes.

    \b
    Example:
      ./run bench inbound
    """
    leave_stdout_alone()
    effort = TINY if tiny else LONG if name else SHORT
    for line in describe_machine():
        _say(line)
    _say(f"seed: {seed}")
    try:
        if name in (None, "keywords"):
            run_keywords(_say, seed, effort.texts, effort.rounds)
        if name in (None, "reading"):
            run_examination(_say)
        if name in (None, "rules"):
            run_rules(_say, seed, effort.texts, effort.rounds)
            run_saving(_say, seed, effort.saves)
        if name in (None, "replay"):
            run_replay(_say, seed, effort.replayed)
        if name in (None, "inbound"):
            run_inbound(_say, seed, effort, only_sqlite=tiny)
        if name in (None, "grown"):
            for at in on_each_database(_say, only_sqlite=tiny):
                grown.run_grown(_say, at, seed, effort.grown)
        if name in (None, "outbound"):
            outbound.run_outbound(_say, seed, effort.sent, only_sqlite=tiny)
        if name == "peers":
            outbound.run_peers(_say, seed, effort.sent)
    except BenchError as error:
        click.echo(f"bench: {error}", err=True)
        sys.exit(FAILED)


def run_inbound(say: Say, seed: int, effort: Effort, *, only_sqlite: bool) -> None:
    """The inbound text on each database that is here."""
    for at in on_each_database(say, only_sqlite=only_sqlite):
        _measure(say, at, seed=seed, effort=effort)


def _measure(say: Say, at: Ground, *, seed: int, effort: Effort) -> None:
    recorded = effort.load.recorded
    places = make_places(at.folder, (at.make("ours"), at.make("naive")), at.redis_url)
    furnish_naive(places.naive, seed, recorded)
    world = furnish(places.ours, seed, recorded)
    alone = measure_steps(say, at.kind, world, seed, effort.steps)
    count_statements(say, at.kind, world)
    world.store.close()
    served = compare(say, at.kind, places, seed, effort.load)
    alone_bare = measure_alone(bare.app, seed, effort.steps)
    _explain(say, {OURS: alone, BARE: alone_bare}, served)


def _explain(say: Say, alone: dict[str, float], served: dict[str, Side]) -> None:
    """What a request costs under load, against what the app costs alone; µs."""
    loaded = {name: 1e6 / (served[name].figure("rate") or 1) for name in alone}
    server = loaded[BARE] - alone[BARE]
    rest = loaded[OURS] - alone[OURS] - server
    parts = {
        "the app, one text at a time in one process (median, as above)": alone[OURS],
        "server and sockets (the bare route under load, less its app alone)": server,
        "the rest: waiting for the cores, the interpreter and the writer's turn": rest,
        "all of it: the inverse of requests/s": loaded[OURS],
    }
    say("where a request's time goes under load; less than nothing is what ran side by side:")
    for line in table(("part", "µs"), [(part, f"{cost:,.0f}") for part, cost in parts.items()]):
        say(line)


def _say(line: str) -> None:
    click.echo(line)


if __name__ == "__main__":
    main()
