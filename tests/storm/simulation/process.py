"""Processes of the program: each has threads, a memory and a clock of its own, and may die."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from greenlet import GreenletExit, getcurrent, greenlet

from tests.storm.simulation.timeline import Timeline


class Crash(GreenletExit):
    """The process ends here, and whatever its threads had in mind is gone."""


class Strand(greenlet):
    """One thread: it runs until it waits, and goes on when its time has come."""

    def __init__(self, process: "Process", doing: str, act: Callable[[], None]) -> None:
        super().__init__(parent=process.timeline.hub)
        self.process = process
        self.doing = doing
        self.waits = 0
        self._act = act

    def run(self) -> None:
        """What the thread does; a crash ends it, a fault is told to the process."""
        try:
            self._act()
        except GreenletExit:
            return
        except Exception as error:  # noqa: BLE001 (told: what it means is for the checks to say)
            self.process.on_fault(self.doing, error)

    def wait(
        self, seconds: float | None, publish: Callable[["Alarm"], object] | None = None
    ) -> None:
        """Let the others run for so long (None: for ever), or until the alarm that `publish` is
        given goes off.
        """
        self.waits += 1
        alarm = Alarm(self, self.waits)
        if seconds is not None:
            self.process.timeline.after(seconds, alarm.ring)
        if publish is not None:
            publish(alarm)
        self.process.timeline.hub.switch()


@dataclass(frozen=True, slots=True, eq=False)
class Alarm:
    """Wakes a thread from one wait, and from no later one."""

    strand: Strand
    wait: int

    def soon(self) -> None:
        """Go off once whoever runs now lets the others."""
        self.strand.process.timeline.after(0.0, self.ring)

    def ring(self) -> None:
        """Go off; a process that stands still hears it afterwards."""
        process = self.strand.process
        if self.strand.waits != self.wait or self.strand.dead or not process.is_alive:
            return
        if process.frozen_until > process.timeline.now:
            process.timeline.at(process.frozen_until, self.ring)
            return
        self.strand.switch()


class Process:
    """One process. `skew_seconds`: how far its clock is off; `frozen_until`: it stands still."""

    def __init__(
        self,
        name: str,
        timeline: Timeline,
        skew_seconds: float,
        on_fault: Callable[[str, Exception], None],
        on_death: Callable[[], None],
    ) -> None:
        self.name = name
        self.timeline = timeline
        self.skew_seconds = skew_seconds
        self.on_fault = on_fault
        self.is_alive = True
        self.frozen_until = 0.0
        self._on_death = on_death
        self._strands: list[Strand] = []

    def start(self, doing: str, act: Callable[[], None]) -> Strand:
        """Start a thread that does `act`."""
        strand = Strand(self, doing, act)
        self._strands = [each for each in self._strands if not each.dead]
        self._strands.append(strand)
        Alarm(strand, 0).soon()
        return strand

    def now(self) -> datetime:
        """The time, as its clock has it."""
        return self.timeline.moment(self.skew_seconds)

    def die(self) -> None:
        """End, at once; does not come back where it is called from one of its own threads."""
        self.is_alive = False
        self.timeline.after(0.0, self._bury)
        if isinstance(here := getcurrent(), Strand) and here.process is self:
            raise Crash

    def _bury(self) -> None:
        for strand in self._strands:
            if not strand.dead:
                strand.throw(Crash)
        self._on_death()


def this_strand() -> Strand | None:
    """The thread that runs now; None where the simulation itself does."""
    here = getcurrent()
    return here if isinstance(here, Strand) else None
