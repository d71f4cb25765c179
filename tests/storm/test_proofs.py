"""The simulation, its mutants and the crash points, in their short form."""

from tests.storm.crashes import dying
from tests.storm.simulation import campaign, hunt
from tests.storm.simulation.campaign import Range, play


def test_whatever_dies_or_pauses_nothing_is_lost_twice_or_out_of_order() -> None:
    told: list[str] = []
    assert campaign.run(told.append, 26, True), "\n".join(told)
    assert any("violations: 0" in line for line in told)


def test_each_fault_that_is_put_into_the_program_is_found() -> None:
    told: list[str] = []
    assert hunt.run(told.append, 26, True), "\n".join(told)
    assert sum("caught by seed" in line for line in told) == 7


def test_dying_at_a_boundary_changes_no_outcome() -> None:
    told: list[str] = []
    assert dying.run(told.append, 26, True), "\n".join(told)
    assert sum("another outcome: 0" in line for line in told) == 18


def test_a_seed_is_played_alike_each_time() -> None:
    first, again = (list(play(Range(3, 3))) for _ in range(2))
    assert [each.trace for each in first] == [each.trace for each in again]
