"""What the clock finds out or puts away by itself, and what it writes down of itself."""

from dataclasses import replace
from datetime import timedelta

from router.carrier.api import StatusUpdate
from router.flows.ahead import set_right
from router.flows.publish import publish_folder
from router.flows.restoring.age import beat
from router.flows.sending.outcomes import record_all
from router.flows.sending.settle import unsettled
from router.flows.sending.status import record_status
from router.flows.sending.strays import keep_stray, tend_strays
from router.flows.sending.unheard import ask_after
from router.flows.world import World
from tests.storm.crashes.incoming import BROKEN_BOOK
from tests.storm.crashes.plain_carrier import End
from tests.storm.crashes.scenario import Scenario
from tests.storm.crashes.sending import LOST, claim_all, hand_over, send_all, settle_all, with_texts
from tests.storm.crashes.stage import MAIN, Stage, save_book
from tests.storm.crashes.texts import outgoing

UNREACHABLE = 30005
OTHER_FILE = "annex.yaml"


def _not_delivered(stage: Stage) -> None:
    """Every text has failed since, and no callback told us."""
    send_all(stage, stage.world)
    for sid, listed in stage.carrier.log.items():
        if listed.direction != "inbound":
            failed = replace(listed, status="undelivered", error_code=UNREACHABLE)
            stage.carrier.log[sid] = failed


def _unheard(stage: Stage) -> None:
    with_texts()(stage)
    _not_delivered(stage)
    stage.now.advance(minutes=21)


def _news_of(sid: str) -> StatusUpdate:
    return StatusUpdate(sid, "undelivered", UNREACHABLE, from_address=MAIN)


def _strays(stage: Stage) -> None:
    """Statuses were kept: of a SID that no text of ours ever bore, and of one that is known now."""
    record_status(stage.world, _news_of("SM" + "0" * 32))
    stage.now.advance(minutes=61)
    with_texts()(stage)
    send_all(stage, stage.world)
    with stage.world.store.write() as connection:
        keep_stray(stage.world, connection, _news_of(outgoing(stage)[0].sid))


def _told_early(stage: Stage) -> None:
    """The carrier calls back by the SID alone, before its answer has been written down."""
    with_texts()(stage)
    stage.notes["handed"] = hand_over(stage, claim_all(stage, stage.world))
    sids = [sid for sid, one in stage.carrier.log.items() if one.direction != "inbound"]
    record_status(stage.world, _news_of(sids[0]))


def _sender_died(stage: Stage) -> None:
    """Texts were handed over, and then their process died; their leases have run out."""
    with_texts()(stage)
    hand_over(stage, claim_all(stage, stage.world))
    stage.now.advance(seconds=70)


def _failed_in_doubt(stage: Stage) -> None:
    """What became of the texts is not known, and the log shows that they have failed."""
    with_texts(End(LOST, is_taken=True))(stage)
    _not_delivered(stage)
    stage.now.advance(seconds=125)


def _tried_ahead(stage: Stage) -> None:
    """A clock that was ahead has tried to send, in vain, and has been set right."""
    with_texts()(stage)
    ahead = replace(stage.world, now=lambda: stage.now() + timedelta(hours=9))
    record_all(ahead, [(each, LOST) for each in claim_all(stage, ahead)])


def _file_comes(stage: Stage) -> None:
    """A file that is nobody's rulebook is refused, and then taken away."""
    save_book(stage.settings, BROKEN_BOOK.replace("tenant: inn", "tenant: annex"), OTHER_FILE)
    publish_folder(stage.world, stage.settings.rules_dir)
    (stage.settings.rules_dir / OTHER_FILE).unlink()


def _publish(stage: Stage, world: World) -> None:
    publish_folder(world, stage.settings.rules_dir)


SCENARIOS = (
    Scenario("the carrier is asked after", lambda s, w: ask_after(w, s.carrier), _unheard),
    Scenario("strays are tended", lambda _, world: tend_strays(world), _strays),
    Scenario(
        "news comes before the answer",
        lambda stage, world: record_all(world, stage.notes["handed"]),
        _told_early,
        again="never",
    ),
    Scenario("leases have run out", lambda _, world: unsettled(world), _sender_died),
    Scenario("in doubt, and failed in the log", settle_all, _failed_in_doubt),
    Scenario("what a wrong clock wrote is set right", lambda _, w: set_right(w), _tried_ahead),
    Scenario("the clock goes round", lambda _, world: beat(world), lambda _: None),
    Scenario("a refused file is taken away", _publish, _file_comes),
)
