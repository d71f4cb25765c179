"""The processes that send and settle: workers, which do errands, and clocks, which find them."""

from collections.abc import Callable
from dataclasses import dataclass, field
from random import Random

from router.carrier.api import Carrier
from router.flows.release import release_due
from router.flows.sending.pump import Pump
from router.flows.sending.settle import settle, unsettled
from router.flows.sending.stranded import let_go_stranded
from router.flows.sweep import sweep
from router.flows.world import World
from tests.storm.simulation.bell import Errand, ModelBell
from tests.storm.simulation.process import Process, this_strand

Chore = tuple[str, frozenset[str], Callable[[], None]]

AT_ONCE = (1, 2, 4)
TICKS = (4.0, 15.0, 40.0)
IDLE_TICKS = (20.0, 40.0, 70.0)


@dataclass(slots=True)
class Worker:
    """Takes errands one after the other: wakes its pump, or settles aside."""

    world: World
    carrier: Carrier
    bell: ModelBell
    process: Process
    rng: Random
    errand: Errand | None = None
    _pump: Pump = field(init=False)
    _settling: set[str] = field(default_factory=set)

    def __post_init__(self) -> None:
        at_once = self.rng.choice(AT_ONCE)
        self._pump = Pump(self.world, self.carrier, self.bell.ring, at_once=at_once)

    def run(self) -> None:
        """Work until the process dies."""
        while True:
            self.errand = self.bell.take()
            what, sender_id = self.errand
            if what == "drain":
                self._pump.wake(sender_id)
            elif sender_id not in self._settling:
                self._settling.add(sender_id)
                self.process.start("settle", lambda sender_id=sender_id: self._settle(sender_id))
            self.errand = None

    def end(self) -> None:
        """End in good order, as on SIGTERM."""
        self._pump.close()
        self.process.die()

    def _settle(self, sender_id: str) -> None:
        try:
            self.bell.ring(settle(self.world, self.carrier, sender_id))
        finally:
            self._settling.discard(sender_id)


@dataclass(slots=True)
class Clock:
    """Looks for work that no bell was heard for, at uneven times."""

    world: World
    bell: ModelBell
    process: Process
    rng: Random
    states: Callable[[], frozenset[str]]
    stranding: frozenset[str]

    def run(self) -> None:
        """Tick until the process dies. What could find no text is not asked, to save time."""
        strand = this_strand()
        assert strand is not None
        while True:
            is_busy = not self.states().isdisjoint({"queued", "sending"})
            strand.wait(self.rng.choice(TICKS if is_busy else IDLE_TICKS))
            states = self.states()
            for chore, looks_for, act in self._chores():
                if states.isdisjoint(looks_for):
                    continue
                strand.doing = chore
                try:
                    act()
                except Exception as error:  # noqa: BLE001 (told; a chore's fault stops no other)
                    self.process.on_fault(chore, error)

    def _chores(self) -> tuple[Chore, ...]:
        return (
            ("release", frozenset({"held"}), self._release),
            ("sweep", frozenset({"queued"}), self._sweep),
            ("unsettled", frozenset({"sending", "unknown"}), self._settle),
            ("stranded", self.stranding, self._let_go),
        )

    def _release(self) -> None:
        self.bell.ring(release_due(self.world))

    def _sweep(self) -> None:
        self.bell.ring(sweep(self.world))

    def _settle(self) -> None:
        self.bell.settle(unsettled(self.world))

    def _let_go(self) -> None:
        self.bell.ring(let_go_stranded(self.world))
