"""Watches, in a process that sends or keeps time, whether the database has become an older one."""

import threading
from collections.abc import Callable

import structlog
from sqlalchemy.exc import SQLAlchemyError

from router.flows.restoring.age import check_age
from router.flows.world import World
from router.store.engine import DatabaseDown

LOOK_SECONDS = 5.0
FAILED_SECONDS = 0.5

log = structlog.get_logger()


class AgeWatch:
    """A thread that calls `stop` once the database is older than it was. `close` ends it."""

    def __init__(self, world: World, stop: Callable[[], None]) -> None:
        self._world = world
        self._stop = stop
        self._closed = threading.Event()
        self._thread = threading.Thread(target=self._run, name="age", daemon=True)

    def start(self) -> "AgeWatch":
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
            except (DatabaseDown, SQLAlchemyError):  # told by whoever needs it
                pause = FAILED_SECONDS
            except OSError as error:
                log.warning("age_not_noted", error=error)
            else:
                if older is not None:
                    log.error("database_is_older", says=str(older))
                    self._stop()
                    return
