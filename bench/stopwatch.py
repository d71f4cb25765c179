"""Where time goes: functions are wrapped while it is measured, and each step keeps its own time.

A step's time is exclusive: what a wrapped function inside of it takes counts for that one alone.
Only the thread that made the stopwatch is timed.
"""

import functools
import threading
import time
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True, slots=True)
class Part:
    """A function that belongs to a step: an attribute of its owner (a module, class or object)."""

    step: str
    owner: Any
    name: str


@dataclass(slots=True)
class Stopwatch:
    """Seconds and calls by step."""

    seconds: dict[str, float] = field(default_factory=lambda: defaultdict(float))
    calls: dict[str, int] = field(default_factory=lambda: defaultdict(int))
    _inner: float = 0.0
    _thread: int = field(default_factory=threading.get_ident)

    def timed(self, step: str, function: Callable[..., Any]) -> Callable[..., Any]:
        """The function, with its own time counted for `step`."""

        @functools.wraps(function)
        def run(*args: Any, **kwargs: Any) -> Any:
            if threading.get_ident() != self._thread:
                return function(*args, **kwargs)
            outer, self._inner = self._inner, 0.0
            began = time.perf_counter()
            try:
                return function(*args, **kwargs)
            finally:
                took = time.perf_counter() - began
                self.seconds[step] += took - self._inner
                self.calls[step] += 1
                self._inner = outer + took

        return run

    @contextmanager
    def watching(self, parts: Sequence[Part]) -> Iterator[None]:
        """Time these parts until the block ends. AttributeError where one is not there any more."""
        before = [(part, part.owner.__dict__.get(part.name)) for part in parts]
        for part in parts:
            setattr(part.owner, part.name, self.timed(part.step, getattr(part.owner, part.name)))
        try:
            yield
        finally:
            for part, function in before:
                if function is None:
                    delattr(part.owner, part.name)
                else:
                    setattr(part.owner, part.name, function)
