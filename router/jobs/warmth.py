"""Keeps the rulebooks in force compiled in this process, so that no text waits for a new one.

It asks the database which they are rather than to be told: that works without Redis, too.
"""

import threading

import structlog

from router.flows.rulebooks.standing import compile_live
from router.flows.world import World

LOOK_SECONDS = 0.5
FAILED_SECONDS = 5.0

log = structlog.get_logger()


class Warmth:
    """A thread of this process that compiles what goes live. `close` ends it."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._stopped = threading.Event()
        self._thread = threading.Thread(target=self._run, name="warmth", daemon=True)

    def start(self) -> "Warmth":
        """Begin; gives itself back."""
        self._thread.start()
        return self

    def close(self) -> None:
        """End, once what is being compiled is."""
        self._stopped.set()
        self._thread.join()

    def _run(self) -> None:
        pause = 0.0
        while not self._stopped.wait(pause):
            try:
                compile_live(self._world)
                pause = LOOK_SECONDS
            except Exception as error:  # noqa: BLE001 (whoever needs the book compiles it then)
                log.warning("rulebooks_not_compiled", error=error)
                pause = FAILED_SECONDS
