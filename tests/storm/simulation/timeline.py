"""Virtual time: one thread, one agenda; what happens when follows from the seed alone."""

import heapq
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

from greenlet import getcurrent, greenlet

MOST_EVENTS = 20_000  # a seed has some hundreds: beyond that something goes round in circles
BEGAN_AT = datetime(2026, 3, 2, 9, tzinfo=UTC)


class Timeline:
    """The agenda, and the seconds that have passed since the beginning."""

    def __init__(self) -> None:
        self.now = 0.0
        self.hub: greenlet = getcurrent()
        self._agenda: list[tuple[float, int, Callable[[], None]]] = []
        self._entries = 0

    def at(self, seconds: float, act: Callable[[], None]) -> None:
        """Have `act` run at that time; of the same time, what was entered first runs first."""
        self._entries += 1
        heapq.heappush(self._agenda, (max(seconds, self.now), self._entries, act))

    def after(self, seconds: float, act: Callable[[], None]) -> None:
        """Have `act` run so many seconds from now."""
        self.at(self.now + seconds, act)

    def run(self, until: float, is_over: Callable[[], bool]) -> bool:
        """Run what is due until nothing is left to be seen; False where the time ran out first."""
        events = 0
        while self._agenda and self._agenda[0][0] <= until and events < MOST_EVENTS:
            events += 1
            self.now, _, act = heapq.heappop(self._agenda)
            act()
            if is_over():
                return True
        return is_over()

    def moment(self, skew_seconds: float = 0.0) -> datetime:
        """The time of day, for whoever's clock is off by that much."""
        return BEGAN_AT + timedelta(seconds=self.now + skew_seconds)
