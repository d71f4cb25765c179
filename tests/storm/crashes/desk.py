"""What staff does, each in one transaction."""

from collections.abc import Callable

from router.flows import inbox
from router.flows.consent import desk
from router.flows.handing import hand_to_team, release
from router.flows.letter import Letter, reply
from router.flows.sending.review import decide
from router.flows.shifts import set_shift
from router.flows.snooze import snooze
from router.flows.world import World
from tests.storm.crashes.plain_carrier import End
from tests.storm.crashes.recovery import tick
from tests.storm.crashes.scenario import Scenario
from tests.storm.crashes.sending import LOST, send_all
from tests.storm.crashes.stage import TENANT, Stage
from tests.storm.crashes.texts import outgoing


def _thread(stage: Stage) -> str:
    return str(outgoing(stage)[0].thread_id)


def _on_thread(name: str, act: Callable[[Stage, World, str], object]) -> Scenario:
    return Scenario(
        name,
        lambda stage, world: act(stage, world, _thread(stage)),
        lambda stage: stage.texts("tea"),
        again="undone",
    )


def _in_review(stage: Stage) -> None:
    """A text of which nothing was ever found out."""
    stage.texts("DELETE")
    stage.carrier.ends.append(End(LOST))
    send_all(stage, stage.world)
    for minutes in (3, 9):
        stage.now.advance(minutes=minutes)
        tick(stage, stage.world)


def _decide(choice: str) -> Scenario:
    def act(stage: Stage, world: World) -> None:
        row = outgoing(stage)[0]
        decide(world, stage.staff, row.thread_id, row.id, choice)

    return Scenario(f"in review: {choice}", act, _in_review, again="undone")


SCENARIOS = (
    _on_thread("staff takes a thread", lambda s, w, t: inbox.claim(w, s.staff, t)),
    _on_thread("staff closes it", lambda s, w, t: inbox.close(w, s.staff, t)),
    _on_thread("staff answers", lambda s, w, t: reply(w, s.staff, t, Letter("On its way."))),
    _on_thread("staff hands it on", lambda s, w, t: hand_to_team(w, s.staff, t, "boss")),
    _on_thread("staff gives it back", lambda s, w, t: release(w, s.staff, t)),
    _on_thread("staff snoozes it", lambda s, w, t: snooze(w, s.staff, t, "hour")),
    _on_thread(
        "staff notes an opt-out", lambda s, w, t: desk.record_opt_out(w, s.staff, t, "by phone")
    ),
    _on_thread("staff blocks", lambda s, w, t: desk.block(w, s.staff, t, "abuse")),
    _on_thread("a shift ends", lambda s, w, t: set_shift(w, TENANT, "carol", on=False)),
    _decide("again"),
    _decide("arrived"),
)
