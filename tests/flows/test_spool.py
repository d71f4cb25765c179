"""The fallback's spool."""

import errno
import os
from collections.abc import Callable

import pytest
from sqlalchemy import update
from structlog.testing import capture_logs

from router.carrier.api import Inbound, Media
from router.flows.detours import Detour
from router.flows.publish import publish_folder
from router.flows.spool import drain_spool, spool
from router.flows.world import World, open_world
from router.store.tables import Revision
from tests.flows.conftest import BOOK, MAIN, Person

NO_TEXT = "\ud800"  # JSON can hold it, and no database


def test_spooled_texts_are_taken_in_later_and_in_order(alice: Person) -> None:
    picture = Media("https://media.example/1", "image/png")
    for count, body in enumerate(["first", "second", "third"]):
        spool(alice.world, Inbound(f"SM{count}", alice.address, MAIN, None, body, (picture,)))
    folder = alice.world.settings.data_dir / "spool"
    assert all(b"second" not in file.read_bytes() for file in folder.iterdir())
    drain_spool(alice.world)
    taken = [one for one in alice.messages if one["direction"] == "in"]
    assert [one["body"] for one in taken] == ["first", "second", "third"]
    assert all(one["late"] for one in taken)
    assert list(folder.iterdir()) == []


def test_a_text_that_came_by_both_ways_is_stored_once(alice: Person) -> None:
    alice.texts("towels", sid="SM1")
    spool(alice.world, Inbound("SM1", alice.address, MAIN, None, "towels"))
    drain_spool(alice.world)
    assert len([one for one in alice.messages if one["direction"] == "in"]) == 1


def test_a_file_that_no_key_opens_stays_and_holds_up_no_other(alice: Person) -> None:
    folder = alice.world.settings.data_dir / "spool"
    folder.mkdir(parents=True)
    (folder / "0.sealed").write_bytes(b"\x01nonsense that was never sealed")
    spool(alice.world, Inbound("SM1", alice.address, MAIN, None, "towels"))
    drain_spool(alice.world)
    assert [file.name for file in folder.iterdir()] == ["0.sealed"]
    assert alice.messages


def test_what_the_disk_did_not_take_whole_leaves_nothing_behind(
    alice: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(_file: int) -> None:
        raise OSError(errno.ENOSPC, "no space left on device")

    monkeypatch.setattr(os, "fsync", fail)
    with pytest.raises(OSError, match="no space"):
        spool(alice.world, Inbound("SM1", alice.address, MAIN, None, "towels"))
    assert list((alice.world.settings.data_dir / "spool").iterdir()) == []


def test_what_a_killed_process_left_half_written_is_removed_in_time(alice: Person) -> None:
    folder = alice.world.settings.data_dir / "spool"
    folder.mkdir(parents=True)
    old, young = folder / "1.new", folder / "2.new"
    for file in (old, young):
        file.write_bytes(b"half a te")
    os.utime(old, (0, 0))
    drain_spool(alice.world)
    assert list(folder.iterdir()) == [young]


def heard(person: Person) -> list[str]:
    return [one["body"] for one in person.messages if one["direction"] == "in"]


def spool_all(world: World, *texts: tuple[Person, str]) -> None:
    for count, (person, body) in enumerate(texts):
        spool(world, Inbound(f"SM{count}", person.address, MAIN, None, body))


def test_nobody_overtakes_a_text_of_theirs_that_waits_for_the_rulebook(
    hotel: World, save_book: Callable[..., None]
) -> None:
    with hotel.store.write() as connection:
        connection.execute(update(Revision).values(text="version: 0\n"))
    newer = open_world(hotel.settings, hotel.now)
    alice, bob = Person(newer, "+16125550001"), Person(newer, "+16125550002")
    spool_all(newer, (alice, "first"), (alice, "second"), (bob, "other"))
    detour = Detour(newer)
    assert not detour.take_in(Inbound("SM0", alice.address, MAIN, None, "first"))
    save_book(BOOK + "\n# mended\n")
    assert publish_folder(newer, newer.settings.rules_dir)[0].status == "live"
    assert not detour.take_in(Inbound("SM1", alice.address, MAIN, None, "second"))
    assert not detour.take_in(Inbound("SM2", bob.address, MAIN, None, "other")), "in the next round"
    drain_spool(newer)
    assert heard(alice) == ["first", "second"]
    assert heard(bob) == ["other"]
    newer.store.close()


@pytest.mark.parametrize("database", ["sqlite"])
def test_a_broken_text_holds_back_its_own_writer_for_a_while_and_nobody_else(
    alice: Person, bob: Person, advance: Callable[..., None]
) -> None:
    spool_all(alice.world, (alice, NO_TEXT), (alice, "second"), (bob, "other"))
    drain_spool(alice.world)
    assert heard(bob) == ["other"]
    assert alice.shown() == {}
    advance(minutes=11)
    drain_spool(alice.world)
    assert heard(alice) == ["second"]
    assert len(list((alice.world.settings.data_dir / "spool").iterdir())) == 1


@pytest.mark.parametrize("database", ["sqlite"])
def test_a_spooled_text_to_a_number_of_nobody_goes_and_is_told(alice: Person) -> None:
    spool(alice.world, Inbound("SM1", alice.address, "+16125559999", None, "towels"))
    with capture_logs() as logs:
        drain_spool(alice.world)
    assert [(one["event"], one["sid"]) for one in logs] == [("inbound_to_unknown_number", "SM1")]
    assert list((alice.world.settings.data_dir / "spool").iterdir()) == []
