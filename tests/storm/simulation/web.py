"""The web process of the simulation: texts are decided, people opt out, the carrier calls back."""

from collections.abc import Callable
from dataclasses import dataclass
from urllib.parse import parse_qsl, urlsplit

from werkzeug.datastructures import MultiDict

from router.carrier.api import Inbound
from router.carrier.webhook import parse_status
from router.flows.held import hold_address, save
from router.flows.outbox import Draft, queue
from router.flows.receive import _insert, receive
from router.flows.ripples import Ripples
from router.flows.senders import bell_of
from router.flows.sending.status import record_status
from router.flows.world import World
from tests.storm.simulation.bell import ModelBell
from tests.storm.simulation.house import NUMBERS, TENANT
from tests.storm.simulation.plan import Plan, Text
from tests.storm.simulation.process import Process

AGAIN_SECONDS = 2.0


def address_of(thread: int) -> str:
    """Who is at the other end of a thread."""
    return f"+1612555000{thread + 1}"


def open_threads(world: World, plan: Plan) -> None:
    """Everybody has written before, so that what they are told is an answer."""
    with world.store.write() as connection:
        keys = world.keys(connection, TENANT)
        for thread in range(plan.threads):
            held, _ = hold_address(connection, keys, address_of(thread), NUMBERS[0], world.now())
            held.thread_id, held.last_text_at = f"t{thread + 1}", world.now()
            save(held)


@dataclass(slots=True)
class Web:
    """What the web process does at any time, in a thread of its own each time."""

    world: World
    bell: ModelBell
    process: Process

    def decide(self, inbound: Inbound, texts: tuple[Text, ...]) -> None:
        """A text comes in, and others are decided, of one thread in one transaction."""

        def act() -> None:
            with self.world.store.write() as connection:
                keys, now = self.world.keys(connection, TENANT), self.world.now()
                number = inbound.to_address
                held, _ = hold_address(connection, keys, inbound.from_address, number, now)
                _insert(held, inbound)  # the deciding itself is left out, to save time
                queue(held, [_draft(text) for text in texts])
                save(held)
                senders = bell_of(connection, TENANT, number)
            self.bell.ring(Ripples(senders=senders))

        self.process.start("decides", act)

    def hear(self, thread: int, inbound: Inbound) -> None:
        """The person at the other end opts out, or in again."""

        def act() -> None:
            self.bell.ring(receive(self.world, inbound).ripples)

        self.process.start(f"hears {inbound.body} in t{thread + 1}", act)

    def hear_news(self, url: str, news: dict[str, str], heard: Callable[[], None]) -> None:
        """The carrier calls back; `heard` is called once it has its answer."""

        def act() -> None:
            query = MultiDict(parse_qsl(urlsplit(url).query))
            self.bell.ring(record_status(self.world, parse_status(MultiDict(news), query)))
            heard()

        self.process.start("status", act)


def _draft(text: Text) -> Draft:
    return Draft(text.body, text.kind, priority=text.priority, id=text.id)
