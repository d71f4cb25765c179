"""A line to stand in: one is let in at a time, in the order they came."""

import threading
from collections import deque


class Line:
    """Threads that want the same thing. Whoever enters leaves again, by `pass_on` or `leave`."""

    def __init__(self) -> None:
        self._is_taken = False
        self._waiting: deque[threading.Lock] = deque()
        self._lock = threading.Lock()

    def enter(self, patience_seconds: float) -> bool:
        """Wait to be let in; False where that took too long."""
        with self._lock:
            if not self._is_taken:
                self._is_taken = True
                return True
            turn = threading.Lock()
            turn.acquire()
            self._waiting.append(turn)
        return turn.acquire(timeout=patience_seconds) or not self._give_up(turn)

    def pass_on(self) -> bool:
        """Leave to whoever has waited longest; False, and nobody has left, where nobody waits."""
        with self._lock:
            return self._let_next_in()

    def leave(self) -> None:
        """Leave, to whoever has waited longest or to whoever comes."""
        with self._lock:
            self._is_taken = self._let_next_in()

    def _let_next_in(self) -> bool:
        if not self._waiting:
            return False
        self._waiting.popleft().release()
        return True

    def _give_up(self, turn: threading.Lock) -> bool:
        """Whether it was not let in at the very last."""
        with self._lock:
            if turn not in self._waiting:
                return False
            self._waiting.remove(turn)
            return True
