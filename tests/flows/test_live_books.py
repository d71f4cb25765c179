"""Rulebooks in force: compiled once and outside of writing; one that is lost loses no text."""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace

import pytest
from sqlalchemy import update
from sqlmodel import col

from router.carrier.api import Inbound
from router.flows.publish import publish_folder
from router.flows.rulebooks import live as live_module
from router.flows.rulebooks.live import LiveBooks, RulebookLost
from router.flows.rulebooks.standing import all_standings, compile_live
from router.flows.spool import drain_spool, spool
from router.flows.tenants import banner
from router.flows.timers import fire_due
from router.flows.world import World, open_world
from router.store.tables import Revision
from tests.flows.conftest import BOOK, MAIN, TENANT, Line, Person


@contextmanager
def process(world: World) -> Iterator[World]:
    """Another process of the same installation, which has compiled nothing yet."""
    opened = open_world(world.settings, world.now)
    yield opened
    opened.store.close()


def lose(world: World) -> None:
    """What was accepted once does not load under this version any more."""
    with world.store.write() as connection:
        connection.execute(update(Revision).values(text="version: 0\n"))


def test_no_more_books_are_kept_than_are_used() -> None:
    books = LiveBooks(most=5, most_of_a_tenant=2)
    for revision in range(1, 5):
        books.compile("a", revision, BOOK, "a.yaml")
    assert [books.find("a", revision) is not None for revision in range(1, 5)] == [
        False, False, True, True,
    ]  # fmt: skip
    for tenant in "bcde":
        books.compile(tenant, 1, BOOK, "b.yaml")
    assert len(books) == 5
    assert books.find("e", 1) is not None


def test_a_book_that_many_ask_for_is_compiled_once(monkeypatch: pytest.MonkeyPatch) -> None:
    loads: list[str] = []
    load = live_module.load
    monkeypatch.setattr(live_module, "load", lambda *a: loads.append(a[1]) or load(*a))
    books = LiveBooks()
    threads = [
        threading.Thread(target=books.compile, args=("a", 1, BOOK, "a.yaml")) for _ in range(8)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert loads == ["a.yaml"]


def test_the_first_text_compiles_the_rulebook_outside_of_writing(
    hotel: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    load = live_module.load

    def load_while_others_write(text: str, file: str) -> object:
        with hotel.store.write() as connection:  # would wait for ever if the text's were open
            connection.exec_driver_sql("SELECT 1")
        return load(text, file)

    with process(hotel) as fresh:
        monkeypatch.setattr(live_module, "load", load_while_others_write)
        assert Person(fresh, "+16125550001").texts("towels").status == "stored"


def test_a_process_that_keeps_warm_compiles_what_goes_live_before_a_text_asks(
    hotel: World, save_book: Callable[..., None], monkeypatch: pytest.MonkeyPatch
) -> None:
    with process(hotel) as other:
        save_book(BOOK + "\n# edited\n")
        publish_folder(hotel, hotel.settings.rules_dir)
        compile_live(other)
        monkeypatch.setattr(live_module, "load", lambda *_: pytest.fail("compiled for a text"))
        Person(other, "+16125550001").texts("towels")


def test_a_text_to_a_lost_rulebook_is_spooled_and_taken_in_once_it_is_mended(
    hotel: World, save_book: Callable[..., None]
) -> None:
    lose(hotel)
    with process(hotel) as newer:
        alice = Person(newer, "+16125550001")
        text = Inbound("SM1", alice.address, MAIN, None, "towels")
        with pytest.raises(RulebookLost):
            alice.texts("towels", sid="SM1")
        spool(newer, text)  # as the fallback does
        drain_spool(newer)
        assert alice.shown() == {}
        told = banner(newer, TENANT)
        assert told is not None
        assert told.lost
        save_book(BOOK + "\n# mended\n")
        assert publish_folder(newer, newer.settings.rules_dir)[0].status == "live"
        drain_spool(newer)
        assert alice.replies() == ["towels-coming"]
        assert banner(newer, TENANT) is None


def test_while_a_rulebook_is_lost_nothing_is_sent_and_no_other_tenant_waits(
    line: Line, alice: Person, advance: Callable[..., None], save_book: Callable[..., None]
) -> None:
    alice.texts("the shower is broken")
    inn = BOOK.replace("tenant: grand-hotel", "tenant: an-inn").replace("+16125550", "+16125560")
    save_book(inn, "an-inn.yaml")
    publish_folder(line.world, line.world.settings.rules_dir)
    bob = Person(line.world, "+16125550002")
    bob.texts("the shower is broken", to="+16125560100")
    alice.texts("towels")
    with line.world.store.write() as connection:
        ours = update(Revision).where(col(Revision.tenant_id) == TENANT)
        connection.execute(ours.values(text="version: 0\n"))
    with process(line.world) as newer:
        Line(newer, line.carrier, line.simulator, line.web).drain()
        assert alice.messages[-1]["state"] == "queued"
        advance(minutes=11)
        moved = fire_due(newer)
        assert {tenant for tenant, _ in moved.threads} == {"an-inn"}


@pytest.fixture
def loads(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The files that were compiled."""
    loaded: list[str] = []
    load = live_module.load
    monkeypatch.setattr(live_module, "load", lambda *a: loaded.append(a[1]) or load(*a))
    return loaded


@pytest.fixture
def five_inns(hotel: World, save_book: Callable[..., None]) -> Iterator[World]:
    """Six tenants in a process that keeps the books of four."""
    for number in range(5):
        inn = BOOK.replace("tenant: grand-hotel", f"tenant: inn-{number}")
        save_book(inn.replace("+161255501", f"+161255{number}01"), f"inn-{number}.yaml")
    assert {one.status for one in publish_folder(hotel, hotel.settings.rules_dir)} == {
        "unchanged",
        "live",
    }
    with process(hotel) as fresh:
        yield replace(fresh, _books=LiveBooks(most=4))


def test_walking_over_more_tenants_than_books_are_kept_of_compiles_each_once(
    five_inns: World, loads: list[str]
) -> None:
    for _ in range(3):
        fire_due(five_inns)
        all_standings(five_inns)
        compile_live(five_inns)
    assert len(loads) == 6


def test_keeping_warm_drives_no_book_out_and_still_takes_in_an_edit(
    five_inns: World, loads: list[str], hotel: World, save_book: Callable[..., None]
) -> None:
    for _ in range(2):
        compile_live(five_inns)
    assert loads == ["grand-hotel.yaml", "inn-0.yaml", "inn-1.yaml", "inn-2.yaml"]
    save_book(BOOK + "\n# edited\n")
    publish_folder(hotel, hotel.settings.rules_dir)
    compile_live(five_inns)
    assert loads[4:] == ["grand-hotel.yaml"]
    assert five_inns.compiled(TENANT, 2).revision == 2


def test_a_rulebook_that_is_lost_stays_so_although_its_book_is_not_kept(loads: list[str]) -> None:
    books = LiveBooks(most=1)
    for _ in range(2):
        with pytest.raises(RulebookLost):
            books.compile("a", 1, "version: 0\n", "a.yaml")
        books.compile("b", 1, BOOK, "b.yaml")
    assert loads == ["a.yaml", "b.yaml"]
