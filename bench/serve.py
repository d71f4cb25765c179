"""Serves one side of a comparison with the settings of `bellhop web`.

PORT=8000 … python -m bench.serve bench.bare:app
"""

import sys

from granian.constants import Interfaces
from granian.server import Server

from router.cli.serve import BACKLOG, BLOCKING_THREADS
from router.logs import set_up_logs
from router.settings import load_settings


def main(target: str) -> None:
    """Serve `module:app` at HOST:PORT until SIGTERM."""
    settings = load_settings()
    set_up_logs("bench")
    Server(
        target,
        address=settings.host,
        port=settings.port,
        interface=Interfaces.WSGI,
        workers=1,
        blocking_threads=BLOCKING_THREADS,
        backlog=BACKLOG,
        websockets=False,
        log_access=False,
        workers_kill_timeout=5,
    ).serve()


if __name__ == "__main__":
    main(sys.argv[1])
