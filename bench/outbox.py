"""Outboxes to drain: a place with recorded traffic, and texts queued as the flows queue them."""

import time
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import select, update
from sqlmodel import col

from bench.answering import Arrival
from bench.carrier import LocalCarrier, local_carrier
from bench.place import BOOK, Place, furnish, make_place
from bench.processes import BenchError
from bench.workers import Crew, ring
from router.flows.consent.events import Event, Evidence, add_events, event_row
from router.flows.held import Held, hold_address, save
from router.flows.outbox import BULK, Draft, queue
from router.flows.senders import Sender, find_receiver
from router.flows.world import World
from router.store.rows import is_unfinished
from router.store.tables import Message

EVENTS = "+16125550199"  # the number `events` of the demo's rulebook, beside OUR_NUMBER
NEIGHBOR = "+16125550300"
LONG_CODE, TOLL_FREE, SHORT_CODE = "+16125550301", "+18005550302", "55503"
AT_ANY_HOUR = """
limits:
  auto_replies: 1000 per 10m
  quiet_hours: {default: "00:00-24:00"}
"""
NEIGHBORS_BOOK = f"""\
version: 1
tenant: neighbor
name: The Neighbor
contact: {NEIGHBOR}
timezone: America/Chicago
languages: [en]
numbers:
  main: "{NEIGHBOR}"
  long-code: "{LONG_CODE}"
  toll-free: "{TOLL_FREE}"
  short-code: "{SHORT_CODE}"
teams:
  desk: {{}}
fallback:
  do:
    - assign: desk
{AT_ANY_HOUR}"""
ANSWER_TEXT = Draft("Towels are on the way.", "reply")
BULK_TEXT = Draft(
    "The Grand Hotel: the rooftop opens on Friday. Reply STOP to end.",
    "staff",
    purpose="marketing",
    priority=BULK,
)
THREADS_AT_ONCE = 100
PATIENCE_SECONDS = 90.0
LOOK_SECONDS = 0.02
CALM_SECONDS = 0.2
NEXT_RING_SECONDS = 0.05  # by then one worker has taken the job, and another is next


@dataclass(frozen=True, slots=True)
class Site:
    """Where texts go out: on a `kind` of database, from a place whose carrier is a local one, by
    the workers of a crew.
    """

    kind: str
    place: Place
    world: World
    carrier: LocalCarrier
    crew: Crew

    def send(self, senders: Iterable[str], texts: int, workers: int = 1) -> list[Arrival]:
        """Ring for these senders, once for each worker, and wait until so many texts have come, and
        what became of them is written down; all that came.
        """
        self.carrier.take()
        began, senders = self.carrier.count(), tuple(senders)
        ring(self.place, senders)
        for _ in range(workers - 1):
            time.sleep(NEXT_RING_SECONDS)
            ring(self.place, senders)
        self.carrier.wait_for(began + texts, PATIENCE_SECONDS)
        self.wait_until_calm()
        return self.carrier.take()

    def wait_until_calm(self) -> None:
        """Wait until nothing is to be sent any more, and the workers have seen that."""
        ends = time.monotonic() + PATIENCE_SECONDS
        while self._has_work():
            if time.monotonic() > ends:
                raise BenchError("texts that came are not written down as sent")
            time.sleep(LOOK_SECONDS)
        time.sleep(CALM_SECONDS)

    def _has_work(self) -> bool:
        with self.world.store.read() as connection:
            unfinished = select(col(Message.id)).where(is_unfinished()).limit(1)
            return connection.execute(unfinished).first() is not None


@contextmanager
def site(
    kind: str, folder: Path, urls: tuple[str, str], *, seed: int, recorded: int
) -> Iterator[Site]:
    """A furnished site with a carrier of its own; `urls` are the database's and Redis's."""
    with local_carrier() as carrier:
        place = make_outbox(folder, *urls)
        place.environment["TWILIO_API_URL"] = carrier.url
        world = furnish_outbox(place, seed, recorded)
        crew = Crew(place)
        try:
            yield Site(kind, place, world, carrier, crew)
        finally:
            crew.dismiss()
            world.store.close()


def make_outbox(folder: Path, database_url: str, redis_url: str) -> Place:
    """A place for two businesses with a number of each kind, that may send at any hour."""
    place = make_place(folder, database_url, redis_url)
    rules = Path(place.environment["RULES_DIR"])
    (rules / BOOK.name).write_text(BOOK.read_text() + AT_ANY_HOUR)
    (rules / "neighbor.yaml").write_text(NEIGHBORS_BOOK)
    place.environment.update(PACE_LONG_CODE="0", PACE_TOLL_FREE="3", PACE_SHORT_CODE="30")
    return place


def furnish_outbox(place: Place, seed: int, recorded: int) -> World:
    """Take in recorded traffic whose answers have left; the caller closes the world."""
    world = furnish(place, seed, recorded)
    with world.store.write() as connection:
        connection.execute(update(Message).where(is_unfinished()).values(state="delivered"))
    return world


def sender_at(world: World, address: str) -> Sender:
    """The sender at one of the numbers above."""
    with world.store.read() as connection:
        found = find_receiver(connection, address, None)
    assert found is not None
    return found


def reader(number: int) -> str:
    """The phone of one of those who are written to: none that the recorded traffic knows."""
    return f"+1612{2_000_000 + number:07d}"


def queue_answers(world: World, address: str, phones: Sequence[str], each: int = 1) -> str:
    """Queue so many answers for each phone, in its thread; the id of the sender to ring for."""
    for held in _hold(world, address, phones):
        held.last_text_at = held.at
        queue(held, [ANSWER_TEXT] * each)
    return sender_at(world, address).id


def queue_bulk(world: World, address: str, phones: Sequence[str], each: int = 1) -> str:
    """Queue marketing for phones whose owners agreed to it; the id of the sender to ring for."""
    for held in _hold(world, address, phones):
        agreed = Event("opt_in", "marketing", held.at, Evidence("import", text="on paper"))
        add_events(held.connection, [event_row(held.keys, held.person, agreed)])
        queue(held, [BULK_TEXT] * each)
    return sender_at(world, address).id


def _hold(world: World, address: str, phones: Sequence[str]) -> Iterator[Held]:
    """The thread of each phone, saved once the caller is done with it."""
    tenant_id = sender_at(world, address).tenant_id
    for first in range(0, len(phones), THREADS_AT_ONCE):
        with world.store.write() as connection:
            keys, at = world.keys(connection, tenant_id), world.now()
            for phone in phones[first : first + THREADS_AT_ONCE]:
                held, _ = hold_address(connection, keys, phone, address, at)
                yield held
                save(held)
