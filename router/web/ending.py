"""A server process that is told to end: its event streams end at once, so that nobody waits for
them, and what it counted and noted is written down before it goes.

The server (granian) has handlers of its own for SIGTERM and SIGINT, which let running requests
finish. So we are told by the file descriptor that Python writes each signal's number to.
"""

import os
import signal
import threading
from collections.abc import Callable
from multiprocessing.util import Finalize

ENDS = frozenset({signal.SIGTERM, signal.SIGINT})


def when_told_to_end(act: Callable[[], None]) -> None:
    """Have `act` called once this process gets SIGTERM or SIGINT. For the main thread alone."""
    reading_end, writing_end = os.pipe()
    os.set_blocking(writing_end, False)
    signal.set_wakeup_fd(writing_end, warn_on_full_buffer=False)

    def listen() -> None:
        while not ENDS & set(os.read(reading_end, 64)):
            pass
        act()

    threading.Thread(target=listen, name="ending", daemon=True).start()


def as_it_ends(*acts: Callable[[], None]) -> None:
    """Have `acts` called in this order once the server of this process has ended."""
    for place, act in enumerate(reversed(acts)):
        Finalize(None, act, exitpriority=place)  # the highest goes first
