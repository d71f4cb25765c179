"""A process that sends ends once its database has become an older one."""

import threading
from collections.abc import Callable
from datetime import timedelta

import pytest
from structlog.testing import capture_logs

from router.flows.restoring.age import beat
from router.flows.world import World, open_world
from router.jobs import database_watch
from router.jobs.database_watch import DatabaseWatch
from router.now import real_now
from router.settings import Settings
from router.store import server_clock
from router.store.high_water import HighWater
from tests.flows.conftest import wait_for


@pytest.fixture(params=["sqlite"])
def database(request: pytest.FixtureRequest) -> str:
    """Reading two times is the same on both."""
    return str(request.param)


@pytest.fixture(autouse=True)
def _impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(database_watch, "LOOK_SECONDS", 0.02)
    monkeypatch.setattr(database_watch, "FAILED_SECONDS", 0.02)


def test_it_stops_a_process_whose_database_was_put_back(world: World) -> None:
    beat(world)
    stopped = threading.Event()
    watch = DatabaseWatch(world, stopped.set).start()
    assert not stopped.wait(0.2)
    HighWater(world.settings.ledger).note(world.now() + timedelta(hours=1))
    assert stopped.wait(30)
    watch.close()


def test_it_outlives_a_database_that_is_away(make_settings: Callable[..., Settings]) -> None:
    world = open_world(make_settings(database_url="postgresql://nobody@127.0.0.1:1/nothing"))
    stopped = threading.Event()
    watch = DatabaseWatch(world, stopped.set).start()
    assert not stopped.wait(0.2)
    watch.close()
    world.store.close()


@pytest.mark.parametrize("database", ["postgresql"], indirect=True)
def test_it_tells_once_when_the_clock_goes_astray_and_when_it_is_right_again(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(server_clock, "real_now", lambda: real_now() + timedelta(minutes=2))
    with capture_logs() as logs:
        watch = DatabaseWatch(world, threading.Event().set).start()
        wait_for(lambda: bool(logs))
        monkeypatch.setattr(server_clock, "real_now", real_now)
        wait_for(lambda: len(logs) > 1)
        watch.close()
    assert [one["event"] for one in logs] == ["clock_astray", "clock_right_again"]
    assert 115 < logs[0]["seconds_ahead"] < 125
