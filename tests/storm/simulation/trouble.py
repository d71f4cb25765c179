"""Trouble: at every step a process may die there, or stand still for longer than anyone expects."""

from collections.abc import Callable
from dataclasses import dataclass, field
from random import Random

from tests.storm.simulation.plan import CALM_AT, Plan
from tests.storm.simulation.process import Alarm, this_strand
from tests.storm.simulation.timeline import Timeline

# Stand still: hardly, past a request's deadline, past a lease, past the grace, past all patience.
PAUSES = ((0.0, 3.0), (15.0, 45.0), (55.0, 95.0), (100.0, 260.0), (500.0, 800.0))
AMBUSHES = 0.4  # the share of pauses that end just when the text, or any, has come to a state
LONGEST_AMBUSH_SECONDS = 400.0


@dataclass(slots=True)
class Trouble:
    """Draws what happens at each step of the process that takes it."""

    plan: Plan
    timeline: Timeline
    rng: Random
    tell: Callable[[str, str], None]
    crashes: int = 0
    pauses: int = 0
    steps: int = 0
    _ambushed: dict[tuple[str, str], list[Alarm]] = field(default_factory=dict)

    @property
    def is_over(self) -> bool:
        """Whether nothing goes wrong any more."""
        return self.timeline.now >= CALM_AT

    def step(self, what: str, message_id: str) -> None:
        """A boundary: the process goes on after a moment, after a pause, or not at all."""
        strand = this_strand()
        if strand is None:
            return
        self.steps += 1
        if not self.is_over:
            if self._strikes(self.plan.crash_rate, self.crashes, self.plan.crashes):
                self.crashes += 1
                self.tell(f"dies as it {what}", message_id)
                strand.process.die()
            if self._strikes(self.plan.pause_rate, self.pauses, self.plan.pauses):
                self.pauses += 1
                self._pause(what, message_id)
        strand.wait(self.rng.uniform(0.0, 0.02))

    def wait(self, seconds: float) -> None:
        """Time passes for this thread."""
        if strand := this_strand():
            strand.wait(seconds)

    def moved(self, message_id: str, state: str) -> None:
        """A text has come to a state: whoever lay in wait for that goes on, at the worst moment."""
        for whose in (message_id, ""):
            for alarm in self._ambushed.pop((whose, state), ()):
                self.timeline.after(self.rng.uniform(0.0, 0.3), alarm.ring)

    def _strikes(self, rate: float, so_far: int, most: int) -> bool:
        return so_far < most and self.rng.random() < rate

    def _pause(self, what: str, message_id: str) -> None:
        strand = this_strand()
        assert strand is not None
        if self.rng.random() < AMBUSHES:
            state = self.rng.choice(("sending", "sending", "unknown"))
            self.tell(f"the thread stands still until the next is {state} as it {what}", message_id)
            waiting = self._ambushed.setdefault((message_id, state), [])
            strand.wait(LONGEST_AMBUSH_SECONDS, waiting.append)
            return
        seconds = self.rng.uniform(*self.rng.choice(PAUSES))
        is_whole = self.rng.random() < 0.5
        who = "the process" if is_whole else "the thread"
        self.tell(f"{who} stands still for {seconds:.0f} s as it {what}", message_id)
        if is_whole:
            strand.process.frozen_until = self.timeline.now + seconds
        strand.wait(seconds)
