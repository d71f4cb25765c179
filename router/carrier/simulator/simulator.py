"""The simulator as one Flask blueprint, to be mounted in the web app or served alone."""

import threading
from pathlib import Path

from flask import Blueprint

from router.carrier.simulator import outbound
from router.carrier.simulator.controls import Controls
from router.carrier.simulator.faults import Faults
from router.carrier.simulator.records import Number
from router.carrier.simulator.rest import RestApi
from router.carrier.simulator.switchboard import open_switchboard
from router.now import MovableNow
from router.settings import Settings


class Simulator:
    """A carrier in one process. Screens and faults are in its memory: serve it from one process.

    Webhooks are signed over `settings.public_url` and posted to `post_to` (default: the same).
    `delay_seconds` lies between the statuses of a text. Close it to stop its threads.
    """

    def __init__(
        self,
        settings: Settings,
        now: MovableNow,
        database: Path,
        *,
        post_to: str | None = None,
        delay_seconds: float = 0.3,
    ) -> None:
        self._board = open_switchboard(
            settings, now, database, post_to or settings.public_url, delay_seconds
        )
        self._start_lock = threading.Lock()
        self._is_started = False
        self.blueprint = Blueprint("carrier_simulator", __name__)
        self.blueprint.before_request(self.start)
        RestApi(self._board).add_to(self.blueprint)
        Controls(self._board).add_to(self.blueprint)

    @property
    def faults(self) -> Faults:
        """The faults that it makes."""
        return self._board.faults

    def add_number(
        self, address: str, *, opt_out_by: str = "carrier", service: str | None = None
    ) -> None:
        """Tell it of a number of the account; others it takes in when it meets them."""
        self._board.records.set_number(Number(address, opt_out_by, service))

    def start(self) -> None:
        """Set off again what was on its way; happens by itself with the first request."""
        with self._start_lock:
            if self._is_started:
                return
            self._is_started = True
        outbound.resume(self._board)

    def close(self) -> None:
        """Stop its threads and close its file."""
        self._board.close()
