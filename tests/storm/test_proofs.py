"""The simulation and its mutants in their short form; and that every flow has its crash points."""

from pathlib import Path

from tests.storm.crashes.campaign import SCENARIOS
from tests.storm.crashes.reach import reach_of, writers
from tests.storm.crashes.stage import open_stage
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


def test_a_seed_is_played_alike_each_time() -> None:
    first, again = (list(play(Range(3, 3))) for _ in range(2))
    assert [each.trace for each in first] == [each.trace for each in again]


def test_whatever_writes_to_the_database_is_played_with_a_death_at_its_commit(
    tmp_path: Path,
) -> None:
    url = f"sqlite:///{tmp_path / 'inn.sqlite'}"
    with open_stage("sqlite", url, tmp_path / "inn") as stage:
        reach = reach_of(stage, url, SCENARIOS)
    assert writers() - reach.functions == set(), "add scenarios to tests/storm/crashes"
    assert reach.idle == []
