"""What becomes of an inbound text."""

from concurrent.futures import ThreadPoolExecutor

import pytest
from sqlalchemy import event

from tests.flows.conftest import EVENTS, Person


def test_a_towel_request_is_answered_and_lands_with_the_front_desk(alice: Person) -> None:
    received = alice.texts("could we get some towels?")
    assert received.status == "stored"
    assert received.ripples.senders
    assert alice.thread["team"] == "front-desk"
    incoming, reply = alice.messages
    assert incoming["decision"]["file"] == "grand-hotel.yaml"
    assert incoming["decision"]["line"] > 1
    assert reply["state"] == "queued"
    assert reply["purpose"] == "answer"


def test_a_redelivered_text_is_stored_once(alice: Person) -> None:
    alice.texts("towels please", sid="SM1")
    assert alice.texts("towels please", sid="SM1").status == "duplicate"
    assert len(alice.messages) == 2


def test_a_hurry_stays_with_the_team_that_has_the_thread(alice: Person) -> None:
    alice.texts("the shower is broken")
    assert alice.thread["team"] == "engineering"
    alice.texts("please hurry")
    assert alice.thread["team"] == "engineering"


def test_a_text_to_a_number_of_nobody_is_not_stored(alice: Person) -> None:
    assert alice.texts("hello", to="+15005550006").status == "unknown_number"


def test_replies_leave_from_the_number_last_written_to(alice: Person) -> None:
    alice.texts("towels", to=EVENTS)
    assert alice.messages[-1]["number"] == EVENTS


def test_a_body_of_any_characters_is_stored_as_it_came(alice: Person) -> None:
    for body in ("", "\ufffd", "naïve 🛎️ \u202e", "x" * 100_000):
        alice.texts(body)
    assert [one["body"] for one in alice.messages if one["direction"] == "in"][-1] == "x" * 100_000


def test_first_texts_of_one_person_at_once_make_one_thread(alice: Person) -> None:
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(alice.texts, [f"towels {count}" for count in range(16)]))
    assert len([one for one in alice.messages if one["direction"] == "in"]) == 16


def test_one_text_delivered_by_many_at_once_is_stored_once(alice: Person) -> None:
    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(lambda _: alice.texts("hi", sid="SM1").status, range(16)))
    assert sorted(answers) == ["duplicate"] * 15 + ["stored"]


@pytest.mark.parametrize("body", ["hello", "towels", "the shower is broken", "STOP", "DELETE"])
def test_a_text_takes_twelve_statements_at_most(alice: Person, bob: Person, body: str) -> None:
    bob.texts("hello")  # what is read once a process is no cost of a text
    statements: list[str] = []
    event.listen(
        alice.world.store.engine,
        "before_cursor_execute",
        lambda _c, _cursor, statement, *_: statements.append(statement),
    )
    alice.texts(body)
    assert len(statements) <= 12
    statements.clear()
    alice.texts(body)
    assert len(statements) <= 12
