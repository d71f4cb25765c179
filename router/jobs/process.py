"""The world of a process, composed in one place for web, worker, clock and commands alike, and what
its processes share under DATA_DIR.
"""

from datetime import timedelta
from pathlib import Path

from keywords.classify import classify
from router.flows.world import World, open_world
from router.now import MovableNow, Now, real_now
from router.settings import Settings
from router.store.access_log import AccessLog


def offset_file(settings: Settings) -> Path:
    """Where the simulator keeps how far it has moved the time."""
    return settings.data_dir / "simulator" / "offset"


def meters_folder(settings: Settings) -> Path:
    """Where the processes of this machine share their figures."""
    return settings.data_dir / "metrics"


def access_log(settings: Settings) -> AccessLog:
    """The access log that web writes and the clock shortens."""
    return AccessLog(settings.data_dir / "logs", timedelta(hours=settings.ip_kept_hours))


def process_now(settings: Settings) -> Now:
    """The machine's time; with the simulator on, the time that it moves for all processes."""
    return MovableNow(offset_file(settings)) if settings.simulator else real_now


def process_world(settings: Settings) -> World:
    """The world this process works in. SealError where MASTER_KEY is malformed.

    The classifier reads its languages here, so that the first text does not wait for it.
    """
    classify("")
    return open_world(settings, process_now(settings))
