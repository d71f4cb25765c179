"""The clock: publishes rule files that changed, fires timers, sweeps up what bells missed.

Any number of clocks may run: each round only calls flows that are safe to run twice. A round that
meets a database that is down waits a little longer before the next one.
"""

import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import timedelta

import structlog

from router.backoff import doubled
from router.carrier.api import Carrier
from router.flows.ahead import set_right
from router.flows.assign.queue import drain_queues
from router.flows.reconcile import reconcile
from router.flows.release import release_due
from router.flows.restoring.age import beat
from router.flows.sending.settle import unsettled
from router.flows.sending.stranded import let_go_stranded
from router.flows.sending.strays import tend_strays
from router.flows.sending.unheard import ask_after
from router.flows.spool import drain_spool
from router.flows.sweep import sweep
from router.flows.timers import fire_due
from router.flows.world import World
from router.jobs.bell import Bell
from router.jobs.process import access_log
from router.jobs.rulebooks import RulesWatch
from router.meters import CHORE_FAILURES, Meters
from router.store.server_clock import is_astray

TICK_SECONDS = 0.25
SWEEP_SECONDS = 0.5
SETTLE_SECONDS = 2.0
SPOOL_SECONDS = 1.0
BEAT_SECONDS = 5.0
ACCESS_LOG_SECONDS = 60.0
TIDY_SECONDS = 60.0
MOST_SPOOLED = 200  # a round: some two seconds
MINUTE_SECONDS = 60.0
LOOK_SECONDS = 1.0
LEAVE_SECONDS = 5.0
LONGEST_PAUSE_SECONDS = 10.0

log = structlog.get_logger()


@dataclass(slots=True)
class Chore:
    """Something done every `every_seconds`; after a failure ever more rarely, up to 10 s."""

    name: str
    every_seconds: float
    run: Callable[[], None]
    meters: Meters = field(default_factory=Meters)
    due_at: float = 0.0
    failures: int = 0

    def run_if_due(self, now_seconds: float) -> None:
        """Run it if its time has come. A fault is logged, counted and makes it wait."""
        if now_seconds < self.due_at:
            return
        try:
            self.run()
        except Exception as error:  # noqa: BLE001 (logged; one chore's fault must not stop the others)
            self.failures += 1
            pause = doubled(self.every_seconds, self.failures, LONGEST_PAUSE_SECONDS)
            log.warning("chore_failed", chore=self.name, error=error, pause_seconds=pause)
            self.meters.count(CHORE_FAILURES, self.name)
            self.due_at = now_seconds + pause
            return
        if self.failures:
            log.info("chore_recovered", chore=self.name, failures=self.failures)
        self.failures = 0
        self.due_at = now_seconds + self.every_seconds


@dataclass(slots=True)
class Clock:
    """One clock process's work."""

    world: World
    bell: Bell
    carrier: Carrier
    _chores: list[Chore] = field(default_factory=list)

    def __post_init__(self) -> None:
        chores = [
            Chore("timers", SWEEP_SECONDS, self.fire_timers),
            Chore("queues", SWEEP_SECONDS, self.drain_queues),
            Chore("release", SWEEP_SECONDS, self.release),
            Chore("sweep", SWEEP_SECONDS, self.sweep),
            Chore("settle", SETTLE_SECONDS, self.settle),
            Chore("spool", SPOOL_SECONDS, self.drain_spool),
            Chore("beat", BEAT_SECONDS, self.beat),
            Chore("tidy", TIDY_SECONDS, self.tidy),
        ]
        self._chores = [replace(chore, meters=self.world.meters) for chore in chores]

    def run(self, stopped: threading.Event) -> None:
        """Tick until `stopped` is set. Rulebooks are watched, the carrier's log is read and the
        access log is tended beside: none waits for another, nor the chores for them.
        """
        watch = RulesWatch(self.world, self.bell)
        watching = _start("rules", watch.run, stopped)
        reading = _start("inbound", self.watch_log, stopped)
        _start("access_log", self.watch_access_log, stopped)
        log.info("clock_started")
        while not stopped.is_set():
            self.tick()
            stopped.wait(TICK_SECONDS)
        watching.join()
        reading.join(LEAVE_SECONDS)  # it may wait for the carrier: what it does can end anywhere

    def tick(self) -> None:
        """Do every chore that is due."""
        for chore in self._chores:
            chore.run_if_due(time.monotonic())

    def watch_log(self, stopped: threading.Event) -> None:
        """Reconcile now and every few minutes, and ask after what no callback told, until `stopped`
        is set.
        """
        minutes, meters = self.world.settings.reconcile_minutes, self.world.meters
        chores = (
            Chore("inbound", minutes * MINUTE_SECONDS, self.reconcile, meters),
            Chore("unheard", MINUTE_SECONDS, self.ask_after, meters),
        )
        _look_after(chores, stopped)

    def watch_access_log(self, stopped: threading.Event) -> None:
        """Shorten addresses, and remove files whose time has come, until `stopped` is set."""
        chore = Chore("access_log", ACCESS_LOG_SECONDS, self.tend_access_log, self.world.meters)
        _look_after((chore,), stopped)

    def fire_timers(self) -> None:
        """Fire what is due."""
        if not self._is_astray():
            self.bell.ring(fire_due(self.world))

    def drain_queues(self) -> None:
        """Give what waits to whoever is free."""
        self.bell.ring(drain_queues(self.world))

    def release(self) -> None:
        """Let go what was held back until now."""
        if not self._is_astray():
            self.bell.ring(release_due(self.world))

    def sweep(self) -> None:
        """Ring for what no bell was heard for."""
        self.bell.ring(sweep(self.world))

    def settle(self) -> None:
        """Have unknown outcomes settled, and end what no number is there for any more."""
        self.bell.settle(unsettled(self.world))
        self.bell.ring(let_go_stranded(self.world))

    def drain_spool(self) -> None:
        """Take in what the fallback spooled; the other chores have their turn in between."""
        self.bell.ring(drain_spool(self.world, MOST_SPOOLED))

    def beat(self) -> None:
        """Have the database know that a clock goes round."""
        if not self._is_astray():
            beat(self.world)

    def tend_access_log(self) -> None:
        """Shorten addresses and remove files whose time has come."""
        log, settings, now = access_log(self.world.settings), self.world.settings, self.world.now()
        log.forget(now, timedelta(days=settings.access_log_days))  # shortening wants room
        log.shorten(now)

    def tidy(self) -> None:
        """Merge the statuses whose text is known by now, forget what was kept for an hour, and set
        right what a wrong clock has written.
        """
        self.bell.ring(tend_strays(self.world))
        self.bell.ring(set_right(self.world))

    def reconcile(self) -> None:
        """Take in what came to the carrier and not to us. The spool goes first: it knows more of a
        text than the carrier's log does.
        """
        self.bell.ring(drain_spool(self.world))
        self.bell.ring(reconcile(self.world, self.carrier))

    def ask_after(self) -> None:
        """Ask the carrier after texts of which it told no end."""
        self.bell.ring(ask_after(self.world, self.carrier))

    def _is_astray(self) -> bool:
        """Whether this machine's clock is not to be trusted with what comes at a time."""
        with self.world.store.read() as connection:
            return is_astray(connection)


def _look_after(chores: Sequence[Chore], stopped: threading.Event) -> None:
    while not stopped.is_set():
        for chore in chores:
            chore.run_if_due(time.monotonic())
        stopped.wait(LOOK_SECONDS)


def _start(
    name: str, run: Callable[[threading.Event], None], stopped: threading.Event
) -> threading.Thread:
    thread = threading.Thread(target=run, args=(stopped,), name=name, daemon=True)
    thread.start()
    return thread
