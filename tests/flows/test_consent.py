"""Consent words: what they do to the thread, the outbox and the ledger."""

import threading
import time
from collections.abc import Callable

import pytest
from sqlalchemy import update
from sqlmodel import col

from router.flows.consent.events import Evidence
from router.flows.consent.wishes import opt_out
from router.flows.held import hold_thread
from router.flows.letter import OPTED_OUT, Letter, reply
from router.flows.publish import publish_folder
from router.flows.show import show
from router.flows.staff import StaffIdentity
from router.flows.world import World
from router.store.tables import Message
from tests.flows.conftest import BOOK, EVENTS, TENANT, Line, Person

BY_US = BOOK.replace('main: "+16125550100"', 'main: {address: "+16125550100", opt_out_by: bellhop}')


def ledger_of(world: World) -> list[str]:
    return [entry.what for entry in world.ledger.entries()]


def test_the_carriers_word_is_confirmed_by_the_carrier_alone(alice: Person) -> None:
    alice.texts("STOP")
    assert alice.replies() == []
    assert alice.shown()["consent"]["opted_out"]
    assert ledger_of(alice.world) == ["suppressed"]


@pytest.mark.parametrize("body", ["please stop texting me", "Stop. Thank you", "alto"])
def test_any_other_wording_is_confirmed_once_by_us(alice: Person, body: str) -> None:
    alice.texts(body)
    alice.texts(body)
    assert alice.replies() == ["opt-out"]


def test_a_number_without_the_carriers_filter_is_confirmed_by_us(
    hotel: World, save_book: Callable[..., None], alice: Person
) -> None:
    save_book(BY_US)
    assert publish_folder(hotel, hotel.settings.rules_dir)[0].status == "live"
    alice.texts("STOP")
    assert alice.replies() == ["opt-out"]


def test_advanced_opt_out_says_that_the_carrier_has_confirmed(alice: Person) -> None:
    alice.texts("please stop texting me", opt_out_type="STOP")
    assert alice.replies() == []


def test_what_waits_dies_with_an_opt_out(alice: Person) -> None:
    alice.texts("towels please")
    alice.texts("STOP")
    (reply_to_towels,) = [one for one in alice.messages if one["direction"] == "out"]
    assert (reply_to_towels["state"], reply_to_towels["reason"]) == ("canceled", "opted_out")


def test_a_text_after_an_opt_out_reaches_staff_and_is_not_answered(alice: Person) -> None:
    alice.texts("STOP")
    alice.texts("the shower is broken")
    assert alice.thread["team"] == "engineering"
    assert [one["state"] for one in alice.messages if one["direction"] == "out"] == ["suppressed"]
    assert alice.shown()["consent"]["opted_out"]


def test_help_is_answered_also_after_an_opt_out(alice: Person, line: Line) -> None:
    alice.texts("please stop texting me")
    alice.texts("HELP")
    line.drain()
    assert [one["state"] for one in alice.messages if one["template"] == "help"] != ["suppressed"]
    assert len(line.log(alice)) == 2


@pytest.mark.parametrize("body", ["yes", "WRONG PERSON", "ok", "Y"])
def test_only_start_words_opt_in_again(alice: Person, body: str) -> None:
    alice.texts("please stop texting me")
    alice.texts(body)
    assert alice.shown()["consent"]["opted_out"]


def test_start_lifts_the_opt_out(alice: Person) -> None:
    alice.texts("STOP")
    alice.texts("START")
    alice.texts("towels")
    assert not alice.shown()["consent"]["opted_out"]
    assert alice.replies() == ["towels-coming"]
    assert ledger_of(alice.world) == ["suppressed", "lifted"]


def test_staff_cannot_write_to_who_has_opted_out(alice: Person, clerk: StaffIdentity) -> None:
    alice.texts("STOP")
    acted = reply(alice.world, clerk, alice.thread["id"], Letter("Are you sure?"))
    assert acted.refusal == OPTED_OUT
    assert alice.replies() == []


def test_the_exact_words_of_an_opt_out_are_kept_as_evidence(alice: Person) -> None:
    alice.texts("Please STOP texting me!")
    (event,) = alice.shown()["consent"]["events"]
    assert (event["what"], event["how"]) == ("opt_out", "sentence")
    assert event["evidence"] == "Please STOP texting me!"


def test_an_opt_out_holds_for_every_number_of_the_tenant(alice: Person) -> None:
    alice.texts("STOP", to=EVENTS)
    alice.texts("towels")
    assert alice.messages[-1]["state"] == "suppressed"


def test_a_code_enrolls_after_yes_and_the_dialog_begins(alice: Person) -> None:
    alice.texts("summit 26", to=EVENTS)
    assert alice.replies() == ["confirm"]
    alice.texts("YES", to=EVENTS)
    assert alice.shown()["groups"] == ["summit26"]
    alice.texts("Alice Doe", to=EVENTS)
    alice.texts("vegan", to=EVENTS)
    shown = alice.shown()
    assert shown["attributes"] == {"full_name": "Alice Doe", "diet": "vegan"}
    assert shown["thread"]["tags"] == ["summit26"]
    assert alice.replies()[-1] == "enrolled"
    assert "Alice Doe" in alice.messages[-1]["body"]


def test_a_code_of_one_who_is_in_says_so(alice: Person) -> None:
    for body in ("SUMMIT26", "YES", "Alice", "none", "SUMMIT26"):
        alice.texts(body)
    assert alice.replies()[-1] == "code-known"


def test_stop_ends_the_sign_up(alice: Person) -> None:
    for body in ("SUMMIT26", "YES", "STOP"):
        alice.texts(body)
    assert alice.thread["dialog"] is None


def test_an_opt_out_beside_another_wish_acts_at_once(alice: Person) -> None:
    alice.texts("please stop texting me and delete my data")
    assert alice.shown()["consent"]["opted_out"]
    assert sorted(alice.replies()) == ["delete", "opt-out"]


def test_two_tenants_do_not_share_an_opt_out(
    hotel: World, save_book: Callable[..., None], alice: Person
) -> None:
    other = BOOK.replace("tenant: grand-hotel", "tenant: inn").replace("+16125550", "+16125560")
    save_book(other, "inn.yaml")
    assert [one.status for one in publish_folder(hotel, hotel.settings.rules_dir)] == [
        "unchanged",
        "live",
    ]
    alice.texts("STOP")
    alice.texts("towels", to="+16125560100")
    at_the_inn = show(hotel, "inn", alice.address)
    assert at_the_inn is not None
    assert not at_the_inn["consent"]["opted_out"]
    assert len(alice.messages) == 1


@pytest.mark.parametrize(("address", "body"), [("+18005550100", "CANCEL"), ("55512", "STOP")])
def test_where_the_carrier_keeps_silent_we_confirm(
    world: World, save_book: Callable[..., None], address: str, body: str
) -> None:
    save_book(BOOK.replace("+16125550100", address))
    (published,) = publish_folder(world, world.settings.rules_dir)
    assert published.status == "live", published.findings
    alice = Person(world, "+16125550001")
    alice.texts(body, to=address)
    assert alice.replies() == ["opt-out"]


def test_an_answer_from_before_an_opt_out_is_not_sent_after_it(
    alice: Person, line: Line, advance: Callable[..., None]
) -> None:
    line.breaks(on="create", kind="429", retry_after=1)
    alice.texts("HELP")
    line.drain()
    alice.texts("please stop texting me")
    with alice.world.store.write() as connection:  # as if it had been in flight meanwhile
        connection.execute(
            update(Message).where(col(Message.template) == "help").values(state="queued")
        )
    advance(seconds=10)
    line.drain()
    assert len(line.log(alice)) == 1
    assert "unsubscribed" in line.log(alice)[0]


@pytest.mark.parametrize("database", ["postgresql"])
def test_what_was_written_while_a_lock_was_waited_for_is_seen(alice: Person) -> None:
    alice.texts("hello")
    thread_id = alice.thread["id"]
    found: list[bool] = []

    def look() -> None:
        with alice.world.store.write() as connection:
            keys = alice.world.keys(connection, TENANT)
            held = hold_thread(connection, keys, thread_id, alice.world.now())
            assert held is not None
            found.append(held.opted_out)

    with alice.world.store.write() as connection:
        keys = alice.world.keys(connection, TENANT)
        held = hold_thread(connection, keys, thread_id, alice.world.now())
        assert held is not None
        waiting = threading.Thread(target=look)
        waiting.start()
        time.sleep(0.1)
        opt_out(alice.world.ledger, held, Evidence("staff", "by phone"))
    waiting.join()
    assert found == [True]
