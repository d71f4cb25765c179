"""The clock: publishes what changed, and one chore's fault stops no other."""

import shutil
from pathlib import Path

import pytest
from sqlalchemy import select
from sqlmodel import col

from router.flows.world import World
from router.jobs import clock as clock_module
from router.jobs.bell import Bell
from router.jobs.clock import Chore, Clock, snapshot
from router.store.engine import DatabaseDown
from router.store.tables import Tenant

BOOKS = Path(__file__).parents[2] / "rules" / "books"


@pytest.fixture
def clock(world: World, bell: Bell) -> Clock:
    return Clock(world, bell)


def _revision(world: World) -> int | None:
    with world.store.read() as connection:
        return connection.execute(select(col(Tenant.live_revision))).scalar_one_or_none()


def test_a_rulebook_goes_live_and_an_edit_follows(clock: Clock, world: World) -> None:
    folder = world.settings.rules_dir
    clock.tick()
    assert _revision(world) is None
    shutil.copy(BOOKS / "grand-hotel.yaml", folder)
    clock.publish_if_changed()
    assert _revision(world) == 1
    with (folder / "grand-hotel.yaml").open("a") as book:
        book.write("# edited\n")
    clock.publish_if_changed()
    assert _revision(world) == 2


def test_an_untouched_folder_is_not_read_again(
    clock: Clock, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    clock.publish_if_changed()
    monkeypatch.setattr(clock_module, "publish_folder", lambda *_: pytest.fail("was read again"))
    clock.publish_if_changed()


def test_two_clocks_publish_an_edit_once(clock: Clock, world: World, bell: Bell) -> None:
    shutil.copy(BOOKS / "grand-hotel.yaml", world.settings.rules_dir)
    clock.tick()
    Clock(world, bell).tick()
    assert _revision(world) == 1


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


def test_a_file_that_is_replaced_looks_changed(tmp_path: Path) -> None:
    book = tmp_path / "a.yaml"
    book.write_text("one")
    before = snapshot(tmp_path)
    fresh = tmp_path / "fresh"
    fresh.write_text("two")
    fresh.replace(book)
    assert snapshot(tmp_path) != before
