"""Texts that go out: claimed, recorded, reported on, settled, given up."""

from collections.abc import Callable

from router.carrier.api import Delay, Outcome, Outgoing, Refused, StatusUpdate, Unknown
from router.flows.assign.queue import drain_queues
from router.flows.dispatches.send import send_dispatches
from router.flows.privacy.erase import erase
from router.flows.release import release_due
from router.flows.senders import all_senders
from router.flows.sending.claims import Claim, claim
from router.flows.sending.outcomes import record_all
from router.flows.sending.settle import settle, unsettled
from router.flows.sending.status import record_status
from router.flows.sending.stranded import let_go_stranded
from router.flows.shifts import set_shift
from router.flows.sweep import sweep
from router.flows.timers import fire_due
from router.flows.world import World
from tests.storm.crashes.incoming import ask_to_be_erased, deliver
from tests.storm.crashes.plain_carrier import End
from tests.storm.crashes.recovery import tick
from tests.storm.crashes.scenario import Prepare, Scenario
from tests.storm.crashes.stage import ANNA, BEN, BOOK, CLARA, SECOND, TENANT, Stage, save_book
from tests.storm.crashes.texts import outgoing

LOST = Unknown("no whole answer")
SMALLER_BOOK = BOOK.replace('  second: "+16125550199"\n', "")


def send_all(stage: Stage, world: World) -> None:
    """As the pump does: claim, hand over, write down, until there is nothing left."""
    while claims := claim_all(stage, world):
        record_all(world, hand_over(stage, claims))


def claim_all(stage: Stage, world: World) -> list[Claim]:
    """What all our numbers have to send now."""
    with world.store.read() as connection:
        senders = all_senders(connection)
    return [each for sender in senders for each in claim(world, sender, 10).messages]


def hand_over(stage: Stage, claims: list[Claim]) -> list[tuple[Claim, Outcome]]:
    """Have the carrier send these."""
    return [(each, stage.carrier.send(_outgoing(each))) for each in claims]


def _outgoing(claimed: Claim) -> Outgoing:
    return Outgoing(claimed.to, claimed.number, claimed.body, None, "", claimed.deadline)


def with_texts(*ends: End, body: str = "tea", barred: Refused | None = None) -> Prepare:
    """Two people have texted; the first sends end like that, or those to the first of them."""

    def prepare(stage: Stage) -> None:
        stage.texts(body, "owner")
        stage.texts("tea", from_address=BEN)
        stage.carrier.ends.extend(ends)
        if barred:
            stage.carrier.bars[ANNA] = barred

    return prepare


def _in_doubt(*, taken: bool, body: str = "tea") -> Prepare:
    """A text is in doubt for longer than the grace, and another bears witness."""

    def prepare(stage: Stage) -> None:
        with_texts(End(LOST, is_taken=taken), body=body)(stage)
        send_all(stage, stage.world)
        stage.now.advance(seconds=125)
        stage.texts("tea", from_address=BEN)
        send_all(stage, stage.world)

    return prepare


def settle_all(stage: Stage, world: World) -> None:
    """Settle what is in doubt."""
    for sender_id in unsettled(stage.world):
        settle(world, stage.carrier, sender_id)


def _sent(stage: Stage) -> None:
    with_texts()(stage)
    send_all(stage, stage.world)


def report(status: str, code: int | None = None) -> Callable[[Stage, World], None]:
    """The carrier calls back about the first of our texts."""

    def act(stage: Stage, world: World) -> None:
        row = outgoing(stage)[0]
        sid = row.first_sid or row.sid
        record_status(world, StatusUpdate(sid, status, code, row.id, 1, TENANT))

    return act


def _held_for_a_retry(stage: Stage) -> None:
    _sent(stage)
    report("undelivered", 30003)(stage, stage.world)
    stage.now.advance(minutes=11)


def _strand(stage: Stage) -> None:
    """A text is under way as its number leaves the rulebook."""
    _receive_at_second(stage)
    claim_all(stage, stage.world)
    save_book(stage.settings, SMALLER_BOOK)
    tick(stage, stage.world)
    stage.now.advance(seconds=70)


def _receive_at_second(stage: Stage) -> None:
    """Somebody texts our second number."""
    stage.notes["inbound"] = stage.hear("tea", to=SECOND)
    deliver(stage, stage.world)


def _slow(stage: Stage) -> None:
    stage.texts("slow")
    stage.now.advance(minutes=6)


def _silent(stage: Stage) -> None:
    """Somebody was asked whether they want no more texts, and has not answered for a day."""
    stage.texts("tea", "not interested")
    send_all(stage, stage.world)
    stage.now.advance(hours=25)


def _nobody_here(stage: Stage) -> None:
    """Two people came while nobody was on shift; one had somebody, who left and is back."""
    stage.texts("swim", from_address=CLARA)
    set_shift(stage.world, TENANT, "carol", on=False)
    stage.texts("swim")
    stage.texts("swim", from_address=BEN)
    set_shift(stage.world, TENANT, "carol", on=True)


def _confirmed(stage: Stage) -> None:
    ask_to_be_erased(stage)
    deliver(stage, stage.world)
    tick(stage, stage.world)
    stage.now.advance(minutes=3)


def _erase(stage: Stage, world: World) -> None:
    for tenant_id, request_id in sweep(stage.world).erasures:
        erase(world, stage.carrier, tenant_id, request_id)


def _staff_has_to_wait(stage: Stage) -> None:
    stage.texts("fire")
    stage.carrier.ends.append(End(Delay(20429, 1.0)))


SCENARIOS = (
    Scenario("texts are sent", send_all, with_texts()),
    Scenario("a code is sent", send_all, with_texts(body="DELETE"), may_miss="code"),
    Scenario("429", send_all, with_texts(End(Delay(20429, 1.0)))),
    Scenario("a text is refused", send_all, with_texts(barred=Refused(21408, "permanent"))),
    Scenario("a person is refused", send_all, with_texts(barred=Refused(21610, "suppress"))),
    Scenario("the account is refused", send_all, with_texts(End(Refused(20003, "stop_sender")))),
    Scenario("an answer is lost", send_all, with_texts(End(LOST, is_taken=True))),
    Scenario("a callback", report("delivered"), _sent),
    Scenario("not delivered, for now", report("undelivered", 30003), _sent),
    Scenario("not delivered, for good", report("undelivered", 30005), _sent),
    Scenario("in doubt and in the log", settle_all, _in_doubt(taken=True)),
    Scenario("in doubt and not in the log", settle_all, _in_doubt(taken=False)),
    Scenario("a code in doubt", settle_all, _in_doubt(taken=False, body="DELETE")),
    Scenario("stranded", lambda _, world: let_go_stranded(world), _strand),
    Scenario("released", lambda _, world: release_due(world), _held_for_a_retry),
    Scenario("a timer fires", lambda _, world: fire_due(world), _slow),
    Scenario("silence is an opt-out", lambda _, world: fire_due(world), _silent),
    Scenario("queues are drained", lambda _, world: drain_queues(world), _nobody_here),
    Scenario("an erasure", _erase, _confirmed),
    Scenario(
        "staff is told",
        lambda stage, world: send_dispatches(stage.means(world), TENANT),
        lambda stage: stage.texts("fire"),
        may_miss="notice",
    ),
    Scenario(
        "staff is told later",
        lambda stage, world: send_dispatches(stage.means(world), TENANT),
        _staff_has_to_wait,
        may_miss="notice",
    ),
)
