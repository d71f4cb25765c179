"""The carrier refuses the account: it is told which numbers stand still, until they go on."""

from collections.abc import Callable

from sqlalchemy import update
from sqlmodel import col

from router.flows.sending.stopped import stopped_senders
from router.store.tables import Number
from tests.flows.conftest import MAIN, TENANT, Line, Person


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


def test_a_pause_that_is_over_with_nothing_left_to_try_is_not_told(
    alice: Person, advance: Callable[..., None]
) -> None:
    with alice.world.store.write() as connection:
        paused = {"paused_code": 30002, "paused_until": alice.world.now()}
        connection.execute(update(Number).where(col(Number.address) == MAIN).values(paused))
    advance(seconds=1)
    assert stopped_senders(alice.world) == []
