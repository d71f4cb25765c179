"""Seats for event streams: each holds one of the server's threads, so there are few of them.

Past the capacity a page is sent away and polls. A person who opens more pages than `PER_PERSON`
loses the oldest stream, so that nobody's reloads keep the others out.
"""

import threading
from collections.abc import Callable
from dataclasses import dataclass, field

PER_PERSON = 3


@dataclass(slots=True, eq=False)
class Seat:
    """One stream's place. `wake` is called when the seat is wanted back."""

    person: str
    wanted_back: threading.Event = field(default_factory=threading.Event)
    wake: Callable[[], None] = lambda: None

    def ask_back(self) -> None:
        """Tell the stream to end."""
        self.wanted_back.set()
        self.wake()


class Seats:
    """At most `capacity` streams in this process."""

    def __init__(self, capacity: int) -> None:
        self._capacity = capacity
        self._taken: list[Seat] = []
        self._lock = threading.Lock()
        self._is_closed = False

    def take(self, person: str) -> Seat | None:
        """A seat, or None where all are taken."""
        with self._lock:
            mine = [seat for seat in self._staying() if seat.person == person]
            leaving = mine[: max(0, len(mine) - PER_PERSON + 1)]
            for seat in leaving:
                seat.ask_back()
            if self._is_closed or len(self._staying()) >= self._capacity:
                return None
            seat = Seat(person)
            self._taken.append(seat)
            return seat

    def release(self, seat: Seat) -> None:
        """Give a seat back; once more does no harm."""
        with self._lock:
            if seat in self._taken:
                self._taken.remove(seat)

    def close(self) -> None:
        """Ask all of them back, and give none any more: the process ends."""
        with self._lock:
            self._is_closed = True
            for seat in self._staying():
                seat.ask_back()

    @property
    def taken(self) -> int:
        """How many streams are open."""
        with self._lock:
            return len(self._taken)

    def _staying(self) -> list[Seat]:
        """The seats that nobody asked back: a stream that was asked ends in a moment."""
        return [seat for seat in self._taken if not seat.wanted_back.is_set()]
