"""A replay by as many processes as there are cores, each with its own connection and rulebooks.

Tallies come back in the order of the pages, so that what is shown does not depend on who was quick.
"""

import multiprocessing
import os
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor

from router.flows.replay.replaying import Replay, Replayer
from router.flows.replay.traffic import Page
from router.flows.world import World
from router.jobs.process import process_world
from router.settings import Settings
from rules.replay.tally import Tally

WORTH_A_PROCESS = 10  # pages: for fewer a process that starts costs more than it takes off others
MOST_PROCESSES = 8

_replayers: list[Replayer] = []  # in a process of the pool: its one


def replay_pages(world: World, replay: Replay, pages: Sequence[Page]) -> Iterator[Tally]:
    """The tally of each page, in order; few pages are counted in this process."""
    processes = min(os.cpu_count() or 1, len(pages) // WORTH_A_PROCESS, MOST_PROCESSES)
    if processes > 1:
        yield from _side_by_side(world.settings, replay, pages, processes)
        return
    replayer = Replayer(world, replay)
    yield from map(replayer.count, pages)


def _side_by_side(
    settings: Settings, replay: Replay, pages: Sequence[Page], processes: int
) -> Iterator[Tally]:
    """Fresh processes, not forks: a fork would share our connections to the database."""
    pool = ProcessPoolExecutor(
        processes, multiprocessing.get_context("spawn"), _begin, (settings, replay)
    )
    try:
        yield from pool.map(_count, pages)
    finally:
        pool.shutdown(cancel_futures=True)


def _begin(settings: Settings, replay: Replay) -> None:
    _replayers.append(Replayer(process_world(settings), replay))


def _count(page: Page) -> Tally:
    return _replayers[0].count(page)
