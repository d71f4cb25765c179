"""How far a wish reaches: persons over their channels, numbers, topics, the carrier's own block."""

import re
import threading
from collections.abc import Callable
from datetime import timedelta

import pytest
from sqlalchemy import delete, update

from router.flows.consent.audit import count_differences
from router.flows.consent.desk import keep
from router.flows.consent.persons import find_persons
from router.flows.held import hold_thread
from router.flows.privacy.erase import erase
from router.flows.publish import publish_folder
from router.flows.release import release_due
from router.flows.restoring.missing import count_missing
from router.flows.show import show
from router.flows.staff import StaffIdentity
from router.flows.thread_page import open_thread
from router.flows.timers import fire_due
from router.flows.world import World
from router.now import MovableNow
from router.store.tables import ConsentEvent, Contact, Suppression
from tests.flows.conftest import BOOK, EVENTS, MAIN, TENANT, Line, Person, wait_for
from tests.flows.test_privacy import has_arrived

BY_NUMBER = BOOK.replace(
    'events: "+16125550199"', 'events: {address: "+16125550199", opt_out: number}'
)


def test_an_opt_out_holds_on_every_channel_of_a_number(hotel: World) -> None:
    on_sms, on_whatsapp = Person(hotel, "+16125550001"), Person(hotel, "whatsapp:+16125550001")
    on_whatsapp.texts("hello")
    on_sms.texts("please stop texting me")
    assert on_whatsapp.shown()["consent"]["opted_out"]
    on_whatsapp.texts("START")
    assert not on_sms.shown()["consent"]["opted_out"]


def test_an_opt_out_may_be_confined_to_a_number_by_the_rulebook(
    hotel: World, save_book: Callable[..., None], alice: Person, line: Line
) -> None:
    assert BY_NUMBER != BOOK
    save_book(BY_NUMBER)
    assert publish_folder(hotel, hotel.settings.rules_dir)[0].status == "live"
    alice.texts("please stop texting me", to=EVENTS)
    assert alice.shown()["consent"]["suppressed"] == [f"number:{EVENTS}"]
    alice.texts("towels", to=MAIN)
    alice.texts("towels", to=EVENTS)
    towels = [m["state"] for m in alice.messages if m["template"] == "towels-coming"]
    assert towels == ["queued", "suppressed"]
    alice.texts("START", to=EVENTS)
    assert alice.shown()["consent"]["suppressed"] == []


def test_a_code_can_be_left_alone(alice: Person) -> None:
    for text in ("SUMMIT26", "YES", "Alice Doe", "none"):
        alice.texts(text, to=EVENTS)
    assert alice.shown()["groups"] == ["summit26"]
    alice.texts("STOP SUMMIT26", to=EVENTS)
    shown = alice.shown()
    assert shown["groups"] == []
    assert shown["consent"]["suppressed"] == ["topic:SUMMIT26"]
    assert not shown["consent"]["opted_out"]
    alice.texts("SUMMIT26", to=EVENTS)
    alice.texts("YES", to=EVENTS)
    shown = alice.shown()
    assert shown["groups"] == ["summit26"]
    assert shown["consent"]["suppressed"] == []


def test_a_sentence_cannot_lift_the_carriers_block(alice: Person, line: Line) -> None:
    alice.texts("STOP")
    alice.texts("please sign me back up for texts")
    shown = alice.shown()
    assert shown["consent"]["suppressed"] == [f"carrier:{MAIN}"]
    assert [event["what"] for event in shown["consent"]["events"]] == ["opt_out", "wants_back"]
    assert alice.replies() == ["opt-in-carrier"]
    line.breaks(on="create", kind="21610")
    line.drain()
    assert alice.messages[-1]["error"] == 21610
    page = open_thread(alice.world, TENANT, alice.thread["id"])
    assert page is not None
    assert page.locked is not None
    assert "START" in page.locked
    alice.texts("START")
    assert alice.shown()["consent"]["suppressed"] == []


def test_another_number_of_ours_that_the_carrier_does_not_block_may_answer(alice: Person) -> None:
    alice.texts("STOP", to=MAIN)
    alice.texts("please sign me back up for texts", to=EVENTS)
    assert not alice.shown()["consent"]["opted_out"]
    assert alice.replies() == ["opt-in"]


def test_the_carriers_block_flows_back_into_consent(alice: Person, line: Line) -> None:
    alice.texts("towels please")
    line.breaks(on="create", kind="21610")
    line.drain()
    shown = alice.shown()
    assert shown["consent"]["suppressed"] == ["all", f"carrier:{MAIN}"]
    (event,) = shown["consent"]["events"]
    assert (event["what"], event["how"]) == ("opt_out", "carrier")
    assert "21610" in event["evidence"]


def test_a_deletions_code_that_the_carrier_blocks_is_shown_to_staff(
    alice: Person, line: Line
) -> None:
    alice.texts("STOP")
    alice.texts("DELETE")
    line.breaks(on="create", kind="21610")
    line.drain()
    assert alice.thread["flags"] == ["unheard"]


@pytest.mark.parametrize("sender", ["24365", "MyBank", EVENTS])
def test_machines_get_no_automated_answer(hotel: World, sender: str) -> None:
    machine = Person(hotel, sender)
    for body in ("towels please", "HELP", "SUMMIT26", "the shower is broken"):
        machine.texts(body)
    assert machine.replies() == []
    machine.texts("STOP")
    assert (show(hotel, TENANT, sender) or {})["consent"]["opted_out"]
    assert machine.replies() == []


def test_consent_has_its_evidence_and_what_had_been_shown(alice: Person) -> None:
    alice.texts("SUMMIT26", to=EVENTS)
    question = alice.messages[-1]["body"]
    alice.texts("YES", to=EVENTS)
    (event,) = alice.shown()["consent"]["events"]
    assert event["evidence"] == "YES"
    assert event["disclosure"] == question
    assert event["disclosure_version"].endswith("@1")
    assert event["zone"] == "America/Chicago"
    assert event["number"] == EVENTS


def test_a_slip_in_a_code_is_answered_once_and_reaches_staff(alice: Person) -> None:
    alice.texts("SUMIT26", to=EVENTS)
    alice.texts("SUMIT26", to=EVENTS)
    assert alice.replies() == ["code-near"]
    assert "SUMMIT26" in alice.messages[1]["body"]
    assert alice.thread["team"] == "front-desk"


def test_whoever_guesses_at_codes_is_not_taken_in(alice: Person) -> None:
    for guess in ("VIP2026", "GOLD77", "SPRING26", "PARTY1", "WINE99"):
        alice.texts(guess, to=EVENTS)
    alice.texts("SUMMIT26", to=EVENTS)
    assert "confirm" not in alice.replies()
    assert alice.thread["flags"] == ["guessing"]


def test_a_suppression_that_no_event_explains_is_found(alice: Person) -> None:
    alice.texts("STOP ads")
    assert count_differences(alice.world) == 0
    with alice.world.store.write() as connection:
        connection.execute(delete(Suppression))
    assert count_differences(alice.world) == 1


def test_an_opt_out_outlives_an_erasure_and_its_events_do_not(alice: Person, line: Line) -> None:
    alice.texts("please stop texting me")
    alice.texts("DELETE")
    code = next(iter(re.findall(r"\b\d{6}\b", alice.messages[-1]["body"])))
    alice.texts(code)
    line.drain()
    (request,) = alice.shown()["privacy_requests"]
    wait_for(lambda: has_arrived(alice))
    erase(alice.world, line.carrier, TENANT, request["id"])
    assert count_differences(alice.world) == 0
    alice.texts("hello again")
    shown = alice.shown()
    assert shown["consent"]["opted_out"]
    assert shown["consent"]["events"] == []


def test_the_list_and_the_events_agree_after_leaving_and_joining_again(alice: Person) -> None:
    for text in ("SUMMIT26", "YES", "STOP SUMMIT26", "SUMMIT26", "YES", "STOP", "START"):
        alice.texts(text, to=EVENTS)
        assert count_differences(alice.world) == 0


def test_a_word_of_the_business_that_the_carrier_has_acted_on_counts(alice: Person) -> None:
    alice.texts("towels please")
    alice.texts("NOMORETOWELS", opt_out_type="STOP")
    shown = alice.shown()
    assert shown["consent"]["suppressed"] == ["all", f"carrier:{MAIN}"]
    assert alice.replies() == ["towels-coming"]
    assert alice.messages[1]["state"] == "canceled"
    alice.texts("BACKPLEASE", opt_out_type="START")
    assert alice.shown()["consent"]["suppressed"] == []


def test_what_waits_on_another_channel_dies_as_well(hotel: World) -> None:
    on_sms, on_whatsapp = Person(hotel, "+16125550001"), Person(hotel, "whatsapp:+16125550001")
    on_whatsapp.texts("towels please")
    on_sms.texts("please stop texting me")
    assert [m["state"] for m in on_whatsapp.messages if m["direction"] == "out"] == ["canceled"]


def test_a_doubt_on_one_channel_holds_the_others(
    hotel: World, line: Line, now: MovableNow, clerk: StaffIdentity
) -> None:
    on_sms, on_whatsapp = Person(hotel, "+16125550001"), Person(hotel, "whatsapp:+16125550001")
    on_whatsapp.texts("the shower is broken")
    line.drain()
    on_sms.texts("wrong number")
    now.advance(timedelta(minutes=11))
    fire_due(hotel)
    line.drain()
    assert on_whatsapp.messages[-1]["template"] == "waiting"
    assert on_whatsapp.messages[-1]["state"] == "held"
    keep(hotel, clerk, on_sms.thread["id"])
    release_due(hotel)
    assert on_whatsapp.messages[-1]["state"] == "queued"


@pytest.mark.parametrize("database", ["postgresql"])
def test_no_claim_on_another_channel_commits_after_a_stop(hotel: World) -> None:
    on_sms, on_whatsapp = Person(hotel, "+16125550001"), Person(hotel, "whatsapp:+16125550001")
    on_whatsapp.texts("hello")
    on_sms.texts("hello")
    thread_id = on_whatsapp.thread["id"]
    stopped = threading.Event()

    def stop() -> None:
        on_sms.texts("please stop texting me")
        stopped.set()

    with hotel.store.write() as connection:  # as a claim of the other thread does
        hold_thread(connection, hotel.keys(connection, TENANT), thread_id, hotel.now())
        stopping = threading.Thread(target=stop)
        stopping.start()
        assert not stopped.wait(0.2)
    stopping.join(10)
    assert stopped.is_set()


def test_start_after_a_sentence_leaves_an_objection_to_ads(alice: Person) -> None:
    for text in ("STOP ads", "STOP", "please start texting me again", "START"):
        alice.texts(text)
    assert alice.shown()["consent"]["suppressed"] == ["topic:marketing"]
    alice.texts("START")
    assert alice.shown()["consent"]["suppressed"] == []


def test_a_stop_that_comes_late_acts_and_is_not_confirmed(alice: Person) -> None:
    said_at = alice.world.now() - timedelta(minutes=20)
    alice.texts("please stop texting me", received_late=True, sent_at=said_at)
    assert alice.shown()["consent"]["opted_out"]
    assert alice.replies() == []


def test_a_start_that_comes_late_does_not_undo_a_later_stop(alice: Person) -> None:
    said_at = alice.world.now() - timedelta(minutes=20)
    alice.texts("please stop texting me")
    alice.texts("START", received_late=True, sent_at=said_at)
    assert alice.shown()["consent"]["opted_out"]


def test_privacy_requests_are_taken_past_the_limit_of_answers(alice: Person) -> None:
    for _ in range(20):
        alice.texts("HELP")
    alice.texts("what data do you have about me?")
    assert [each["kind"] for each in alice.shown()["privacy_requests"]] == ["access"]
    assert alice.messages[-1]["state"] == "suppressed"


def test_a_number_that_leaves_takes_what_it_held_along(
    hotel: World, save_book: Callable[..., None], alice: Person, line: Line, now: MovableNow
) -> None:
    alice.texts("the shower is broken", to=EVENTS)
    line.drain()
    alice.texts("wrong number", to=EVENTS)
    now.advance(timedelta(minutes=11))
    fire_due(hotel)
    line.drain()
    assert alice.messages[-1]["state"] == "held"
    save_book(BOOK.replace(EVENTS, "+16125550177"))
    assert publish_folder(hotel, hotel.settings.rules_dir)[0].status == "live"
    assert alice.messages[-1]["state"] == "canceled"
    alice.texts("towels please", to=MAIN)
    line.drain()
    assert line.log(alice)[-1].startswith("Towels")


def keep_as_the_first_version_did(person: Person) -> None:
    with person.world.store.write() as connection:
        keys = person.world.keys(connection, TENANT)
        old = keys.lookup("address", person.address)
        connection.execute(update(Contact).values(person=old))
        connection.execute(update(Suppression).values(lookup=old))
        connection.execute(update(ConsentEvent).values(lookup=old))


def test_persons_are_found_for_contacts_from_before_there_were_any(hotel: World) -> None:
    on_whatsapp = Person(hotel, "whatsapp:+16125550001")
    on_whatsapp.texts("please stop texting me")
    keep_as_the_first_version_did(on_whatsapp)
    assert find_persons(hotel) == 1
    assert find_persons(hotel) == 0
    on_whatsapp.texts("WRONG PERSON")
    shown = on_whatsapp.shown()
    assert shown["consent"]["opted_out"]
    assert len(shown["consent"]["events"]) == 1
    assert count_differences(hotel) == 0


def test_the_carrier_s_own_block_is_no_wish_once_a_person_is_found(hotel: World) -> None:
    on_whatsapp = Person(hotel, "whatsapp:+16125550001")
    on_whatsapp.texts("STOP")
    keep_as_the_first_version_did(on_whatsapp)
    assert find_persons(hotel) == 1
    on_whatsapp.texts("START")
    assert count_missing(hotel) == (0, 0), "nothing that START has lifted is to hold again"
