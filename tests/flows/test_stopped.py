"""The carrier refuses the account: it is told which numbers stand still, until they go on."""

from collections.abc import Callable

import pytest
from sqlalchemy import update
from sqlmodel import col
from structlog.testing import capture_logs

from router.carrier.api import Accepted, Delay, Outcome, Refused, Unknown
from router.flows.senders import find_receiver
from router.flows.sending.claims import Claim, claim
from router.flows.sending.hands import NOT_BEGUN
from router.flows.sending.outcomes import record
from router.flows.sending.stopped import stopped_senders
from router.flows.world import World
from router.store.tables import Number
from tests.flows.conftest import MAIN, TENANT, Line, Person, wait_for


def test_a_refused_account_names_the_number_and_what_waits_until_it_works_again(
    alice: Person, bob: Person, line: Line, advance: Callable[..., None]
) -> None:
    world = alice.world
    assert stopped_senders(world) == []
    line.breaks(on="create", kind="401", times=None)
    alice.texts("towels")
    bob.texts("towels")
    line.drain()
    (stopped,) = stopped_senders(world, TENANT)
    assert (stopped.address, stopped.code, stopped.waiting) == (MAIN, 20003, 2)
    assert stopped.since is not None
    assert stopped_senders(world, "another") == []
    advance(minutes=6)
    assert stopped_senders(world) == [stopped], "what waits has not been tried yet"
    line.simulator.faults.clear()
    line.drain()
    assert stopped_senders(world) == []


def states(*people: Person) -> list[str]:
    return [one["state"] for who in people for one in who.messages if one["direction"] == "out"]


def test_an_account_that_is_refused_by_callback_stops_the_number_and_is_probed_later(
    alice: Person, bob: Person, line: Line, advance: Callable[..., None]
) -> None:
    line.breaks(on="delivery", kind="failed", code=30002, times=2)
    alice.texts("towels")
    bob.texts("towels")
    line.drain()
    wait_for(lambda: states(alice, bob) == ["failed", "failed"])
    alice.texts("soap please")
    bob.texts("soap please")
    line.drain()
    (stopped,) = stopped_senders(alice.world)
    assert (stopped.address, stopped.code, stopped.waiting) == (MAIN, 30002, 2)
    assert len(line.log(alice) + line.log(bob)) == 2, "nothing leaves while it is stopped"
    advance(minutes=6)
    probe, rest = claimed(alice.world), claimed(alice.world)
    assert [one.is_probe for one in probe] == [True]
    assert rest == ()
    record(alice.world, probe[0], Accepted("SMprobe", "queued"))
    assert stopped_senders(alice.world) == []
    assert len(claimed(alice.world)) == 1


TAKEN_AND_REFUSED = Accepted("SMprobe", "failed", 20003)


@pytest.mark.parametrize(
    "outcome", [Unknown("no answer"), Delay(20429, 300.0), NOT_BEGUN, TAKEN_AND_REFUSED]
)
def test_a_probe_that_proves_nothing_lifts_neither_the_stop_nor_a_pause(
    alice: Person, bob: Person, advance: Callable[..., None], outcome: Outcome
) -> None:
    world = alice.world
    probe = probing(alice, bob, advance)
    record(world, probe, outcome)
    assert [one.code for one in stopped_senders(world)] == [20003]
    assert claimed(world) == (), "while the probe's lease runs, and no pause is over"
    advance(minutes=6)
    (another,) = claimed(world)
    assert another.is_probe


@pytest.mark.parametrize("outcome", [Accepted("SMprobe", "queued"), Refused(21408, "permanent")])
def test_a_probe_that_the_carrier_judged_by_itself_lifts_the_stop(
    alice: Person, bob: Person, advance: Callable[..., None], outcome: Outcome
) -> None:
    probe = probing(alice, bob, advance)
    record(alice.world, probe, outcome)
    assert stopped_senders(alice.world) == []
    (next_one,) = claimed(alice.world)
    assert not next_one.is_probe


def test_a_number_that_stops_is_told_once_by_its_id_and_the_code(
    alice: Person, bob: Person, advance: Callable[..., None]
) -> None:
    with capture_logs() as logs:
        probe = probing(alice, bob, advance)
        record(alice.world, probe, Refused(20003, "stop_sender"))
    (told,) = logs
    assert told == {
        "event": "sender_stopped",
        "log_level": "warning",
        "tenant": TENANT,
        "sender": probe.sender_id,
        "code": 20003,
    }


def probing(alice: Person, bob: Person, advance: Callable[..., None]) -> Claim:
    """The account was refused for two texts; this one finds out whether it still is."""
    alice.texts("towels")
    bob.texts("towels")
    for each in claimed(alice.world):
        record(alice.world, each, Refused(20003, "stop_sender"))
    advance(minutes=6)
    (probe,) = claimed(alice.world)
    return probe


def claimed(world: World) -> tuple[Claim, ...]:
    with world.store.read() as connection:
        sender = find_receiver(connection, MAIN, None)
    assert sender is not None
    return claim(world, sender, 10).messages


def test_a_pause_that_is_over_with_nothing_left_to_try_is_not_told(
    alice: Person, advance: Callable[..., None]
) -> None:
    with alice.world.store.write() as connection:
        paused = {"paused_code": 30002, "paused_until": alice.world.now()}
        connection.execute(update(Number).where(col(Number.address) == MAIN).values(paused))
    advance(seconds=1)
    assert stopped_senders(alice.world) == []
