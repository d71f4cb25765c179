"""Texts that come in, by whatever way, and what rulebooks make of them."""

import re

from router.flows.publish import publish_folder
from router.flows.receive import receive
from router.flows.reconcile import reconcile
from router.flows.rulebooks.rollback import roll_back
from router.flows.spool import drain_spool, spool
from router.flows.world import World
from tests.storm.crashes.recovery import tick
from tests.storm.crashes.scenario import Scenario
from tests.storm.crashes.stage import BEN, BOOK, FILE, TENANT, Stage, save_book
from tests.storm.crashes.texts import last_body

CODE = re.compile(r"\b[0-9]{6}\b")
OTHER_BOOK = BOOK.replace('soon: {en: "Soon."}', 'soon: {en: "At once."}')
BROKEN_BOOK = BOOK.replace("teams:", "tems:")


def _text(name: str, body: str, *before: str) -> Scenario:
    def prepare(stage: Stage) -> None:
        stage.texts(*before)
        stage.notes["inbound"] = stage.hear(body)

    return Scenario(name, deliver, prepare)


def deliver(stage: Stage, world: World) -> None:
    """The carrier delivers the text."""
    receive(world, stage.notes["inbound"])


def ask_to_be_erased(stage: Stage) -> None:
    """Somebody texts DELETE, and then the code, which nobody has delivered yet."""
    stage.texts("tea", "DELETE")
    tick(stage, stage.world)
    found = CODE.search(last_body(stage))
    assert found is not None
    stage.notes["inbound"] = stage.hear(found[0])


def _spool_two(stage: Stage) -> None:
    spool(stage.world, stage.hear("tea"))
    spool(stage.world, stage.hear("owner", BEN))


def _lose_two(stage: Stage) -> None:
    """The webhook and its retries never came."""
    stage.hear("tea")
    stage.hear("owner", BEN)
    stage.now.advance(minutes=3)


def _save(text: str) -> Scenario:
    def prepare(stage: Stage) -> None:
        stage.texts("tea")
        save_book(stage.settings, text)

    is_good = text == OTHER_BOOK
    name = "a rulebook is published" if is_good else "a broken rulebook is refused"
    return Scenario(name, _publish, prepare)


def _publish(stage: Stage, world: World) -> None:
    publish_folder(world, stage.settings.rules_dir)


def _mend(stage: Stage) -> None:
    save_book(stage.settings, BROKEN_BOOK)
    _publish(stage, stage.world)
    save_book(stage.settings, BOOK)


def _take_away(stage: Stage) -> None:
    (stage.settings.rules_dir / FILE).unlink()


def _publish_another(stage: Stage) -> None:
    save_book(stage.settings, OTHER_BOOK)
    _publish(stage, stage.world)


SCENARIOS = (
    _text("a first text is received", "tea"),
    _text("a text of somebody known", "owner", "tea"),
    _text("STOP", "STOP", "tea"),
    _text("STOP out of nowhere", "STOP"),
    _text("START after STOP", "START", "tea", "STOP"),
    _text("HELP", "HELP"),
    _text("words that may be an opt-out", "not interested", "tea"),
    _text("DELETE", "DELETE", "tea"),
    _text("an enrollment begins", "SUMMIT26"),
    _text("an enrollment ends", "Anna", "SUMMIT26"),
    _text("a text that sets a timer", "slow"),
    _text("a text of which staff is told", "fire"),
    Scenario("a deletion is confirmed", deliver, ask_to_be_erased),
    Scenario("the spool is drained", lambda _, world: drain_spool(world), _spool_two),
    Scenario("the log is read", lambda stage, world: reconcile(world, stage.carrier), _lose_two),
    _save(OTHER_BOOK),
    _save(BROKEN_BOOK),
    Scenario("a broken rulebook is mended", _publish, _mend),
    Scenario("the file of a rulebook is missed", _publish, _take_away),
    Scenario(
        "a rulebook is taken back",
        lambda _, world: roll_back(world, TENANT, "carol", 1),
        _publish_another,
        again="undone",
    ),
)
