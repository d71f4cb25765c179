"""Saved rulebooks go live soon, half-saved ones never; one file's trouble is no other's."""

import os
import shutil
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from redis import Redis
from sqlalchemy import select
from sqlmodel import col

from bench.generated_book import generate_book
from router.flows.publish import publish_folder
from router.flows.rulebooks.history import history
from router.flows.rulebooks.published import Published
from router.flows.tenants import banner
from router.flows.world import World, open_world
from router.jobs import rulebooks
from router.jobs.bell import Bell
from router.jobs.live import LiveFeed
from router.jobs.rulebooks import PATIENCE_SECONDS, WAS_IN_FORCE, RulesWatch
from router.store.tables import Audit, RefusedEdit, Revision, Tenant
from tests.flows.conftest import BOOK, TENANT, Person, wait_for

BOOKS = Path(__file__).parents[2] / "rules" / "books"
SOON_SECONDS = 10.0  # long before all files are looked at anew; how soon, a bench measures
SETTLED_SECONDS = PATIENCE_SECONDS + 0.6
BOTH = pytest.mark.parametrize("database", ["sqlite", "postgresql"], indirect=True)

Watch = Callable[..., RulesWatch]


@pytest.fixture
def database(request: pytest.FixtureRequest) -> str:
    """SQLite; both where a test says so. What is watched here is files."""
    return str(getattr(request, "param", "sqlite"))


class Stage:
    """A folder of rulebooks that a clock watches."""

    def __init__(self, world: World) -> None:
        self.world, self.folder = world, world.settings.rules_dir
        self.file = self.folder / "grand-hotel.yaml"

    def revision(self, tenant: str = TENANT) -> int | None:
        with self.world.store.read() as connection:
            return connection.execute(
                select(col(Tenant.live_revision)).where(col(Tenant.id) == tenant)
            ).scalar_one_or_none()

    def revisions(self) -> int:
        with self.world.store.read() as connection:
            return len(connection.execute(select(col(Revision.number))).all())

    def refusals(self) -> int:
        with self.world.store.read() as connection:
            return len(connection.execute(select(col(RefusedEdit.id))).all())

    def published(self) -> list[str]:
        """Whose rulebooks went live, in order."""
        with self.world.store.read() as connection:
            rows = connection.execute(
                select(col(Audit.tenant_id))
                .where(col(Audit.action) == "rules.published")
                .order_by(col(Audit.at))
            )
            return list(rows.scalars())

    def wait_for(self, revision: int, tenant: str = TENANT, seconds: float = SOON_SECONDS) -> None:
        wait_for(lambda: self.revision(tenant) == revision, seconds)

    def is_told(self) -> bool:
        return banner(self.world, TENANT) is not None


@pytest.fixture
def watch(world: World, bell: Bell) -> Iterator[Watch]:
    """Starts watches, each as a clock would."""
    running: list[tuple[threading.Event, threading.Thread]] = []

    def start(of: World = world) -> RulesWatch:
        started, stopped = RulesWatch(of, bell), threading.Event()
        thread = threading.Thread(target=started.run, args=(stopped,))
        thread.start()
        running.append((stopped, thread))
        return started

    yield start
    for stopped, thread in running:
        stopped.set()
        thread.join()


@pytest.fixture
def stage(world: World, watch: Watch) -> Stage:
    """The hotel is live, and watched."""
    stage = Stage(world)
    stage.file.write_text(BOOK)
    watch()
    stage.wait_for(1)
    return stage


def _in_place(file: Path, text: str) -> None:
    with file.open("r+") as opened:
        opened.write(text)
        opened.truncate()


def _replaced(file: Path, text: str) -> None:
    fresh = file.with_name(".grand-hotel.yaml.tmp")
    fresh.write_text(text)
    fresh.replace(file)


def _renamed_away(file: Path, text: str) -> None:
    file.rename(file.with_name("grand-hotel.yaml~"))
    time.sleep(0.05)
    file.write_text(text)


def _emptied_first(file: Path, text: str) -> None:
    file.write_text("")
    time.sleep(0.5)
    file.write_text(text)


def _in_pieces(file: Path, text: str) -> None:
    """Slowly, with pauses in which it stands still, once in the middle of a line."""
    with file.open("w") as opened:
        for place in range(0, len(text), len(text) // 3):
            opened.write(text[place : place + len(text) // 3])
            opened.flush()
            time.sleep(0.3)


@pytest.mark.parametrize(
    "save", [_in_place, _replaced, _renamed_away, _emptied_first, _in_pieces, Path.write_text]
)
def test_however_an_editor_saves_it_goes_live_once_and_no_half_of_it_is_told(
    stage: Stage, save: Callable[[Path, str], object], monkeypatch: pytest.MonkeyPatch
) -> None:
    assert PATIENCE_SECONDS >= 1, "longer than these pause"
    monkeypatch.setattr(rulebooks, "PATIENCE_SECONDS", 20.0)
    save(stage.file, BOOK + "\n# edited\n")
    stage.wait_for(2, seconds=60)
    time.sleep(SETTLED_SECONDS - PATIENCE_SECONDS)
    assert (stage.revisions(), stage.refusals(), stage.is_told()) == (2, 0, False)


@BOTH
def test_save_after_save_goes_live(stage: Stage) -> None:
    for edit in range(3):
        stage.file.write_text(f"{BOOK}\n# edit {edit}\n")
        stage.wait_for(2 + edit)


@BOTH
def test_a_broken_save_is_told_once_and_its_mending_takes_the_banner_away(
    stage: Stage, redis: Redis
) -> None:
    feed = LiveFeed(stage.world.settings.redis_url)
    with feed.listen(TENANT) as pages:
        pages.wait(1)  # the feed says that it has begun
        stage.file.write_text(BOOK.replace("- reply: towels-coming", "- replay: towels-coming"))
        wait_for(stage.is_told)
        assert pages.wait(SOON_SECONDS) == {"*"}
        stage.file.write_text(BOOK)
        wait_for(lambda: not stage.is_told())
        assert pages.wait(SOON_SECONDS) == {"*"}
    feed.close()
    assert (stage.revision(), stage.refusals()) == (1, 1)


@BOTH
def test_texts_are_decided_by_the_last_good_one_while_an_edit_is_broken(stage: Stage) -> None:
    alice = Person(stage.world, "+16125550001")
    texts = ["towels", "more towels", "towels again", "towels please"]
    alice.texts(texts[0])
    stage.file.write_text("nonsense: [")
    for text in texts[1:3]:
        alice.texts(text)
        time.sleep(SETTLED_SECONDS / 2)
    wait_for(stage.is_told)
    stage.file.write_text(BOOK.replace("Towels are on the way.", "Towels coming up."))
    stage.wait_for(2)
    alice.texts(texts[3])
    said = [one for one in alice.messages if one["direction"] == "in"]
    assert [one["body"] for one in said] == texts
    assert [one["decision"]["revision"] for one in said] == [1, 1, 1, 2]
    assert alice.messages[-1]["body"] == "Towels coming up."


def test_a_clock_that_starts_anew_finds_the_last_good_one_and_the_banner_in_place(
    stage: Stage, watch: Watch
) -> None:
    stage.file.write_text("nonsense: [")
    wait_for(stage.is_told)
    again = open_world(stage.world.settings, stage.world.now)
    watch(again)
    time.sleep(SETTLED_SECONDS)
    assert (stage.revision(), stage.refusals(), stage.is_told()) == (1, 1, True)
    Person(again, "+16125550001").texts("towels")
    assert Person(again, "+16125550001").replies() == ["towels-coming"]
    again.store.close()


@BOTH
def test_several_clocks_publish_an_edit_once(stage: Stage, watch: Watch) -> None:
    for _ in range(3):
        watch()
    for edit in range(2, 5):
        stage.file.write_text(f"{BOOK}\n# edit {edit}\n")
        stage.wait_for(edit)
    time.sleep(SETTLED_SECONDS)
    assert stage.revisions() == 4
    with stage.world.store.read() as connection:
        done = connection.execute(select(col(Audit.action))).scalars().all()
    assert done == ["rules.published"] * 4


def test_a_file_that_vanishes_is_missed_and_welcomed_back(stage: Stage) -> None:
    stage.file.rename(stage.folder / "put-aside")
    wait_for(stage.is_told)
    told = banner(stage.world, TENANT)
    assert told is not None
    assert [(found.file, found.state) for found in told.files] == [("grand-hotel.yaml", "missing")]
    Person(stage.world, "+16125550001").texts("towels")
    (stage.folder / "put-aside").rename(stage.file)
    wait_for(lambda: not stage.is_told())
    assert stage.revisions() == 1


def test_a_file_under_another_name_is_the_same_rulebook(stage: Stage) -> None:
    stage.file.rename(stage.folder / "hotel.yaml")
    stage.wait_for(2)
    time.sleep(SETTLED_SECONDS)
    assert not stage.is_told()
    assert [one.file for one in history(stage.world, TENANT)] == ["hotel.yaml", "grand-hotel.yaml"]


def test_a_second_file_is_told_to_its_tenant_and_forgotten_when_it_goes(stage: Stage) -> None:
    second = stage.folder / "second.yaml"
    shutil.copy(stage.file, second)
    wait_for(stage.is_told)
    told = banner(stage.world, TENANT)
    assert told is not None
    assert (told.files[0].file, told.files[0].state) == ("second.yaml", "clashing")
    assert "has its rulebook in grand-hotel.yaml already" in told.files[0].findings[0]
    second.unlink()
    wait_for(lambda: not stage.is_told())


def test_a_second_file_that_goes_while_no_clock_watches_is_forgotten_by_the_next(
    world: World, watch: Callable[[], threading.Event]
) -> None:
    stage = Stage(world)
    stage.file.write_text(BOOK)
    publish_folder(world, stage.folder)
    second = stage.folder / "second.yaml"
    shutil.copy(stage.file, second)
    publish_folder(world, stage.folder)
    assert stage.is_told()
    second.unlink()
    watch()
    wait_for(lambda: not stage.is_told())


def test_what_was_in_the_way_goes_and_the_other_goes_live_by_itself(stage: Stage) -> None:
    inn = BOOK.replace("tenant: grand-hotel", "tenant: inn").replace("0100", "0200")
    (stage.folder / "inn.yaml").write_text(inn)  # with the hotel's second number
    time.sleep(SETTLED_SECONDS)
    assert stage.revision("inn") is None
    stage.file.write_text(BOOK.replace("+16125550199", "+16125550299"))
    stage.wait_for(2)
    stage.wait_for(1, "inn")


def test_what_goes_out_of_the_way_just_while_the_other_is_judged_is_noticed(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    really, judged = rulebooks.publish_file, threading.Event()

    def slowly(world: World, folder: Path, file: str, **how: bool) -> Published:
        found = really(world, folder, file, **how)
        if file == "inn.yaml" and found.status == "refused" and not judged.is_set():
            stage.file.write_text(BOOK.replace("+16125550199", "+16125550299"))
            stage.wait_for(2)
            judged.set()
        return found

    monkeypatch.setattr(rulebooks, "publish_file", slowly)
    inn = BOOK.replace("tenant: grand-hotel", "tenant: inn").replace("0100", "0200")
    (stage.folder / "inn.yaml").write_text(inn)  # with the hotel's second number
    stage.wait_for(1, "inn")
    assert judged.is_set()


def test_a_file_that_takes_long_and_odd_ones_hold_up_no_other(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    really, others_are_live = rulebooks.publish_file, threading.Event()

    def slowly(world: World, folder: Path, file: str, **how: bool) -> Published:
        if file == "a-slow-one.yaml":
            assert others_are_live.wait(60)
        return really(world, folder, file, **how)

    monkeypatch.setattr(rulebooks, "publish_file", slowly)
    generated = generate_book(1, 600)[0]
    slow = stage.folder / "a-slow-one.yaml"
    texts = ", ".join(f'"text {number}"' for number in range(1_500))
    slow.with_suffix(".test.yaml").write_text(f"cases:\n  - {{name: a, say: [{texts}]}}\n")
    slow.write_text(generated.replace("0100", "0400"))
    (stage.folder / "huge.yaml").write_text("# " + "x" * 5_000_000)
    (stage.folder / "folder.yaml").mkdir()
    os.mkfifo(stage.folder / "pipe.yaml")
    (stage.folder / ".#lock.yaml").symlink_to("nowhere")
    stage.file.write_text(BOOK + "\n# edited\n")
    stage.wait_for(2)
    others_are_live.set()
    stage.wait_for(1, "generated", 120)
    assert stage.published() == [TENANT, TENANT, "generated"]


def _found(watch: RulesWatch, name: str) -> str | None:
    """What a watch made of a file when it looked last."""
    watched = watch._files.get(name)
    return watched.found.status if watched and watched.found else None


@BOTH
def test_a_clock_with_a_folder_of_its_own_does_not_bring_back_what_was_replaced(
    stage: Stage,
    watch: Watch,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(rulebooks, "ALL_SECONDS", 0.2)
    copy = tmp_path / "copy" / stage.file.name
    copy.parent.mkdir()
    copy.write_text(BOOK)
    elsewhere = stage.world.settings.model_copy(update={"rules_dir": copy.parent})
    other = watch(replace(stage.world, settings=elsewhere))
    wait_for(lambda: _found(other, copy.name) in WAS_IN_FORCE)
    stage.file.write_text(BOOK + "\n# edited\n")
    stage.wait_for(2)
    wait_for(lambda: _found(other, copy.name) == "stale")
    time.sleep(SETTLED_SECONDS)
    assert (stage.revisions(), stage.is_told()) == (2, False)
    copy.write_text(BOOK)  # whoever saves it anew means it
    stage.wait_for(3)
    time.sleep(SETTLED_SECONDS)
    assert stage.revisions() == 3
