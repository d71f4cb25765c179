"""The clock: one chore's fault stops no other, and a carrier that hangs stops none either."""

import shutil
import threading
import time
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from router.carrier.api import Inbound, Listed
from router.flows.publish import publish_folder
from router.flows.reconcile import read_up_to
from router.flows.ripples import CALM, Ripples
from router.flows.spool import spool
from router.flows.world import World
from router.jobs import clock as clock_module
from router.jobs.bell import Bell
from router.jobs.clock import Chore, Clock
from router.now import real_now
from router.store import server_clock
from router.store.engine import DatabaseDown
from tests.jobs.no_carrier import NoCarrier

BOOK = Path(__file__).parents[2] / "rules" / "books" / "grand-hotel.yaml"
MAIN = "+16125550100"


def test_a_chore_that_fails_waits_longer_each_time_and_recovers() -> None:
    runs: list[bool] = []

    def run() -> None:
        runs.append(len(runs) < 2)
        if runs[-1]:
            raise DatabaseDown("gone")

    chore = Chore("any", 1.0, run)
    for second in range(8):
        chore.run_if_due(float(second))
    assert runs == [True, True, False, False]
    assert chore.failures == 0


def test_a_chore_that_has_failed_for_hours_is_tried_as_ever() -> None:
    def run() -> None:
        raise DatabaseDown("gone")

    chore = Chore("any", 1.0, run)
    for failure in range(2_000):
        chore.run_if_due(failure * 10.0)
    assert chore.failures == 2_000
    assert chore.due_at == 2_000 * 10.0


class SlowCarrier(NoCarrier):
    """Its log is empty, and it says so once it may."""

    def __init__(self) -> None:
        self.asked, self.may_answer = threading.Event(), threading.Event()

    def list_received(self, since: datetime) -> list[Listed]:
        self.asked.set()
        assert self.may_answer.wait(20)
        return []


@pytest.mark.parametrize("database", ["sqlite"])
def test_a_carrier_that_hangs_holds_up_no_other_chore(world: World, bell: Bell) -> None:
    carrier, stopped = SlowCarrier(), threading.Event()
    clock = threading.Thread(target=Clock(world, bell, carrier).run, args=(stopped,))
    clock.start()
    assert carrier.asked.wait(20)
    spool(world, Inbound("SM1", "+16125550001", "+16125550100", None, "to nobody"))
    _wait(lambda: not list((world.settings.data_dir / "spool").iterdir()))
    assert read_up_to(world) is None
    carrier.may_answer.set()
    _wait(lambda: read_up_to(world) is not None)
    stopped.set()
    clock.join(20)
    assert not clock.is_alive()


def _wait(holds: Callable[[], bool]) -> None:
    until = time.monotonic() + 25
    while not holds():
        assert time.monotonic() < until
        time.sleep(0.02)


@pytest.mark.parametrize("database", ["postgresql"])
def test_what_comes_at_a_time_waits_for_a_clock_that_is_right(
    world: World, bell: Bell, monkeypatch: pytest.MonkeyPatch
) -> None:
    clock = Clock(world, bell, NoCarrier())
    acted: list[World] = []

    def act(of: World) -> Ripples:
        acted.append(of)
        return CALM

    for name in ("fire_due", "release_due", "beat"):
        monkeypatch.setattr(clock_module, name, act)
    for chore in (clock.fire_timers, clock.release, clock.beat):
        with monkeypatch.context() as ahead:
            ahead.setattr(server_clock, "real_now", lambda: real_now() + timedelta(days=1))
            chore()
        assert acted == []
        chore()
        assert acted.pop() is world


def test_a_long_spool_is_taken_in_by_and_by(
    world: World, bell: Bell, monkeypatch: pytest.MonkeyPatch
) -> None:
    shutil.copy(BOOK, world.settings.rules_dir)
    publish_folder(world, world.settings.rules_dir)
    monkeypatch.setattr(clock_module, "MOST_SPOOLED", 2)
    for guest in range(5):
        spool(world, Inbound(f"SM{guest}", f"+1612555{1000 + guest}", MAIN, None, "towels"))
    clock, left = Clock(world, bell, NoCarrier()), []
    for _ in range(3):
        clock.drain_spool()
        left.append(len(list((world.settings.data_dir / "spool").iterdir())))
    assert left == [3, 1, 0]
