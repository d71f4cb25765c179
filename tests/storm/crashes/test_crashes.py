"""The crash points in their short form: some flows die, and nothing is otherwise for it."""

from pathlib import Path

from router.carrier.api import Accepted
from router.flows.sending.outcomes import record_all
from router.flows.world import World
from tests.storm.crashes.campaign import choose, examine, tell
from tests.storm.crashes.scenario import Scenario
from tests.storm.crashes.sending import claim_all, with_texts
from tests.storm.crashes.stage import Stage, open_stage


def test_a_death_at_a_commit_makes_no_difference(
    database: str, database_url: str, tmp_path: Path
) -> None:
    told: list[str] = []
    with open_stage(database, database_url, tmp_path / "inn") as stage:
        scenarios, chance = choose(26)
        assert tell(told.append, stage, scenarios, chance), "\n".join(told)


def test_what_is_handed_over_before_it_is_claimed_is_found(
    tmp_path: Path, sqlite_template: Path
) -> None:
    def act(stage: Stage, world: World) -> None:
        stage.carrier.hear("+16125550100", "+16125550001", "Soon.")
        for claimed in claim_all(stage, world):
            record_all(world, [(claimed, Accepted("SM1", "queued"))])

    with open_stage("sqlite", f"sqlite:///{tmp_path / 'inn.sqlite'}", tmp_path / "inn") as stage:
        found = examine(stage, Scenario("carelessly sent", act, with_texts()))
    assert any("carrier: too many" in each for each in found.wrong)
