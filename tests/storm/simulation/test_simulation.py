"""The simulation in its short form: some seeds hold, and each mutant is caught."""

import pytest

from tests.storm.simulation import campaign, hunt
from tests.storm.simulation.campaign import Range, play
from tests.storm.simulation.mutants import MUTANTS


def test_no_text_is_lost_sent_twice_or_out_of_order_in_any_seed() -> None:
    told: list[str] = []
    assert campaign.run(told.append, 1, True), "\n".join(told)
    assert any("violations: 0 seeds" in line for line in told)


@pytest.mark.parametrize("mutant", MUTANTS)
def test_each_mutant_is_caught(mutant: str) -> None:
    assert hunt.hunt(mutant, hunt.near(mutant)) is not None


def test_a_seed_is_played_alike_each_time() -> None:
    first, again = (list(play(Range(3, 3))) for _ in range(2))
    assert [each.trace for each in first] == [each.trace for each in again]
