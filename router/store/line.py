"""A line to stand in: so many are let in at a time, in the order they came."""

import threading
from collections import deque
from collections.abc import Callable


class Line:
    """Threads that want the same thing, of which there are `places`.

    Whoever enters leaves again, by `pass_on` or `leave`; `give_way` does so for one who is let in
    just as an exception ends its wait.
    """

    def __init__(self, places: int = 1, give_way: Callable[[], None] | None = None) -> None:
        self._free = places
        self._give_way = give_way or self.leave
        self._waiting: deque[threading.Event] = deque()
        self._lock = threading.Lock()

    def enter(self, patience_seconds: float) -> bool:
        """Wait to be let in; False where that took too long."""
        turn, has_place = threading.Event(), False
        try:
            with self._lock:
                if self._free:
                    self._free -= 1
                    has_place = True
                else:
                    self._waiting.append(turn)
            return has_place or turn.wait(patience_seconds) or not self._give_up(turn)
        except BaseException:
            if has_place or (not self._give_up(turn) and turn.is_set()):
                self._give_way()
            raise

    def pass_on(self) -> bool:
        """Leave to whoever has waited longest; False, and nobody has left, where nobody waits."""
        with self._lock:
            return self._let_next_in()

    def leave(self) -> None:
        """Leave, to whoever has waited longest or to whoever comes."""
        with self._lock:
            self._free += not self._let_next_in()

    def _let_next_in(self) -> bool:
        if not self._waiting:
            return False
        self._waiting.popleft().set()
        return True

    def _give_up(self, turn: threading.Event) -> bool:
        """Whether it stood in line until now: it was not let in at the very last."""
        with self._lock:
            if turn not in self._waiting:
                return False
            self._waiting.remove(turn)
            return True
