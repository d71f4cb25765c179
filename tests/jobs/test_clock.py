"""The clock: one chore's fault stops no other."""

from router.jobs.clock import Chore
from router.store.engine import DatabaseDown


def test_a_chore_that_fails_waits_longer_each_time_and_recovers() -> None:
    runs: list[bool] = []

    def run() -> None:
        runs.append(len(runs) < 2)
        if runs[-1]:
            raise DatabaseDown("gone")

    chore = Chore("any", 1.0, run)
    for second in range(8):
        chore.run_if_due(float(second))
    assert runs == [True, True, False, False]
    assert chore.failures == 0
