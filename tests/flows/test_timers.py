"""Timers: ten silent minutes, and everything that ends them."""

import threading
from collections.abc import Callable

from sqlalchemy import update
from sqlmodel import col

from router.flows.inbox import close
from router.flows.letter import Letter, reply
from router.flows.staff import StaffIdentity
from router.flows.timers import fire_due
from router.store.tables import Timer
from tests.flows.conftest import Person

BROKEN = "the shower is broken"


def test_ten_silent_minutes_bring_the_duty_manager(
    alice: Person, advance: Callable[..., None]
) -> None:
    alice.texts(BROKEN)
    advance(minutes=9)
    assert not fire_due(alice.world).threads
    advance(minutes=2)
    assert fire_due(alice.world).senders
    assert alice.thread["team"] == "duty-manager"
    assert alice.replies()[-1] == "waiting"


def test_a_timer_fires_once_however_many_clocks_run(
    alice: Person, advance: Callable[..., None]
) -> None:
    alice.texts(BROKEN)
    advance(minutes=11)
    clocks = [threading.Thread(target=fire_due, args=(alice.world,)) for _ in range(5)]
    for clock in clocks:
        clock.start()
    for clock in clocks:
        clock.join()
    assert alice.replies().count("waiting") == 1


def test_an_answered_thread_is_not_escalated(
    alice: Person, clerk: StaffIdentity, advance: Callable[..., None]
) -> None:
    alice.texts(BROKEN)
    reply(alice.world, clerk, alice.thread["id"], Letter("On our way."))
    advance(minutes=11)
    fire_due(alice.world)
    assert alice.thread["team"] == "engineering"


def test_a_closed_thread_is_not_escalated(
    alice: Person, clerk: StaffIdentity, advance: Callable[..., None]
) -> None:
    alice.texts(BROKEN)
    close(alice.world, clerk, alice.thread["id"])
    advance(minutes=11)
    fire_due(alice.world)
    assert alice.thread["state"] == "closed"


def test_after_an_opt_out_an_escalation_moves_the_thread_silently(
    alice: Person, advance: Callable[..., None]
) -> None:
    alice.texts(BROKEN)
    alice.texts("STOP")
    advance(minutes=11)
    fire_due(alice.world)
    assert alice.thread["team"] == "duty-manager"
    assert alice.messages[-1]["state"] == "suppressed"


def test_a_rule_waits_once_however_often_it_matches(
    alice: Person, advance: Callable[..., None]
) -> None:
    alice.texts(BROKEN)
    advance(minutes=5)
    alice.texts("it is still broken")
    advance(minutes=6)
    fire_due(alice.world)
    advance(minutes=6)
    fire_due(alice.world)
    assert alice.replies().count("waiting") == 1


def test_what_is_asked_again_after_an_answer_is_escalated_again(
    alice: Person, clerk: StaffIdentity, advance: Callable[..., None]
) -> None:
    alice.texts(BROKEN)
    advance(minutes=2)
    reply(alice.world, clerk, alice.thread["id"], Letter("On our way."))
    advance(minutes=3)
    alice.texts("it is broken again")
    advance(minutes=9)
    fire_due(alice.world)
    assert "waiting" not in alice.replies()
    advance(minutes=2)
    fire_due(alice.world)
    assert alice.replies()[-1] == "waiting"


def test_a_timer_that_cannot_fire_holds_up_no_other(
    alice: Person, bob: Person, advance: Callable[..., None]
) -> None:
    alice.texts("the shower is broken")
    bob.texts("the shower is broken")
    with alice.world.store.write() as connection:
        broken = update(Timer).where(col(Timer.thread_id) == alice.thread["id"])
        connection.execute(broken.values(payload=b"nothing that opens"))
    advance(minutes=11)
    fire_due(alice.world)
    assert (alice.thread["team"], bob.thread["team"]) == ("engineering", "duty-manager")
