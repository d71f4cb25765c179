"""`bellhop web`, `worker` and `clock`: the three processes of an installation."""

import signal
import threading

import click
from granian.constants import Interfaces
from granian.http import HTTP1Settings
from granian.server import Server

from router.carrier.twilio import TwilioCarrier
from router.cli.accompany import accompanied
from router.cli.start import check_places, opened_world, read_settings
from router.couriers.couriers import make_couriers
from router.jobs.bell import Bell
from router.jobs.clock import Clock
from router.jobs.tasks import Runtime, serve
from router.jobs.warmth import Warmth
from router.jobs.worker import WorkLoop
from router.logs import set_up_logs

BLOCKING_THREADS = 48
BACKLOG = 2048
IDLE_MS = 150_000  # proxies keep a connection that nobody uses for less: Caddy 120 s, nginx 60 s
METRICS_PORT = click.option(
    "--metrics-port",
    type=click.IntRange(1, 65535),
    help="Show the figures of this machine on that port of HOST, where no web runs.",
)
BURST_SECONDS = 600.0


@click.command()
@click.option("--workers", default=1, show_default=True, help="Server processes.")
@click.option("--threads", default=BLOCKING_THREADS, show_default=True, help="Threads of each.")
def web(workers: int, threads: int) -> None:
    """Serve webhooks and pages on HOST:PORT until SIGTERM.

    \b
    Example:
      PORT=8000 bellhop web --workers 2
    """
    settings = read_settings()
    check_places(settings, listens=True)
    set_up_logs("web")
    with opened_world(settings):
        pass  # each server process opens its own: what is wrong is told here, once
    Server(
        "wsgi:app",
        address=settings.host,
        port=settings.port,
        interface=Interfaces.WSGI,
        workers=workers,
        blocking_threads=threads,
        backlog=BACKLOG,
        http1_settings=HTTP1Settings(header_read_timeout=IDLE_MS),
        websockets=False,
        log_access=False,
        respawn_failed_workers=True,
        workers_kill_timeout=5,
    ).serve()


@click.command()
@click.option("--burst", is_flag=True, help="End once no job is left.")
@METRICS_PORT
def worker(burst: bool, metrics_port: int | None) -> None:
    """Send texts and run erasures until SIGTERM; the current job is finished first.

    \b
    Example:
      bellhop worker
    """
    settings = read_settings()
    check_places(settings)
    set_up_logs("worker")
    with opened_world(settings) as world, accompanied(world, "worker", metrics_port):
        bell, warmth = Bell(settings.redis_url, world.meters), Warmth(world).start()
        runtime = Runtime(world, TwilioCarrier(settings), bell, make_couriers(settings))
        serve(runtime)
        WorkLoop(settings.redis_url, world.meters).run(burst=burst)
        if burst:
            runtime.finish(BURST_SECONDS)
        runtime.close()
        bell.close()
        warmth.close()


@click.command()
@METRICS_PORT
def clock(metrics_port: int | None) -> None:
    """Publish rule files, fire timers, sweep up, take in what came late, until SIGTERM.

    Any number may run.

    \b
    Example:
      RULES_DIR=/etc/bellhop/rules bellhop clock
    """
    settings = read_settings()
    check_places(settings, publishes=True)
    set_up_logs("clock")
    stopped = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stopped.set())
    with opened_world(settings) as world, accompanied(world, "clock", metrics_port):
        bell, warmth = Bell(settings.redis_url, world.meters), Warmth(world).start()
        Clock(world, bell, TwilioCarrier(settings)).run(stopped)
        bell.close()
        warmth.close()
