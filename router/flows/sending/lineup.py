"""The lineup: which senders may have something to send, and who is served next. Its times are the
steady seconds of `world.monotonic`, which no correction of the clock moves.

Fair between tenants: the one with the fewest texts under way comes next, of those the one that has
waited longest. Bulk fills only so much of the room; what is kept free is for answers.
"""

import itertools
import math
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass

from router.flows.outbox import BULK
from router.flows.sending.claims import Claim, Claims


@dataclass(slots=True)
class Waiting:
    """A sender in the line. `is_news`: it was woken and not served since; `not_before`: its pace,
    or a database that is away, lets nothing go earlier; `since`: its place in the line.
    """

    since: int
    is_news: bool = True
    not_before: float = -math.inf
    tenant_id: str = ""


@dataclass(frozen=True, slots=True)
class Order:
    """Claim up to `limit` texts of a sender (its opaque id)."""

    sender_id: str
    limit: int
    answers_only: bool


class Lineup:
    """For up to `at_once` requests under way. Not safe for threads: the pump guards it."""

    def __init__(self, at_once: int) -> None:
        self._batch = max(1, at_once // 2)  # texts in a claim: fewer cost more than they are fairer
        self._most_bulk = 2 * at_once
        self._most = 2 * at_once + self._batch
        self._waiting: dict[str, Waiting] = {}
        self._under_way: Counter[str] = Counter()  # claimed and not written down, by tenant
        self._places = itertools.count()

    @property
    def under_way(self) -> int:
        """How many texts are claimed and not written down."""
        return self._under_way.total()

    @property
    def is_idle(self) -> bool:
        """Whether nobody waits and nothing is under way."""
        return not (self._waiting or self.under_way)

    def wake(self, sender_id: str, *, is_news: bool = True) -> None:
        """This sender may have something to send; where it is news, answers have room kept free."""
        waiting = self._waiting.get(sender_id)
        if waiting is None:
            waiting = self._waiting[sender_id] = Waiting(next(self._places), is_news=False)
        waiting.is_news |= is_news

    def next(self, now: float) -> Order | None:
        """Whom to serve; None where nobody is due, or there is no room. It counts as looked at."""
        due = [name for name, one in self._waiting.items() if self._is_due(one, now)]
        if not due:
            return None
        sender_id = min(due, key=lambda name: self._rank(self._waiting[name]))
        waiting = self._waiting[sender_id]
        room = self._most_bulk - self.under_way
        answers_only = waiting.is_news and room < 1
        waiting.is_news, waiting.since = False, next(self._places)
        if answers_only:
            room = self._most - self.under_way
        share = math.ceil(room / len(self._waiting))
        return Order(sender_id, min(room, max(self._batch, share)), answers_only)

    def served(self, order: Order, tenant_id: str, claims: Claims, now: float) -> None:
        """What was claimed on an order; a sender that has no more leaves the line."""
        self._under_way[tenant_id] += len(claims.messages)
        waiting = self._waiting.get(order.sender_id)
        if waiting is None:
            return
        waiting.tenant_id = tenant_id
        waiting.not_before = now + (claims.again_in or 0.0)
        if claims.had_all and not (waiting.is_news or claims.again_in or order.answers_only):
            del self._waiting[order.sender_id]

    def put_off(self, sender_id: str, until: float) -> None:
        """Nothing can be claimed for it before then."""
        if sender_id in self._waiting:
            self._waiting[sender_id].not_before = until

    def leave(self, sender_id: str) -> None:
        """It has nothing to send, unless it was woken since it was looked at."""
        if sender_id in self._waiting and not self._waiting[sender_id].is_news:
            del self._waiting[sender_id]

    def written(self, claims: Iterable[Claim]) -> None:
        """These are no longer under way; what is behind them in their threads may go."""
        for claim in claims:
            self._under_way[claim.tenant_id] -= 1
            self.wake(claim.sender_id, is_news=claim.priority < BULK)
        self._under_way += Counter()  # drops whoever has none

    def clear(self) -> None:
        """Nobody is served any more."""
        self._waiting.clear()

    def next_turn(self, now: float) -> float | None:
        """When the first of those that still have to wait for a time may be served. Whose time has
        come waits for room.
        """
        turns = (one.not_before for one in self._waiting.values())
        return min((turn for turn in turns if turn > now), default=None)

    def is_due(self, now: float) -> bool:
        """Whether there is anybody to serve, and room."""
        return any(self._is_due(one, now) for one in self._waiting.values())

    def _is_due(self, waiting: Waiting, now: float) -> bool:
        if waiting.not_before > now:
            return False
        most = self._most if waiting.is_news else self._most_bulk - self._batch + 1
        return self.under_way < most

    def _rank(self, waiting: Waiting) -> tuple[int, int]:
        return self._under_way[waiting.tenant_id], waiting.since
