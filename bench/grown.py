"""Cost as work grows: a text taken in by an empty database and by one with a million messages.

The large one is made of recorded traffic, copied within the database under other ids: what is
sealed in a copy cannot be opened, but it is as long and stands in the same tables and indexes.
"""

import time
from dataclasses import dataclass
from itertools import islice
from statistics import median

from sqlalchemy import ColumnElement, Connection, LargeBinary, cast, func, insert, select, text
from sqlmodel import SQLModel

from bench.databases import Ground
from bench.place import furnish, make_place
from bench.report import Say, Target, heading, table
from bench.traffic import OUR_NUMBER, phone, write_texts
from router.carrier.api import Inbound
from router.flows.receive import receive
from router.flows.world import World
from router.store import rows
from router.store.tables import Contact, DecisionRecord, Message, Thread

MOST = 1.2
FIRST = 3 * 10**9  # MessageSids of this bench are numbered apart
PHONES = 100  # that write while it is measured: all of them known to both databases
ORIGINAL_LENGTH = 26  # of an id: a copy's is longer
KEYS: dict[
    type[SQLModel], tuple[str, ...]
] = {  # what names a row, or another row: each copy has its own
    Contact: ("id", "lookup", "person"),
    Thread: ("id", "contact_id"),
    Message: ("id", "thread_id", "sid", "cause_id"),
    DecisionRecord: ("message_id",),
}


@dataclass(frozen=True, slots=True)
class Size:
    """Texts recorded before they are copied, how many copies, and texts that are measured."""

    recorded: int
    copies: int
    measured: int


TINY = Size(20, 2, 10)
SHORT = Size(600, 99, 200)
LONG = Size(6_500, 99, 1_500)


def run_grown(say: Say, at: Ground, seed: int, size: Size) -> None:
    """Compare both on one kind of database, text by text in turns."""
    say(heading(f"cost as work grows on {at.kind}"))
    places = {
        name: make_place(at.folder / name, at.make(name), at.redis_url)
        for name in ("empty", "grown")
    }
    worlds = {
        "empty": furnish(places["empty"], seed, 0),
        "grown": furnish(places["grown"], seed, size.recorded),
    }
    _copy(worlds["grown"], size.copies)
    for name, world in worlds.items():
        messages, contacts = _count(world)
        say(f"{name}: {messages:,} messages of {contacts:,} contacts")
        _make_known(world)
    took = _take_turns(worlds, seed, size.measured)
    costs = {name: median(each) for name, each in took.items()}
    lines = [(name, f"{cost:,.0f}") for name, cost in costs.items()]
    for line in table(("database", "median µs a text"), lines):
        say(line)
    times = costs["grown"] / costs["empty"]
    cause = "more pages of indexes to read and to write"
    aim = f"a text costs ≤ {MOST} × what it costs an empty {at.kind}"
    say(str(Target(aim, f"{times:.2f} ×", times <= MOST, cause)))
    for world in worlds.values():
        world.store.close()


def _copy(world: World, copies: int) -> None:
    """Have so many copies of all that is recorded beside it."""
    for copy in range(1, copies + 1):
        with world.store.write() as connection:
            for model, keys in KEYS.items():
                _copy_table(connection, model, keys, copy)
    with world.store.write() as connection:
        connection.execute(text("ANALYZE"))


def _copy_table(
    connection: Connection, model: type[SQLModel], keys: tuple[str, ...], copy: int
) -> None:
    target = rows.table(model)
    own = {name: _renamed(target.c[name], copy) for name in keys}
    columns = [own.get(column.name, column).label(column.name) for column in target.columns]
    first = target.c[keys[0]]
    originals = select(*columns).where(func.length(first) == ORIGINAL_LENGTH)
    connection.execute(insert(target).from_select([c.name for c in target.columns], originals))


def _renamed(column: ColumnElement[str], copy: int) -> ColumnElement[str]:
    mark = f"-{copy:04d}"
    if isinstance(column.type, LargeBinary):
        return cast(column.concat(mark.encode()), LargeBinary)
    return column.concat(mark)


def _count(world: World) -> tuple[int, int]:
    with world.store.read() as connection:
        messages, contacts = (
            connection.execute(select(func.count()).select_from(model)).scalar_one()
            for model in (Message, Contact)
        )
        return messages, contacts


def _make_known(world: World) -> None:
    for number in range(PHONES):
        _take_in(world, f"SM{FIRST - 1 - number:032x}", phone(number), "ok")


def _take_turns(worlds: dict[str, World], seed: int, texts: int) -> dict[str, list[float]]:
    """µs of each text, by database."""
    took: dict[str, list[float]] = {name: [] for name in worlds}
    for number, written in enumerate(islice(write_texts(seed, FIRST), texts)):
        for name, world in worlds.items():
            began = time.perf_counter()
            _take_in(world, written.sid, phone(number % PHONES), written.body)
            took[name].append((time.perf_counter() - began) * 1e6)
    return took


def _take_in(world: World, sid: str, sender: str, body: str) -> None:
    receive(world, Inbound(sid, sender, OUR_NUMBER, None, body))
