"""Two clocks at once do everything once: timers, what was held, the spool, the access log."""

import threading
from collections.abc import Callable
from datetime import timedelta

import pytest
from sqlalchemy import func, select, update
from sqlmodel import col

from router.carrier.api import Inbound
from router.flows.spool import spool
from router.flows.world import World, open_world
from router.jobs.bell import Bell
from router.jobs.clock import Clock
from router.jobs.process import access_log
from router.store.access_log import Line
from router.store.tables import Message, Timer
from tests.flows.conftest import MAIN, Person
from tests.jobs.no_carrier import NoCarrier

GUESTS = 4
ROUNDS = 3


@pytest.fixture
def busy(hotel: World, advance: Callable[..., None]) -> World:
    """A hotel in which a day has passed without a clock."""
    now = hotel.now()
    line = Line(now, "web", "GET", "/", 200, 1.0, "203.0.113.7")
    access_log(hotel.settings).append([line], now)
    for guest in range(GUESTS):
        Person(hotel, f"+1612555{1000 + guest}").texts("the shower is broken")
        spool(hotel, Inbound(f"SMspooled{guest}", f"+1612555{2000 + guest}", MAIN, None, "HELP"))
    with hotel.store.write() as connection:
        held = {"state": "held", "not_before": now + timedelta(hours=1)}
        connection.execute(update(Message).where(col(Message.direction) == "out").values(held))
    advance(hours=25)
    return hotel


def test_two_clocks_do_everything_once(busy: World) -> None:
    worlds = [open_world(busy.settings, busy.now) for _ in range(2)]
    bells = [Bell(busy.settings.redis_url) for _ in worlds]
    begin = threading.Barrier(2, timeout=30)

    def run(world: World, bell: Bell) -> None:
        clock = Clock(world, bell, NoCarrier())
        begin.wait()
        for _ in range(ROUNDS):
            clock.tick()
            clock.tend_access_log()
            for chore in clock._chores:
                chore.due_at = 0.0

    pairs = list(zip(worlds, bells, strict=True))
    clocks = [threading.Thread(target=run, args=pair) for pair in pairs]
    for clock in clocks:
        clock.start()
    for clock in clocks:
        clock.join()
    failed = [world.meters.counts() for world in worlds]
    for world, bell in pairs:
        bell.close()
        world.store.close()
    assert failed == [{}, {}], "chores that failed"
    assert _counts(busy) == {
        "fired": GUESTS,
        "escalation texts": GUESTS,
        "held": 0,
        "out": 3 * GUESTS,
        "in": 2 * GUESTS,
    }
    [log] = (busy.settings.data_dir / "logs").iterdir()
    assert "203.0.113.0/24" in log.read_text()


def _counts(world: World) -> dict[str, int]:
    out = col(Message.direction) == "out"
    wanted = {
        "escalation texts": out & (col(Message.template) == "waiting"),
        "held": col(Message.state) == "held",
        "out": out,
        "in": col(Message.direction) == "in",
    }
    with world.store.read() as connection:
        fired = select(func.count()).select_from(Timer).where(col(Timer.state) == "fired")
        counts = {"fired": connection.execute(fired).scalar_one()}
        for name, condition in wanted.items():
            count = select(func.count()).select_from(Message).where(condition)
            counts[name] = connection.execute(count).scalar_one()
    return counts
