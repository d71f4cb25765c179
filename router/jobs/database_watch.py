"""Watches, in a process that sends or keeps time, whether the database has become an older one, and
whether this machine's clock goes with the database server's.
"""

import threading
from collections.abc import Callable

import structlog
from sqlalchemy.exc import SQLAlchemyError

from router.flows.restoring.age import check_age
from router.flows.world import World
from router.store.engine import DatabaseDown
from router.store.server_clock import MOST_ASTRAY, clock_ahead

LOOK_SECONDS = 5.0
FAILED_SECONDS = 0.5
DO = "set this machine and the database's by a time server; until then nothing is sent from here"

log = structlog.get_logger()


class DatabaseWatch:
    """A thread that calls `stop` once the database is older than it was, and logs when our clock
    goes astray: nothing is sent or settled then. `close` ends it.
    """

    def __init__(self, world: World, stop: Callable[[], None]) -> None:
        self._world = world
        self._stop = stop
        self._closed = threading.Event()
        self._is_astray = False
        self._thread = threading.Thread(target=self._run, name="database-watch", daemon=True)

    def start(self) -> "DatabaseWatch":
        """Begin; gives itself back."""
        self._thread.start()
        return self

    def close(self) -> None:
        """End."""
        self._closed.set()
        self._thread.join()

    def _run(self) -> None:
        pause = 0.0
        while not self._closed.wait(pause):
            pause = LOOK_SECONDS
            try:
                older = check_age(self._world)
                self._look_at_clock()
            except (DatabaseDown, SQLAlchemyError):  # told by whoever needs it
                pause = FAILED_SECONDS
            except OSError as error:
                log.warning("age_not_noted", error=error)
            else:
                if older is not None:
                    log.error("database_is_older", says=str(older))
                    self._stop()
                    return

    def _look_at_clock(self) -> None:
        with self._world.store.read() as connection:
            ahead = clock_ahead(connection)
        was_astray, self._is_astray = self._is_astray, abs(ahead) > MOST_ASTRAY
        if self._is_astray and not was_astray:
            log.error("clock_astray", seconds_ahead=round(ahead.total_seconds()), do=DO)
        elif was_astray and not self._is_astray:
            log.info("clock_right_again")
