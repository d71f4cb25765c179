"""What worker and clock have beside their work: their figures are shared, and shown where a port is
given, and the age of the database is watched.
"""

import os
import signal
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager

from prometheus_client import start_http_server

from router.cli.start import WRONG_USE, fail, refuse_older
from router.flows.world import World
from router.jobs.database_watch import DatabaseWatch
from router.jobs.process import meters_folder
from router.jobs.shared_meters import SharedMeters
from router.web.figures import make_registry


@contextmanager
def accompanied(world: World, process: str, metrics_port: int | None) -> Iterator[None]:
    """Have all of it for as long as the block takes. Ends with exit code 1 where the database is
    older than it was, 2 where nothing can listen on `metrics_port` of HOST.
    """
    refuse_older(world)
    shared = SharedMeters(meters_folder(world.settings), world.meters, process).start()
    with ExitStack() as ends:
        ends.callback(shared.close)
        if metrics_port:
            ends.callback(_show(world, shared, metrics_port))
        ends.callback(DatabaseWatch(world, _end_this_process).start().close)
        yield


def _show(world: World, shared: SharedMeters, port: int) -> Callable[[], None]:
    """Serve the figures; how to end that."""
    host = world.settings.host
    try:
        server, thread = start_http_server(port, host, make_registry(world, shared))
    except OSError as error:
        said = f"nothing can listen on {host} port {port} ({error.strerror})"
        fail(f"--metrics-port: {said}: correct it", WRONG_USE)

    def end() -> None:
        server.shutdown()
        server.server_close()
        thread.join()

    return end


def _end_this_process() -> None:
    os.kill(os.getpid(), signal.SIGTERM)
