"""The flows in which a process may die: what stands before, what is done, and done again after."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

from sqlalchemy import select, update
from sqlmodel import col

from router.carrier.api import StatusUpdate
from router.flows.assign.queue import drain_queues
from router.flows.privacy.erase import erase
from router.flows.publish import publish_folder
from router.flows.receive import receive
from router.flows.reconcile import reconcile
from router.flows.release import release_due
from router.flows.senders import find_sender
from router.flows.sending.claims import claim
from router.flows.sending.review import decide
from router.flows.sending.status import record_status
from router.flows.shifts import set_shift
from router.flows.spool import drain_spool, spool
from router.flows.sweep import sweep
from router.flows.timers import fire_due
from router.store.tables import Message, Thread
from tests.storm.crashes.scene import TENANT, Scene

Act = Callable[[], object]


@dataclass(frozen=True, slots=True)
class Flow:
    """`prepare` brings a scene to where the flow begins, and gives what is done: once, and again by
    whoever does it again (the carrier, the clock, the bell) where the process died.
    """

    name: str
    prepare: Callable[[Scene], Act]


def _hears(*before: str, last: str) -> Callable[[Scene], Act]:
    def prepare(scene: Scene) -> Act:
        for body in before:
            scene.texts(body)
        text = scene.text(last)
        return lambda: receive(scene.world, text)

    return prepare


def _hears_code(scene: Scene) -> Act:
    text = scene.text(_asked_to_delete(scene))
    return lambda: receive(scene.world, text)


def _asked_to_delete(scene: Scene) -> str:
    scene.texts("DELETE")
    scene.later(seconds=3)
    scene.send()
    return scene.code()


def _sends(scene: Scene) -> Act:
    scene.texts("towels")
    scene.texts("soap please")
    scene.later(seconds=3)
    return scene.send


def _hears_of_delivery(scene: Scene) -> Act:
    _sends(scene)()
    sent = next(one for one in scene.messages if one["direction"] == "out")
    news = StatusUpdate(sent["sid"], "delivered", None, sent["id"], 1, TENANT)
    return lambda: record_status(scene.world, news)


def _settles(scene: Scene) -> Act:
    scene.texts("towels")
    scene.later(seconds=3)
    for sender_id in sweep(scene.world).senders:
        with scene.world.store.read() as connection:
            sender = find_sender(connection, sender_id)
        assert sender is not None
        claim(scene.world, sender, 32)  # by somebody who is never heard of again
    scene.later(minutes=3)
    return scene.settle


def _fires(scene: Scene) -> Act:
    scene.texts("the shower is broken")
    scene.later(minutes=11)
    return lambda: fire_due(scene.world)


def _releases(scene: Scene) -> Act:
    scene.texts("towels")
    with scene.world.store.write() as connection:
        theirs = select(col(Thread.id)).where(col(Thread.id) == scene.thread_id)
        connection.execute(
            update(Message)
            .where(col(Message.thread_id).in_(theirs), col(Message.state) == "queued")
            .values(state="held", reason="quiet_hours", not_before=scene.now())
        )
    scene.later(minutes=1)
    return lambda: release_due(scene.world)


def _queues(scene: Scene) -> Act:
    shift = partial(set_shift, scene.world, TENANT, scene.staff.handle)
    shift(on=False)
    scene.texts("I would like to talk to somebody")
    shift(on=True)
    return lambda: drain_queues(scene.world)


def _erases(scene: Scene) -> Act:
    scene.texts(_asked_to_delete(scene))
    scene.later(minutes=1)
    (mine,) = sweep(scene.world).erasures
    return lambda: erase(scene.world, scene.desk, *mine)


def _takes_spool_in(scene: Scene) -> Act:
    spool(scene.world, scene.text("towels"))
    return lambda: drain_spool(scene.world)


def _reconciles(scene: Scene) -> Act:
    scene.desk.hear(scene.text("towels"))
    scene.later(minutes=2)
    return lambda: reconcile(scene.world, scene.desk)


def _decides(scene: Scene) -> Act:
    scene.texts("towels")
    with scene.world.store.write() as connection:
        mine = (col(Message.thread_id) == scene.thread_id, col(Message.state) == "queued")
        connection.execute(update(Message).where(*mine).values(state="review"))
    message = next(one["id"] for one in scene.messages if one["direction"] == "out")
    return lambda: decide(scene.world, scene.staff, scene.thread_id, message, "again")


def _publishes(scene: Scene) -> Act:
    folder = scene.world.settings.rules_dir
    book = folder / "grand-hotel.yaml"
    book.write_text(f"{book.read_text()}\n# {scene.phone}\n")
    return lambda: publish_folder(scene.world, folder)


FLOWS = (
    Flow("a text", _hears(last="towels")),
    Flow("a second text", _hears("hello", last="soap please")),
    Flow("STOP", _hears("towels", last="STOP")),
    Flow("START", _hears("STOP", last="START")),
    Flow("an enrollment", _hears("SUMMIT26", last="YES")),
    Flow("DELETE", _hears("hello", last="DELETE")),
    Flow("a deletion's code", _hears_code),
    Flow("sending", _sends),
    Flow("a status callback", _hears_of_delivery),
    Flow("settling", _settles),
    Flow("timers", _fires),
    Flow("release", _releases),
    Flow("queues", _queues),
    Flow("an erasure", _erases),
    Flow("the spool", _takes_spool_in),
    Flow("reconciling", _reconciles),
    Flow("a decision about a text in doubt", _decides),
    Flow("publishing", _publishes),
)
