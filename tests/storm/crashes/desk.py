"""What staff does, each in one transaction."""

from collections.abc import Callable

from router.flows import inbox
from router.flows.acting import Acted
from router.flows.consent import desk
from router.flows.handing import hand_to_colleague, hand_to_team, release
from router.flows.letter import Letter, reply
from router.flows.replay.replaying import Asker, Replay, begin
from router.flows.sending.review import Choice, decide
from router.flows.shifts import set_shift
from router.flows.snooze import snooze, wake_up
from router.flows.world import World
from tests.storm.crashes.accounts import hire_dave
from tests.storm.crashes.plain_carrier import End
from tests.storm.crashes.recovery import tick
from tests.storm.crashes.scenario import Prepare, Scenario
from tests.storm.crashes.sending import LOST, send_all
from tests.storm.crashes.stage import BEGAN_AT, BOOK, FILE, TENANT, Stage
from tests.storm.crashes.texts import outgoing

OnThread = Callable[[Stage, World, str], Acted]
MANY = 21  # texts one after the other: one more than is answered


def _thread(stage: Stage) -> str:
    return str(outgoing(stage)[0].thread_id)


def _on_thread(name: str, act: OnThread, prepare: Prepare | None = None) -> Scenario:
    def act_unrefused(stage: Stage, world: World) -> None:
        acted = act(stage, world, _thread(stage))
        assert acted.refusal is None, acted.refusal

    return Scenario(name, act_unrefused, prepare or _texted("tea"), again="undone")


def _texted(*bodies: str) -> Prepare:
    return lambda stage: stage.texts(*bodies)


def _after(act: OnThread) -> Prepare:
    """Somebody has texted, and staff has done that."""

    def prepare(stage: Stage) -> None:
        stage.texts("tea")
        act(stage, stage.world, _thread(stage))
        stage.now.advance(minutes=6)

    return prepare


def _with_dave(stage: Stage) -> None:
    stage.texts("tea")
    hire_dave(stage, stage.world)


def _in_review(stage: Stage) -> None:
    """A text of which nothing was ever found out."""
    stage.texts("DELETE")
    stage.carrier.ends.append(End(LOST))
    send_all(stage, stage.world)
    for minutes in (3, 9):
        stage.now.advance(minutes=minutes)
        tick(stage, stage.world)


def _decide(choice: Choice) -> Scenario:
    def act(stage: Stage, world: World) -> None:
        row = outgoing(stage)[0]
        decide(world, stage.staff, row.thread_id, row.id, choice)

    return Scenario(f"in review: {choice}", act, _in_review, again="undone")


def _claim(stage: Stage, world: World, thread_id: str) -> Acted:
    return inbox.claim(world, stage.staff, thread_id)


def _opt_out(stage: Stage, world: World, thread_id: str) -> Acted:
    return desk.record_opt_out(world, stage.staff, thread_id, "by phone")


def _block(stage: Stage, world: World, thread_id: str) -> Acted:
    return desk.block(world, stage.staff, thread_id, "abuse")


def _snooze(stage: Stage, world: World, thread_id: str) -> Acted:
    return snooze(world, stage.staff, thread_id, "hour")


def _agree(stage: Stage, world: World, thread_id: str) -> Acted:
    return desk.record_consent(world, stage.staff, thread_id, "marketing", "signed at check-in")


def _replay(_: Stage, world: World) -> None:
    begin(world, Replay(TENANT, FILE, BOOK, "h" * 64, BEGAN_AT), Asker("carol"))


_DOUBT = _texted("tea", "not interested")

SCENARIOS = (
    _on_thread("staff takes a thread", _claim),
    _on_thread("staff closes it", lambda s, w, t: inbox.close(w, s.staff, t)),
    _on_thread("staff answers", lambda s, w, t: reply(w, s.staff, t, Letter("On its way."))),
    _on_thread("staff hands it on", lambda s, w, t: hand_to_team(w, s.staff, t, "boss")),
    _on_thread(
        "staff hands it to a colleague",
        lambda s, w, t: hand_to_colleague(w, s.staff, t, "dave"),
        _with_dave,
    ),
    _on_thread("staff gives it back", lambda s, w, t: release(w, s.staff, t), _after(_claim)),
    _on_thread("staff snoozes it", _snooze),
    _on_thread("staff wakes it up", lambda s, w, t: wake_up(w, s.staff, t), _after(_snooze)),
    _on_thread("staff notes an opt-out", _opt_out),
    _on_thread("staff notes that a text in doubt was one", _opt_out, _DOUBT),
    _on_thread(
        "staff takes an opt-out back",
        lambda s, w, t: desk.correct_opt_out(w, s.staff, t, "somebody else called"),
        _after(_opt_out),
    ),
    _on_thread(
        "staff sees that a text in doubt was none",
        lambda s, w, t: desk.keep(w, s.staff, t),
        _DOUBT,
    ),
    _on_thread("staff notes a consent", _agree),
    _on_thread("staff blocks", _block),
    _on_thread("staff unblocks", lambda s, w, t: desk.unblock(w, s.staff, t), _after(_block)),
    _on_thread(
        "staff has seen a flag",
        lambda s, w, t: desk.clear_flags(w, s.staff, t),
        _texted(*["tea"] * MANY),
    ),
    Scenario(
        "a shift ends",
        lambda _, world: set_shift(world, TENANT, "carol", on=False),
        _texted("swim"),
        again="undone",
    ),
    Scenario("recorded texts are opened", _replay, _texted("tea", "owner"), again="undone"),
    _decide("again"),
    _decide("arrived"),
)
