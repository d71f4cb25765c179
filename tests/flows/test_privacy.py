"""A deletion by text message, to its provable end."""

import re
from collections.abc import Callable
from pathlib import Path

import pytest
from sqlalchemy import func, select

from router.carrier.api import Inbound
from router.flows.letter import Letter, reply
from router.flows.privacy.erase import erase
from router.flows.privacy.progress import BEING_ERASED
from router.flows.spool import drain_spool, spool
from router.flows.staff import StaffIdentity
from router.flows.sweep import sweep
from router.flows.thread_page import open_thread
from router.flows.timers import fire_due
from router.store.tables import Message
from tests.flows.conftest import MAIN, TENANT, Line, Person, wait_for
from tests.scan import places_of

PHRASE = "my daughter is allergic to walnuts"
UNDER_WAY = {"queued", "sending", "accepted", "sent"}


def code_of(person: Person) -> str:
    asked = [one["body"] for one in person.messages if one["template"] == "delete"][-1]
    found = re.search(r"\b\d{6}\b", asked)
    assert found
    return found[0]


def has_arrived(person: Person) -> bool:
    """Whether their receipt has, and nothing of theirs is under way, which an erasure waits for."""
    states = [one["state"] for one in person.messages]
    return states[-1] == "delivered" and not UNDER_WAY.intersection(states)


def run_erasures(line: Line) -> None:
    for tenant_id, request_id in sweep(line.world).erasures:
        erase(line.world, line.carrier, tenant_id, request_id)


def erase_whole(person: Person, line: Line, advance: Callable[..., None]) -> None:
    person.texts("DELETE")
    line.drain()
    person.texts(code_of(person))
    line.drain()
    wait_for(lambda: has_arrived(person))
    run_erasures(line)


def test_what_was_spooled_before_an_erasure_is_not_taken_in_afterwards(
    alice: Person, line: Line, advance: Callable[..., None]
) -> None:
    spool(alice.world, Inbound("SM1", alice.address, MAIN, None, PHRASE))
    advance(seconds=5)
    alice.texts("DELETE")
    line.drain()
    alice.texts(code_of(alice))
    drain_spool(alice.world)
    assert PHRASE not in [one["body"] for one in alice.messages]
    assert not list((alice.world.settings.data_dir / "spool").iterdir())
    advance(seconds=5)
    spool(alice.world, Inbound("SM2", alice.address, MAIN, None, "hello again"))
    drain_spool(alice.world)
    assert "hello again" in [one["body"] for one in alice.messages]


def test_what_is_written_after_the_code_stays_though_both_were_spooled(
    alice: Person, line: Line, advance: Callable[..., None]
) -> None:
    alice.texts("DELETE")
    line.drain()
    for count, body in enumerate([code_of(alice), "please bring towels"]):
        advance(seconds=20)
        spool(alice.world, Inbound(f"SM{count}", alice.address, MAIN, None, body))
    advance(seconds=60)
    drain_spool(alice.world)
    assert "please bring towels" in [one["body"] for one in alice.messages]


def test_nothing_is_erased_without_the_code(alice: Person, line: Line) -> None:
    alice.texts(PHRASE)
    alice.texts("DELETE")
    alice.texts("000000" if code_of(alice) != "000000" else "111111")
    assert alice.replies()[-1] == "delete-code-wrong"
    run_erasures(line)
    assert alice.messages[0]["body"] == PHRASE


def test_five_wrong_codes_end_the_request(alice: Person) -> None:
    alice.texts("DELETE")
    right = code_of(alice)
    for guess in range(5):
        alice.texts(f"{(int(right) + guess + 1) % 1_000_000:06}")
    alice.texts(right)
    assert [one["state"] for one in alice.shown()["privacy_requests"]] == ["expired"]


def test_a_code_that_is_too_old_is_an_ordinary_text(
    alice: Person, advance: Callable[..., None]
) -> None:
    alice.texts("DELETE")
    advance(minutes=16)
    alice.texts(code_of(alice))
    assert alice.shown()["privacy_requests"][0]["state"] == "asked"
    assert alice.thread["team"] == "front-desk"


def test_a_code_that_has_ended_does_not_leave_any_more(
    alice: Person, line: Line, advance: Callable[..., None]
) -> None:
    alice.texts("DELETE")
    advance(minutes=16)
    line.drain()
    assert [one["state"] for one in alice.messages if one["direction"] == "out"] == ["canceled"]


def test_a_code_takes_the_place_of_one_that_has_not_left(alice: Person, line: Line) -> None:
    alice.texts("DELETE")
    alice.texts("DELETE")
    line.drain()
    states = [one["state"] for one in alice.messages if one["direction"] == "out"]
    assert states[0] == "canceled"
    assert states[1] in {"accepted", "sent", "delivered"}


def test_the_receipt_is_waited_for(alice: Person, line: Line) -> None:
    alice.texts("DELETE")
    alice.texts(f"code {code_of(alice)}")
    run_erasures(line)
    assert alice.messages, "the receipt has not left yet"


def test_an_erased_person_is_found_nowhere(
    alice: Person, bob: Person, line: Line, advance: Callable[..., None], tmp_path: Path
) -> None:
    for body in (PHRASE, "SUMMIT26", "YES", "Alice Walnut", "vegan", "the shower is broken"):
        alice.texts(body)
        line.drain()
    bob.texts("towels")
    files = tmp_path
    assert places_of(alice.world, files, PHRASE, "Alice Walnut", alice.address)
    sids = [one["sid"] for one in alice.messages if one["sid"]]
    erase_whole(alice, line, advance)
    assert places_of(alice.world, files, PHRASE, "Alice Walnut", alice.address, *sids) == []
    assert line.log(alice) == []
    (request,) = alice.shown()["privacy_requests"]
    assert request["state"] == "done"
    assert [entry.what for entry in alice.world.ledger.entries()] == ["erased"]
    assert bob.messages


def test_an_erased_text_does_not_come_back(
    alice: Person, line: Line, advance: Callable[..., None]
) -> None:
    alice.texts(PHRASE, sid="SMonce")
    erase_whole(alice, line, advance)
    assert alice.texts(PHRASE, sid="SMonce").status == "duplicate"
    assert not alice.messages


def test_an_opt_out_outlives_an_erasure(
    alice: Person, line: Line, advance: Callable[..., None]
) -> None:
    alice.texts("please stop texting me")
    line.drain()
    erase_whole(alice, line, advance)
    alice.texts("towels")
    assert alice.messages[-1]["state"] == "suppressed"


def test_a_text_that_comes_in_meanwhile_is_not_lost(
    alice: Person, line: Line, advance: Callable[..., None]
) -> None:
    alice.texts(PHRASE)
    alice.texts("DELETE")
    alice.texts(code_of(alice))
    line.drain()
    wait_for(lambda: has_arrived(alice))
    alice.texts("towels for 412")
    run_erasures(line)
    assert alice.messages[0]["body"] == "towels for 412"
    assert alice.shown()["consent"]["events"] == []


def test_a_carrier_that_is_not_done_is_asked_again(
    alice: Person, line: Line, advance: Callable[..., None]
) -> None:
    alice.texts("DELETE")
    alice.texts(code_of(alice))
    line.drain()
    wait_for(lambda: has_arrived(alice))
    line.breaks(on="delete", kind="500_before")
    run_erasures(line)
    assert alice.messages
    assert not sweep(alice.world).erasures
    advance(minutes=2)
    run_erasures(line)
    assert not alice.messages


@pytest.mark.parametrize(("body", "kind"), [("send me a copy of my data", "access")])
def test_other_wishes_are_recorded_with_a_due_date(alice: Person, body: str, kind: str) -> None:
    alice.texts(body)
    (request,) = alice.shown()["privacy_requests"]
    assert (request["kind"], request["state"]) == (kind, "open")
    assert request["receipt"] in alice.messages[-1]["body"]


@pytest.mark.parametrize("word", ["STOP", "CANCEL", "NO", "UNSUBSCRIBE", "not"])
def test_a_code_beside_another_wish_confirms_nothing(alice: Person, word: str) -> None:
    alice.texts("DELETE")
    alice.texts(f"{word} {code_of(alice)}")
    assert alice.shown()["privacy_requests"][0]["state"] == "asked"


def confirmed(person: Person, line: Line) -> None:
    person.texts("DELETE")
    line.drain()
    person.texts(code_of(person))
    line.drain()
    wait_for(lambda: has_arrived(person))


def test_what_was_known_flows_into_no_decision_after_the_code(
    alice: Person, line: Line, tmp_path: Path
) -> None:
    for body in ("SUMMIT26", "YES", "Alice Walnut", "vegan"):
        alice.texts(body)
        line.drain()
    confirmed(alice, line)
    alice.texts("towels")
    run_erasures(line)
    assert places_of(alice.world, tmp_path, "Alice Walnut", "summit26 in groups") == []
    assert alice.shown()["groups"] == []


def test_a_dialog_that_waits_ends_with_the_code(alice: Person, line: Line, tmp_path: Path) -> None:
    for body in ("SUMMIT26", "YES", "Alice Walnut"):
        alice.texts(body)
        line.drain()
    confirmed(alice, line)
    alice.texts("vegan")
    line.drain()
    run_erasures(line)
    assert places_of(alice.world, tmp_path, "Alice Walnut") == []
    assert [one["body"] for one in alice.messages if one["direction"] == "in"] == ["vegan"]


def test_a_timer_that_was_set_before_the_code_keeps_nobody(
    alice: Person, line: Line, advance: Callable[..., None], tmp_path: Path
) -> None:
    alice.texts("the shower is broken")
    line.drain()
    confirmed(alice, line)
    advance(minutes=11)
    fire_due(alice.world)
    run_erasures(line)
    assert places_of(alice.world, tmp_path, alice.address) == []


def test_staff_cannot_write_to_who_is_being_erased(
    alice: Person, line: Line, clerk: StaffIdentity
) -> None:
    alice.texts("hello")
    confirmed(alice, line)
    thread_id = alice.thread["id"]
    acted = reply(alice.world, clerk, thread_id, Letter("Hello?"))
    assert acted.refusal == BEING_ERASED
    page = open_thread(alice.world, TENANT, thread_id)
    assert page is not None
    assert page.locked == BEING_ERASED


def test_of_two_confirmed_requests_both_are_done(
    alice: Person, line: Line, advance: Callable[..., None]
) -> None:
    confirmed(alice, line)
    line.breaks(on="delete", kind="500_before")
    run_erasures(line)
    confirmed(alice, line)
    advance(minutes=2)
    run_erasures(line)
    run_erasures(line)
    assert [one["state"] for one in alice.shown()["privacy_requests"]] == ["done", "done"]
    assert not sweep(alice.world).erasures


def test_a_text_whose_sid_was_never_told_is_deleted_at_the_carrier_too(
    alice: Person, line: Line, advance: Callable[..., None]
) -> None:
    line.breaks(on="callback", kind="drop", times=None)
    line.breaks(on="create", kind="timeout", seconds=30)
    line.breaks(on="list", kind="lag", seconds=80_000)
    alice.texts("DELETE")
    line.drain_impatiently()
    line.delivers_all(alice)
    advance(minutes=3)
    line.settle()
    line.simulator.faults.clear()
    assert len(line.log(alice)) == 1
    alice.texts(code_of(alice))
    line.drain()
    wait_for(lambda: alice.messages[-1]["state"] == "delivered")
    run_erasures(line)
    assert line.log(alice) == []


@pytest.mark.parametrize("database", ["sqlite"])
def test_an_erasure_is_done_only_when_the_log_on_disk_is_clean_too(
    alice: Person, line: Line, advance: Callable[..., None]
) -> None:
    alice.texts(PHRASE)
    with alice.world.store.read() as reader:
        reader.execute(select(func.count()).select_from(Message)).scalar()
        erase_whole(alice, line, advance)
        assert alice.shown()["privacy_requests"][0]["state"] == "erased"
    advance(minutes=2)
    run_erasures(line)
    assert alice.shown()["privacy_requests"][0]["state"] == "done"
