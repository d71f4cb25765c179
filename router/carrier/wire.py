"""One request on the wire: how far it came, and a stop at the last moment before the first byte."""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass

from router.now import steady_seconds


class NotSent(Exception):
    """Not one byte of the request was written: doing it again is safe."""


class TooLate(NotSent):
    """The deadline passed before the request was written."""


class NoAnswer(Exception):
    """The request, or a part of it, was written, and no whole answer came back."""


@dataclass(slots=True)
class Exchange:
    """One request and what is known of it, which the SDK's exceptions do not tell."""

    deadline: float | None = None
    is_written: bool = False
    http_status: int | None = None
    retry_after_seconds: float | None = None
    date: str | None = None

    def mark_written(self) -> None:
        """The last moment before the first byte. Raises TooLate where the deadline has passed."""
        if self.deadline is not None and steady_seconds() >= self.deadline:
            raise TooLate("the deadline passed before the request was written")
        self.is_written = True


_current: ContextVar[Exchange | None] = ContextVar("exchange", default=None)


@contextmanager
def exchange(deadline: float | None = None) -> Iterator[Exchange]:
    """Follow the requests made inside; past `deadline` (of steady_seconds) none is written."""
    followed = Exchange(deadline)
    token = _current.set(followed)
    try:
        yield followed
    finally:
        _current.reset(token)


def current_exchange() -> Exchange | None:
    """The exchange that this thread follows."""
    return _current.get()
