"""Hands: the threads that talk to the carrier; each takes what is due and matters most.

Turns are kept in the steady seconds of `world.monotonic`, which no correction of the clock moves.
"""

import heapq
import itertools
import threading
from collections.abc import Callable

import structlog

from router.carrier.api import Carrier, Delay, Outcome, Outgoing, Unknown
from router.carrier.webhook import callback_url
from router.flows.sending.claims import Claim
from router.flows.sending.leases import lease_of
from router.flows.world import World

NOT_BEGUN = Delay(None, 0.0)

log = structlog.get_logger()


class Hands:
    """Up to `most` threads, started as they are needed; each outcome is handed to `done`."""

    def __init__(
        self, world: World, carrier: Carrier, done: Callable[[Claim, Outcome], None], most: int
    ) -> None:
        self._world = world
        self._carrier = carrier
        self._done = done
        self._most = most
        self._given = threading.Condition()
        self._order = itertools.count()
        self._ready: list[tuple[int, int, Claim]] = []  # by priority, then by age
        self._later: list[tuple[float, int, Claim]] = []  # by the time of their turn
        self._free_at: dict[str, float] = {}  # of paced numbers: when the next may follow
        self._threads: list[threading.Thread] = []
        self._idle = 0
        self._watched: float | None = None  # the turn that one of the idle waits for
        self._is_closed = False

    def give(self, claims: tuple[Claim, ...]) -> None:
        """Have these sent, each in its turn; once closed, they are done with at once."""
        with self._given:
            if not self._is_closed:
                self._line_up(claims)
                return
        for claim in claims:
            self._done(claim, NOT_BEGUN)

    def close(self, timeout_seconds: float) -> None:
        """Begin nothing more: what was not begun is done with at once, what is under way goes on
        for at most so long.
        """
        with self._given:
            self._is_closed = True
            dropped = [claim for *_, claim in (*self._ready, *self._later)]
            self._ready, self._later = [], []
            self._given.notify_all()
        for claim in dropped:
            self._done(claim, NOT_BEGUN)
        ends = self._world.monotonic() + timeout_seconds
        for thread in self._threads:
            thread.join(max(0.0, ends - self._world.monotonic()))

    def _line_up(self, claims: tuple[Claim, ...]) -> None:
        now, at = self._world.monotonic(), self._world.now()
        for claim in claims:
            self._add(claim, now + (claim.send_at - at).total_seconds(), now)
        self._start()
        self._given.notify(len(claims))

    def _add(self, claim: Claim, turn: float, now: float) -> None:
        if turn > now:
            heapq.heappush(self._later, (turn, next(self._order), claim))
        else:
            heapq.heappush(self._ready, (claim.priority, next(self._order), claim))

    def _start(self) -> None:
        wanted = len(self._ready) + len(self._later) - self._idle
        for _ in range(min(wanted, self._most - len(self._threads))):
            thread = threading.Thread(target=self._work, name="send", daemon=True)
            thread.start()
            self._threads.append(thread)

    def _work(self) -> None:
        while (claim := self._next()) is not None:
            self._done(claim, self._send(claim))

    def _next(self) -> Claim | None:
        with self._given:
            while not self._is_closed:
                now = self._world.monotonic()
                called = self._call_up(now)
                claim = self._take(now)
                if claim is not None:
                    is_unwatched = bool(self._later) and self._watched is None
                    self._given.notify((len(self._ready) if called else 0) + is_unwatched)
                    return claim
                self._rest(now)
            return None

    def _call_up(self, now: float) -> bool:
        """Make ready what has its turn; whether there was any."""
        is_due = bool(self._later) and self._later[0][0] <= now
        while self._later and self._later[0][0] <= now:
            self._add(heapq.heappop(self._later)[-1], now, now)
        return is_due

    def _take(self, now: float) -> Claim | None:
        """What is ready and matters most. What comes too close behind another of its number, since
        that one was late or there was no hand free, has its turn later.
        """
        while self._ready:
            claim = heapq.heappop(self._ready)[-1]
            free_at = self._free_at.get(claim.number, now)
            if free_at > now and claim.clear_seconds:
                self._add(claim, free_at, now)
                continue
            if claim.clear_seconds:
                self._free_at[claim.number] = now + claim.clear_seconds
            return claim
        return None

    def _rest(self, now: float) -> None:
        """Wait to be needed. Only one waits for the next turn, so that a turn wakes no crowd."""
        turn = self._later[0][0] if self._later else None
        watches = turn is not None and (self._watched is None or turn < self._watched)
        if watches:
            self._watched = turn
        self._idle += 1
        self._given.wait(turn - now if turn is not None and watches else None)
        self._idle -= 1
        if watches and self._watched == turn:
            self._watched = None

    def _send(self, claim: Claim) -> Outcome:
        meters = self._world.meters
        if claim.attempt == 1:
            waited = self._world.now() - claim.created_at
            meters.reached_the_wire(claim.priority, waited.total_seconds())
        outcome = self._try(claim)
        claimed_at = claim.deadline - lease_of(self._world.settings).total_seconds() / 3
        took_seconds = self._world.monotonic() - claimed_at
        meters.sent(claim.kind, type(outcome).__name__.lower(), took_seconds)
        return outcome

    def _try(self, claim: Claim) -> Outcome:
        try:
            return self._carrier.send(self._outgoing(claim))
        except Exception as error:  # noqa: BLE001 (a fault of ours: whether it was sent is not known)
            log.error("send_broke", error=error)  # noqa: TRY400 (a traceback may quote the text)
            return Unknown("a fault of ours")

    def _outgoing(self, claim: Claim) -> Outgoing:
        return Outgoing(
            to=claim.to,
            from_address=claim.number,
            body=claim.body,
            service_sid=claim.service_sid,
            callback_url=callback_url(
                self._world.settings.public_url,
                tenant=claim.tenant_id,
                message_id=claim.message_id,
                attempt=claim.attempt,
            ),
            deadline=claim.deadline,
        )
