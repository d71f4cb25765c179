"""Texts that came to the carrier and never to us: taken in from its log, once, late, in order."""

import threading
from collections.abc import Callable
from datetime import timedelta

import pytest
from sqlalchemy import delete, event, insert
from sqlmodel import col
from structlog.testing import capture_logs

from router.carrier.api import CarrierError
from router.flows.publish import publish_folder
from router.flows.reconcile import (
    FIRST_LOOK_BACK,
    LONGEST_LOOK_BACK,
    OVERLAP,
    read_up_to,
    reconcile,
)
from router.flows.world import World
from router.store.tables import DecisionRecord, Message, Tombstone, Watermark
from tests.flows.conftest import BOOK, EVENTS, MAIN, TENANT, Line, Person
from tests.flows.test_privacy import erase_whole

ANOTHER = "+16125550177"
ONE_DATABASE = pytest.mark.parametrize(
    "database", ["sqlite"]
)  # its statements run on both elsewhere


def texts(person: Person) -> list[str]:
    return [one["body"] for one in person.messages if one["direction"] == "in"]


def set_watermark(world: World, **ago: float) -> None:
    with world.store.write() as connection:
        connection.execute(delete(Watermark))
        at = world.now() - timedelta(**ago)
        connection.execute(insert(Watermark).values(name="inbound", at=at))


def test_what_was_missed_is_taken_in_late_in_order_and_once(
    alice: Person, bob: Person, line: Line, missed: Callable[..., str], advance: Callable[..., None]
) -> None:
    alice.texts("towels", sid=missed(alice, "towels"))
    missed(alice, "the shower is broken", media=[{"data": "aGk=", "content_type": "image/png"}])
    missed(bob, "soap")
    missed(alice, "and the light", to=EVENTS)
    advance(minutes=2)
    ripples = reconcile(line.world, line.carrier)
    assert texts(alice) == ["towels", "the shower is broken", "and the light"]
    assert texts(bob) == ["soap"]
    came = [one for one in alice.messages if one["direction"] == "in"]
    assert [one["late"] for one in came] == [False, True, True]
    assert len(ripples.threads) == 2
    assert ripples.senders
    with line.world.store.read() as connection:
        keys = line.world.keys(connection, TENANT)
        row = connection.execute(
            Message.__table__.select().where(col(Message.media).is_not(None))  # type: ignore[attr-defined]  # set by SQLModel's metaclass
        ).one()
        [[url, kind]] = keys.open_json("message.media", row.id, row.media)
    assert url.startswith(line.world.settings.twilio_api_url)
    assert kind == "image/png"
    assert not reconcile(line.world, line.carrier).threads
    assert texts(bob) == ["soap"]


@ONE_DATABASE
def test_a_text_that_is_young_is_left_to_its_webhook(
    alice: Person, line: Line, missed: Callable[..., str], advance: Callable[..., None]
) -> None:
    missed(alice, "towels")
    reconcile(line.world, line.carrier)
    assert alice.shown() == {}
    advance(minutes=2)
    reconcile(line.world, line.carrier)
    assert texts(alice) == ["towels"]


def test_what_was_erased_does_not_come_back(
    alice: Person, line: Line, missed: Callable[..., str], advance: Callable[..., None]
) -> None:
    sid = missed(alice, "towels")
    alice.texts("towels", sid=sid)
    with line.world.store.write() as connection:
        hashed = line.world.keys(connection, TENANT).lookup("sid", sid)
        connection.execute(delete(DecisionRecord))
        connection.execute(delete(Message))
        connection.execute(insert(Tombstone).values(tenant_id=TENANT, sid_hash=hashed))
    advance(minutes=2)
    reconcile(line.world, line.carrier)
    assert texts(alice) == []


def test_a_number_brings_nothing_from_before_it_was_ours(
    alice: Person,
    line: Line,
    missed: Callable[..., str],
    save_book: Callable[..., None],
    advance: Callable[..., None],
) -> None:
    missed(alice, "for somebody else", to=ANOTHER)
    advance(minutes=2)
    reconcile(line.world, line.carrier)
    save_book(BOOK.replace(MAIN, ANOTHER))
    assert publish_folder(line.world, line.world.settings.rules_dir)[0].status == "live"
    missed(alice, "for us", to=ANOTHER)
    missed(alice, "for nobody any more", to=MAIN)
    advance(minutes=2)
    reconcile(line.world, line.carrier)
    assert texts(alice) == ["for us"]


def test_the_watermark_does_not_move_back_and_never_over_what_could_not_be_read(
    alice: Person, line: Line, missed: Callable[..., str], advance: Callable[..., None]
) -> None:
    assert read_up_to(line.world) is None
    line.breaks(on="list", kind="500_before")
    with pytest.raises(CarrierError):
        reconcile(line.world, line.carrier)
    assert read_up_to(line.world) is None
    reconcile(line.world, line.carrier)
    first = read_up_to(line.world)
    assert first is not None
    set_watermark(line.world, seconds=-30)
    ahead = read_up_to(line.world)
    reconcile(line.world, line.carrier)
    assert read_up_to(line.world) == ahead


def test_a_watermark_of_a_clock_that_was_ahead_hides_nothing(
    alice: Person, line: Line, missed: Callable[..., str], advance: Callable[..., None]
) -> None:
    missed(alice, "towels")
    advance(hours=3)
    set_watermark(line.world, hours=-5)
    reconcile(line.world, line.carrier)
    assert texts(alice) == ["towels"]
    read = read_up_to(line.world)
    assert read is not None
    assert read <= line.world.now()


@ONE_DATABASE
@pytest.mark.parametrize(
    ("mark", "reach"),
    [(None, FIRST_LOOK_BACK), (timedelta(days=2), timedelta(days=2)),
     (timedelta(days=400), LONGEST_LOOK_BACK)],
)  # fmt: skip
def test_a_look_reaches_back_to_the_watermark_but_never_for_years(
    alice: Person,
    line: Line,
    missed: Callable[..., str],
    advance: Callable[..., None],
    *,
    mark: timedelta | None,
    reach: timedelta,
) -> None:
    with line.world.store.write() as connection:
        connection.exec_driver_sql("UPDATE number SET since = NULL")
    missed(alice, "too long ago")
    advance(minutes=10)
    missed(alice, "just within reach")
    advance(seconds=(reach + OVERLAP).total_seconds() - 300)
    if mark is not None:
        set_watermark(line.world, seconds=mark.total_seconds())
    reconcile(line.world, line.carrier)
    assert texts(alice) == ["just within reach"]


@ONE_DATABASE
def test_a_text_without_its_pictures_waits_and_only_its_own_writer_waits_with_it(
    alice: Person, bob: Person, line: Line, missed: Callable[..., str], advance: Callable[..., None]
) -> None:
    reconcile(line.world, line.carrier)
    missed(alice, "look", media=[{"data": "aGk="}])
    missed(alice, "did you see it?")
    missed(bob, "towels")
    line.breaks(on="media", kind="500_before")
    advance(hours=3)
    reconcile(line.world, line.carrier)
    assert texts(bob) == ["towels"]
    assert alice.shown() == {}
    advance(hours=3)
    reconcile(line.world, line.carrier)
    assert texts(alice) == ["look", "did you see it?"]


@ONE_DATABASE
def test_a_text_that_can_never_be_taken_in_holds_the_watermark_for_a_day_and_nobody_up(
    alice: Person, line: Line, missed: Callable[..., str], advance: Callable[..., None]
) -> None:
    sid = missed(alice, "look", media=[{"data": "aGk="}])
    line.breaks(on="media", kind="500_before", times=None)
    advance(hours=20)
    set_watermark(line.world, hours=20)
    reconcile(line.world, line.carrier)
    held = read_up_to(line.world)
    assert held is not None
    assert line.world.now() - held > timedelta(hours=19)
    advance(hours=5)
    with capture_logs() as logs:
        reconcile(line.world, line.carrier)
    assert {"event": "reconcile_passed_over", "sid": sid, "log_level": "error"} in logs
    moved = read_up_to(line.world)
    assert moved is not None
    assert line.world.now() - moved < timedelta(minutes=1)


def test_clocks_that_look_at_once_take_a_text_in_once(
    alice: Person, line: Line, missed: Callable[..., str], advance: Callable[..., None]
) -> None:
    for body in ("one", "two", "three"):
        missed(alice, body)
    advance(minutes=2)
    clocks = [threading.Thread(target=reconcile, args=(line.world, line.carrier)) for _ in range(4)]
    for clock in clocks:
        clock.start()
    for clock in clocks:
        clock.join()
    assert texts(alice) == ["one", "two", "three"]
    assert read_up_to(line.world) is not None


@ONE_DATABASE
def test_what_is_known_already_costs_no_statement_of_its_own(
    alice: Person, line: Line, missed: Callable[..., str], advance: Callable[..., None]
) -> None:
    def statements() -> int:
        ran: list[str] = []
        listener = lambda _c, _cursor, statement, *_: ran.append(statement)  # noqa: E731
        event.listen(line.world.store.engine, "before_cursor_execute", listener)
        reconcile(line.world, line.carrier)
        event.remove(line.world.store.engine, "before_cursor_execute", listener)
        return len(ran)

    alice.texts("1", sid=missed(alice, "1"))
    advance(minutes=2)
    reconcile(line.world, line.carrier)
    few = statements()
    for count in range(2, 9):
        alice.texts(str(count), sid=missed(alice, str(count)))
    advance(minutes=2)
    assert statements() == few


def test_what_was_missed_before_an_erasure_goes_with_it_and_does_not_come_back(
    alice: Person, line: Line, missed: Callable[..., str], advance: Callable[..., None]
) -> None:
    alice.texts("towels")
    missed(alice, "what was missed")
    advance(seconds=2)
    erase_whole(alice, line, advance)
    assert line.log(alice) == []
    assert not line.carrier.list_written(alice.address, line.world.now() - timedelta(days=1))
    advance(minutes=2)
    reconcile(line.world, line.carrier)
    assert alice.shown().get("messages", []) == []


def test_a_log_that_still_shows_what_was_erased_brings_nobody_back(
    alice: Person, line: Line, missed: Callable[..., str], advance: Callable[..., None]
) -> None:
    line.breaks(on="list", kind="lag", seconds=3600)
    alice.texts("towels")
    missed(alice, "what was missed")
    advance(seconds=2)
    erase_whole(alice, line, advance)
    line.simulator.faults.clear()
    advance(seconds=2)
    missed(alice, "written afterwards")
    advance(minutes=2)
    reconcile(line.world, line.carrier)
    assert texts(alice) == ["written afterwards"]
