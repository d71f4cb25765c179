"""What nobody knows whether it was sent: a person decides, and late news still counts."""

from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import event, select, update
from sqlmodel import col

from router.carrier.api import StatusUpdate, Unknown
from router.flows.acting import NoSuchThread
from router.flows.publish import publish_folder
from router.flows.senders import find_receiver
from router.flows.sending.claims import claim
from router.flows.sending.outcomes import record
from router.flows.sending.review import (
    CODE_ENDED,
    NUMBER_GONE,
    SETTLED,
    TOO_LATE,
    count_review,
    decide,
    list_review,
)
from router.flows.sending.status import record_status
from router.flows.staff import StaffIdentity
from router.flows.world import World
from router.store.ids import new_id
from router.store.tables import Audit, Message
from tests.flows.conftest import BOOK, MAIN, TENANT, Line, Person

ONE_DATABASE = pytest.mark.parametrize(
    "database", ["sqlite"]
)  # its statements run on both elsewhere


def put_in_review(person: Person) -> dict[str, Any]:
    """The last message to this person may have been sent, and nobody can tell."""
    world = person.world
    with world.store.read() as connection:
        sender = find_receiver(connection, MAIN, None)
    assert sender is not None
    claimed = [c for c in claim(world, sender, 10).messages if c.to == person.address][-1]
    record(world, claimed, Unknown("no answer"))
    with world.store.write() as connection:
        connection.execute(
            update(Message).where(col(Message.id) == claimed.message_id).values(state="review")
        )
    return message(person, claimed.message_id)


def message(person: Person, message_id: str) -> dict[str, Any]:
    return next(one for one in person.messages if one["id"] == message_id)


@pytest.fixture
def in_review(alice: Person) -> dict[str, Any]:
    """The answer to alice's towels."""
    alice.texts("towels")
    return put_in_review(alice)


def choose(person: Person, clerk: StaffIdentity, doubtful: dict[str, Any], choice: Any) -> Any:
    return decide(person.world, clerk, person.thread["id"], doubtful["id"], choice)


def test_it_is_listed_with_whom_it_is_for(alice: Person, in_review: dict[str, Any]) -> None:
    (listed,) = list_review(alice.world, TENANT)
    assert listed.body == "Towels are on the way."
    assert listed.contact_name == alice.address
    assert listed.attempted_at is not None
    assert count_review(alice.world, TENANT) == 1
    assert count_review(alice.world, "another") == 0


def test_sent_again_it_leaves_at_the_end_of_its_thread(
    alice: Person, clerk: StaffIdentity, in_review: dict[str, Any], line: Line
) -> None:
    alice.texts("soap")
    acted = choose(alice, clerk, in_review, "again")
    assert acted.refusal is None
    assert acted.ripples.senders
    assert acted.ripples.threads == {(TENANT, alice.thread["id"])}
    line.drain()
    assert line.log(alice) == ["Housekeeping will be with you shortly.", "Towels are on the way."]
    assert count_review(alice.world, TENANT) == 0


def test_taken_as_sent_it_is_sent_no_more_and_says_who_said_so(
    alice: Person, clerk: StaffIdentity, in_review: dict[str, Any], line: Line
) -> None:
    assert choose(alice, clerk, in_review, "arrived").refusal is None
    line.drain()
    assert line.log(alice) == []
    decided = message(alice, in_review["id"])
    assert (decided["state"], decided["reason"]) == ("sent", "taken as sent")
    with alice.world.store.read() as connection:
        noted = connection.execute(
            select(col(Audit.actor), col(Audit.action), col(Audit.detail)).where(
                col(Audit.action).like("review.%")
            )
        ).one()
    about = {"thread": alice.thread["id"], "message": in_review["id"]}
    assert tuple(noted) == ("carol", "review.taken_as_sent", about)


@pytest.mark.parametrize("choice", ["again", "arrived"])
def test_news_of_the_first_attempt_wins_until_it_is_sent_again(
    alice: Person, clerk: StaffIdentity, in_review: dict[str, Any], line: Line, choice: str
) -> None:
    choose(alice, clerk, in_review, choice)
    news = StatusUpdate("SMlate", "delivered", None, in_review["id"], 1, TENANT)
    record_status(alice.world, news)
    line.drain()
    assert line.log(alice) == []
    assert message(alice, in_review["id"])["state"] == "delivered"


def test_that_the_first_attempt_failed_does_not_stop_the_second(
    alice: Person, clerk: StaffIdentity, in_review: dict[str, Any], line: Line
) -> None:
    choose(alice, clerk, in_review, "again")
    news = StatusUpdate("SMlate", "undelivered", 30003, in_review["id"], 1, TENANT)
    record_status(alice.world, news)
    line.drain()
    assert line.log(alice) == ["Towels are on the way."]


def test_who_decides_second_is_told(
    alice: Person, clerk: StaffIdentity, in_review: dict[str, Any]
) -> None:
    choose(alice, clerk, in_review, "again")
    assert choose(alice, clerk, in_review, "arrived").refusal == SETTLED
    assert message(alice, in_review["id"])["state"] == "queued"


@ONE_DATABASE
def test_a_message_of_another_thread_or_of_none_is_not_found(
    alice: Person, bob: Person, clerk: StaffIdentity, in_review: dict[str, Any]
) -> None:
    bob.texts("towels")
    for thread_id, message_id in (
        (bob.thread["id"], in_review["id"]),
        (alice.thread["id"], new_id()),
        (alice.thread["id"], alice.messages[0]["id"]),
        (new_id(), in_review["id"]),
    ):
        with pytest.raises(NoSuchThread):
            decide(alice.world, clerk, thread_id, message_id, "again")


@ONE_DATABASE
def test_a_code_is_sent_again_while_it_holds(
    alice: Person, clerk: StaffIdentity, line: Line, advance: Callable[..., None]
) -> None:
    alice.texts("DELETE")
    code = put_in_review(alice)
    assert choose(alice, clerk, code, "again").refusal is None
    line.drain()
    assert line.log(alice) == [code["body"]]
    alice.texts("DELETE")
    later = put_in_review(alice)
    alice.texts("DELETE")
    assert choose(alice, clerk, later, "again").refusal == CODE_ENDED, "a newer one is on its way"
    last = put_in_review(alice)
    advance(minutes=16)
    assert choose(alice, clerk, last, "again").refusal == CODE_ENDED
    assert choose(alice, clerk, last, "arrived").refusal is None


@ONE_DATABASE
def test_what_would_be_dropped_is_refused_in_words(
    alice: Person,
    clerk: StaffIdentity,
    in_review: dict[str, Any],
    save_book: Callable[..., None],
    advance: Callable[..., None],
) -> None:
    alice.texts("please stop texting me")
    confirmation = put_in_review(alice)
    assert "opted out" in choose(alice, clerk, in_review, "again").refusal
    advance(minutes=6)
    assert choose(alice, clerk, confirmation, "again").refusal == TOO_LATE
    save_book(BOOK.replace(MAIN, "+16125550177"))
    publish_folder(alice.world, alice.world.settings.rules_dir)
    assert choose(alice, clerk, in_review, "again").refusal == NUMBER_GONE.format(MAIN)
    assert count_review(alice.world, TENANT) == 2


@ONE_DATABASE  # PostgreSQL plans by statistics
@pytest.mark.parametrize("look", [count_review, list_review])
def test_looking_for_what_is_in_review_reads_an_index_and_not_what_was_sent(
    hotel: World, look: Callable[[World, str], object]
) -> None:
    ran: list[tuple[str, Any]] = []
    event.listen(
        hotel.store.engine,
        "before_cursor_execute",
        lambda _c, _cursor, statement, given, *_: ran.append((statement, given)),
    )
    look(hotel, TENANT)
    [(statement, given)] = [each for each in ran if "FROM message" in each[0]]
    with hotel.store.read() as connection:
        plan = connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", given).all()
    assert any("ix_message_review" in row[-1] for row in plan), plan
