"""One seed, played to its end: the processes, the carrier, the people, and what is found wrong."""

import random
import traceback
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, replace
from itertools import groupby
from random import Random

from structlog.testing import capture_logs

from router.carrier.api import Inbound
from router.flows.numbers import renumber
from router.flows.world import World
from tests.storm.boundaries import Watcher
from tests.storm.simulation.bell import ModelBell
from tests.storm.simulation.carrier import LATEST_NEWS, ModelCarrier
from tests.storm.simulation.checks import Ending, find_violations
from tests.storm.simulation.history import UNFINISHED, History, Move
from tests.storm.simulation.house import NUMBERS, House
from tests.storm.simulation.plan import Plan, Text, Wish
from tests.storm.simulation.process import Process, this_strand
from tests.storm.simulation.threads import under_virtual_time
from tests.storm.simulation.timeline import Timeline
from tests.storm.simulation.trouble import Trouble
from tests.storm.simulation.web import AGAIN_SECONDS, Web, address_of, open_threads
from tests.storm.simulation.workers import Clock, Worker

END_SECONDS = 3600.0
LINGERS = 30.0  # so long is listened whether anything comes after all
RUN_AGAIN = 0.5  # the share of errands that are done once more where a worker died


@dataclass(frozen=True, slots=True)
class Verdict:
    """What was found in one seed; without `violations` nothing is wrong. `reviewed`: why texts were
    left to a person.
    """

    seed: int
    violations: list[str]
    trace: list[str]
    counts: dict[str, int]
    reviewed: Counter[str]


class Play(Watcher):
    """One seed."""

    def __init__(self, house: House, plan: Plan) -> None:
        self.house = house
        self.plan = plan
        self.rng = Random(plan.seed ^ 0x5EED)
        self.timeline = Timeline()
        self.trace: list[tuple[float, str, str, str]] = []  # seconds, who, what, about which text
        self.faults: list[str] = []
        self.trouble = Trouble(plan, self.timeline, self.rng, self.tell)
        self.carrier = ModelCarrier(
            plan, self.timeline, self.trouble, self.rng, self._call_back, self.tell
        )
        self.bell = ModelBell(self.rng, plan.lost_bells)
        self.history = History(house.database, self._on_move)
        self.heard: list[tuple[str, str, str]] = []
        self.returns: dict[str, float] = {}
        self._webs: list[Web] = []

    # what the store says

    def before(self) -> None:
        """A transaction is about to begin."""
        self.trouble.step("is about to write", "")

    def committed(self) -> None:
        """See what changed, before anything else can happen."""
        told, _, thread = self._doing().rpartition(" in ")
        if told == "hears START":
            self.returns.setdefault(thread, self.timeline.now)
        self.history.look(self.timeline.now, self._doing())
        self.trouble.step("has written", "")

    def has_read(self) -> None:
        """What was read is old from now on."""
        self.trouble.step("has read", "")

    # what is told

    def tell(self, what: str, message_id: str) -> None:
        """Note a line of the trace."""
        strand = this_strand()
        who = f"{strand.process.name} {strand.doing}" if strand else "carrier"
        self.trace.append((self.timeline.now, who, what, message_id))

    def _doing(self) -> str:
        strand = this_strand()
        return strand.doing if strand else ""

    def _on_move(self, move: Move) -> None:
        before = move.before.state if move.before else "·"
        self.tell(f"{before} → {move.after.state}", move.after.id)
        if before != move.after.state:
            self.trouble.moved(move.after.id, move.after.state)

    def _on_fault(self, doing: str, error: Exception) -> None:
        self.tell(f"breaks: {type(error).__name__}", "")
        last = traceback.extract_tb(error.__traceback__)
        ours = [each for each in last if "/router/" in each.filename][-1:]
        where = f"{ours[0].name}" if ours else "the simulation"
        self.faults.append(f"broke: {doing} in {where}: {type(error).__name__}: {error}"[:300])

    # who is there

    def run(self) -> Verdict:
        """Play it."""
        self.house.empty()
        random.seed(self.plan.seed)
        self.house.transport.carrier = self.carrier
        with under_virtual_time(self.timeline), capture_logs() as logs:
            open_threads(replace(self.house.world, now=self.timeline.moment), self.plan)
            self.house.doorman.watcher = self
            try:
                self._people()
                ended = self.timeline.run(END_SECONDS, self._is_over)
            finally:
                self.house.doorman.watcher = None
        self.faults += [f"broke: {each}" for each in logs if each["log_level"] == "error"]
        texts = {text.id: text for text in self.plan.texts}
        history = self.history
        ending = Ending(
            ended,
            texts,
            history.rows,
            history.moves,
            self.carrier.taken,
            self.heard,
            self.returns,
        )
        return self._verdict([*self.faults, *find_violations(ending)])

    def _people(self) -> None:
        plan = self.plan
        self._spawn("web", self._open_web)
        for place in range(plan.workers):
            self._spawn(f"worker{place + 1}", self._open_worker)
        for place in range(plan.clocks):
            self._spawn(f"clock{place + 1}", self._open_clock)
        texts = sorted(plan.texts, key=lambda text: (text.at, text.thread, text.number))
        for _, together in groupby(texts, lambda text: (text.at, text.thread, text.number)):
            batch = tuple(together)
            self.timeline.at(batch[0].at, lambda batch=batch: self._people_text(batch))
        for at, thread, wish in plan.wishes:
            self.timeline.at(at, lambda thread=thread, wish=wish: self._person_says(thread, wish))
        if plan.number_leaves_at is not None:
            self.timeline.at(plan.number_leaves_at, self._number_leaves)

    def _people_text(self, texts: tuple[Text, ...]) -> None:
        """Somebody texts, and these are the answers."""
        inbound = self._inbound(texts[0].thread, texts[0].number, "hello")
        self._web.decide(inbound, texts)

    def _person_says(self, thread: int, wish: Wish) -> None:
        self._web.hear(thread, self._inbound(thread, 0, wish))

    def _inbound(self, thread: int, number: int, body: str) -> Inbound:
        """A text to us, which the carrier logs and delivers."""
        sid = f"SMin{len(self.carrier.log)}"
        self.carrier.hear(sid, address_of(thread), NUMBERS[number], body)
        return Inbound(sid, address_of(thread), NUMBERS[number], None, body)

    def _spawn(self, name: str, open_it: Callable[[Process], Callable[[], None]]) -> None:
        """Start a process; one that dies is started again. `open_it` gives what a death does."""

        def on_death() -> None:
            leave()
            self.timeline.after(self.rng.uniform(0.2, 5), lambda: self._spawn(name, open_it))

        skew = self.rng.uniform(-3, 3)
        process = Process(name, self.timeline, skew, self._on_fault, on_death)
        leave = open_it(process)

    def _open_web(self, process: Process) -> Callable[[], None]:
        self._webs = [Web(self._world_of(process), self.bell, process)]
        return _nothing

    def _open_worker(self, process: Process) -> Callable[[], None]:
        world = self._world_of(process)
        worker = Worker(world, self.house.carrier, self.bell, process, self.rng)
        process.start("waits", worker.run)
        if self.rng.random() < self.plan.terms:
            lives = self.rng.uniform(0, 100)
            self.timeline.after(lives, lambda: process.start("ends", worker.end))

        def leave() -> None:
            if worker.errand and self.rng.random() < RUN_AGAIN:
                self.bell.put_back(worker.errand)

        return leave

    def _open_clock(self, process: Process) -> Callable[[], None]:
        leaves = self.plan.number_leaves_at is not None
        stranding = UNFINISHED if leaves else frozenset[str]()
        world, states = self._world_of(process), self.history.states
        clock = Clock(world, self.bell, process, self.rng, states, stranding)
        process.start("waits", clock.run)
        return _nothing

    def _world_of(self, process: Process) -> World:
        return replace(self.house.world, now=process.now, monotonic=lambda: self.timeline.now)

    @property
    def _web(self) -> Web:
        return self._webs[0]

    def _number_leaves(self) -> None:
        self.tell("a number leaves the rulebook", "")
        self.house.doorman.watcher = None
        with self.house.world.store.write() as connection:
            renumber(connection, self.house.smaller_book, self.timeline.moment())
        self.house.doorman.watcher = self
        self.committed()

    def _call_back(self, url: str, news: dict[str, str], again: bool = True) -> None:
        web = self._web
        if web.process.is_alive and web.process.frozen_until <= self.timeline.now:
            web.hear_news(url, news, lambda: self._heard(url, news))
        elif again:
            self.timeline.after(AGAIN_SECONDS, lambda: self._call_back(url, news, False))

    def _heard(self, url: str, news: dict[str, str]) -> None:
        self.heard.append((news["MessageSid"], news["MessageStatus"], url))

    def _is_over(self) -> bool:
        """Quiet: every text was decided and has ended, and the carrier has had its say."""
        now, plan = self.timeline.now, self.plan
        if now < max(text.at for text in plan.texts) + LINGERS or not self.history.is_finished:
            return False
        taken = self.carrier.taken
        return plan.drop_rate == 1.0 or not taken or now > taken[-1].at + LATEST_NEWS + LINGERS

    def _verdict(self, violations: list[str]) -> Verdict:
        counts = {
            "texts": len(self.history.rows),
            "taken": len(self.carrier.taken),
            "crashes": self.trouble.crashes,
            "pauses": self.trouble.pauses,
            "steps": self.trouble.steps,
            "virtual seconds": round(self.timeline.now),
        }
        reviewed = [row for row in self.history.rows.values() if row.state == "review"]
        return Verdict(
            self.plan.seed,
            violations,
            [f"{at:9.3f}  {who:24} {about:4} {what}" for at, who, what, about in self.trace],
            counts,
            Counter(row.reason or "" for row in reviewed),
        )


def _nothing() -> None:
    """Nothing is left to be done where a process dies."""
