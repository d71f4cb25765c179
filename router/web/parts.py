"""What every page works with, set once by `create_app` and found through the running app."""

from dataclasses import dataclass, field

from flask import Flask, current_app
from prometheus_client import CollectorRegistry

from router.flows.world import World
from router.jobs.bell import Bell
from router.jobs.live import LiveFeed
from router.web.readiness import Readiness
from router.web.seats import Seats

_KEY = "bellhop"


@dataclass(frozen=True, slots=True)
class Parts:
    """The flows' world, the bell, the live news, the figures, the seats of streams, and what was
    found when somebody last asked whether all is well.
    """

    world: World
    bell: Bell
    live: LiveFeed
    figures: CollectorRegistry
    seats: Seats
    readiness: Readiness = field(default_factory=Readiness)


def install(app: Flask, parts: Parts) -> None:
    """Make `parts` those of `app`."""
    app.extensions[_KEY] = parts


def parts() -> Parts:
    """The parts of the app that handles this request."""
    found: Parts = current_app.extensions[_KEY]
    return found
