"""The pump: sends for every sender that was woken, many requests side by side.

One thread claims and writes down; the hands only talk to the carrier. A little more is claimed than
is under way, so that no connection waits for the database, and outcomes are written down together.
"""

import threading
import time
from collections.abc import Callable, Iterable, Sequence

import structlog

from router.carrier.api import Carrier, Outcome
from router.flows.ripples import Ripples
from router.flows.senders import Sender, find_sender
from router.flows.sending.claims import Claim, claim
from router.flows.sending.hands import Hands
from router.flows.sending.lineup import Lineup, Order
from router.flows.sending.outcomes import Attempt, record_all
from router.flows.sending.silence import Silence
from router.flows.world import World
from router.store.engine import DatabaseDown
from router.store.server_clock import is_astray

AT_ONCE = 32
LINGER_SECONDS = 0.004  # so long outcomes are collected, to be written down together
PAUSE_SECONDS = 0.5  # before a database that was away, or what broke, is tried again
WRITTEN_DOWN_WITHIN_SECONDS = 60.0

log = structlog.get_logger()


class Pump:
    """Works in threads of its own once something is woken. `tell` hears what pages should show."""

    def __init__(
        self,
        world: World,
        carrier: Carrier,
        tell: Callable[[Ripples], None],
        *,
        at_once: int = AT_ONCE,
    ) -> None:
        self._world = world
        self._tell = tell
        self._hands = Hands(world, carrier, self._take_back, at_once)
        self._lineup = Lineup(at_once)
        self._silence = Silence(world)
        self._changed = threading.Condition()
        self._done: list[Attempt] = []
        self._thread: threading.Thread | None = None
        self._is_closed = False

    def wake(self, sender_id: str) -> None:
        """See to it that what this sender has to send leaves soon. Never waits."""
        with self._changed:
            if self._is_closed:
                return
            self._lineup.wake(sender_id)
            if self._thread is None:
                thread = threading.Thread(target=self._run, name="pump", daemon=True)
                thread.start()  # where the system has none to give, the next bell tries again
                self._thread = thread
            self._changed.notify_all()

    def finish(self, timeout_seconds: float) -> bool:
        """Wait until there is nothing left to send; False where that took longer."""
        with self._changed:
            return self._changed.wait_for(lambda: self._lineup.is_idle, timeout_seconds)

    def close(self, timeout_seconds: float = 30.0) -> None:
        """Claim nothing more, let what is under way end, and write all of it down."""
        with self._changed:
            self._is_closed = True
            self._lineup.clear()
            self._changed.notify_all()
        self._hands.close(timeout_seconds)
        if self._thread is not None:
            self._thread.join(timeout_seconds)

    def _take_back(self, claimed: Claim, outcome: Outcome) -> None:
        with self._changed:
            self._done.append((claimed, outcome))
            self._changed.notify_all()

    def _run(self) -> None:
        """Go round until all is over: whatever breaks a round, every sender waits for the next."""
        goes_on = True
        while goes_on:
            try:
                goes_on = self._go_round()
            except Exception as error:  # noqa: BLE001 (a fault of ours; nobody else would send)
                log.error("pump_broke", error=error)  # noqa: TRY400 (no traceback: it may quote)
                time.sleep(PAUSE_SECONDS)

    def _go_round(self) -> bool:
        """Wait for something to do, and do it; False once all is over."""
        if not self._wait():
            return False
        while (order := self._next_order()) is not None:
            self._serve(order)
        self._write_down(self._collect())
        return True

    def _wait(self) -> bool:
        """Wait for something to do; False once all is over."""
        with self._changed:
            while not self._done:
                if self._is_closed and not self._lineup.under_way:
                    return False
                now = self._world.monotonic()  # one time for both looks, or a turn falls between
                if not self._is_closed and self._lineup.is_due(now):
                    return True
                turn = None if self._is_closed else self._lineup.next_turn(now)
                self._changed.wait(None if turn is None else turn - now)
            return True

    def _next_order(self) -> Order | None:
        with self._changed:
            return None if self._is_closed else self._lineup.next(self._world.monotonic())

    def _serve(self, order: Order) -> None:
        try:
            sender = self._find(order.sender_id)
            if sender is None:
                self._change(lambda: self._lineup.leave(order.sender_id))
                return
            is_silent = self._silence.pause(sender.tenant_id, sender.address, sender.id) > 0
            limit = 1 if is_silent else order.limit
            claims = claim(self._world, sender, limit, answers_only=order.answers_only)
        except DatabaseDown:
            self._put_off(order.sender_id, PAUSE_SECONDS)
            return
        except Exception as error:  # noqa: BLE001 (one sender's fault; the clock rings for it again)
            log.error("claim_broke", sender=order.sender_id, error=error)  # noqa: TRY400
            self._change(lambda: self._lineup.leave(order.sender_id))
            return
        now = self._world.monotonic()
        self._change(lambda: self._lineup.served(order, sender.tenant_id, claims, now))
        self._hands.give(claims.messages)
        self._rest(claims.messages[:1])
        if claims.put_aside:
            self._show((sender.tenant_id, thread) for thread in claims.put_aside)

    def _find(self, sender_id: str) -> Sender | None:
        """None where nothing may be sent: the number is gone, a STOP could not be heard now, or our
        clock is astray.
        """
        with self._world.store.read() as connection:
            if is_astray(connection):
                return None
            sender = find_sender(connection, sender_id)
            if sender and self._world.why_lost(connection, sender.tenant_id, sender.revision):
                return None
            return sender

    def _collect(self) -> list[Attempt]:
        with self._changed:
            may_be_joined = 0 < len(self._done) < self._lineup.under_way
        if may_be_joined:
            time.sleep(LINGER_SECONDS)
        with self._changed:
            done, self._done = self._done, []
            return done

    def _write_down(self, done: Sequence[Attempt]) -> None:
        if not done:
            return
        try:
            self._insist(done)
        finally:  # they take up no room any longer: what was not written down, the log settles
            self._change(lambda: self._lineup.written(claim for claim, _ in done))
        for claimed, outcome in done:
            if self._silence.is_broken(claimed.sender_id, outcome):
                self._put_off(claimed.sender_id, 0.0)
        self._rest({claimed.sender_id: claimed for claimed, _ in done}.values())
        self._show((claim.tenant_id, claim.thread_id) for claim, _ in done)

    def _rest(self, claims: Iterable[Claim]) -> None:
        """Whom the carrier does not answer pauses after each text; one is given of each sender."""
        for each in claims:
            pause = self._silence.pause(each.tenant_id, each.number, each.sender_id)
            if pause:
                self._put_off(each.sender_id, pause)

    def _put_off(self, sender_id: str, seconds: float) -> None:
        until = self._world.monotonic() + seconds
        self._change(lambda: self._lineup.put_off(sender_id, until))

    def _insist(self, done: Sequence[Attempt]) -> None:
        gives_up_at = self._world.monotonic() + WRITTEN_DOWN_WITHIN_SECONDS
        while not self._is_written_down(done):
            if self._world.monotonic() > gives_up_at:
                log.error("outcomes_not_written", attempts=len(done))
                return
            time.sleep(PAUSE_SECONDS)

    def _is_written_down(self, done: Sequence[Attempt]) -> bool:
        try:
            record_all(self._world, done)
        except DatabaseDown:
            return False
        return True

    def _change(self, change: Callable[[], None]) -> None:
        with self._changed:
            change()
            self._changed.notify_all()

    def _show(self, threads: Iterable[tuple[str, str]]) -> None:
        self._tell(Ripples(threads=frozenset(threads)))
