"""From a decision to a webhook and to staff, through the bell and a real worker."""

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

import pytest
from rq import Queue

from router.carrier.api import Accepted, Inbound, Outcome, Outgoing
from router.couriers.couriers import Couriers
from router.couriers.mail import Mailer
from router.couriers.post import Poster
from router.couriers.push import Pusher
from router.couriers.webhook import WebhookCaller
from router.flows.publish import publish_folder
from router.flows.receive import receive
from router.flows.ripples import Ripples
from router.flows.show import show
from router.flows.staff import NewStaff, add_staff
from router.flows.sweep import sweep
from router.flows.world import World
from router.jobs import tasks
from router.jobs.bell import Bell
from router.jobs.errand import Errand
from router.jobs.worker import WorkLoop
from router.now import MovableNow
from router.settings import Settings
from tests.couriers.certificate import Certificate, make_certificate
from tests.couriers.receiver import Receiver, receiving
from tests.jobs.no_carrier import NoCarrier

BOOKS = Path(__file__).parents[2] / "rules" / "books"
TENANT, HOST = "grand-hotel", "pms.hotel.example"
NUMBER, GUEST, MOBILE = "+16125550100", "+16125550142", "+16125550188"
THREE_SECONDS = timedelta(seconds=3)
BY_THE_BOOK = "- notify: {team: duty-manager, by: [sms, push]}"
TOLD = "- notify: {team: duty-manager, by: [sms]}\n      - webhook: pms"
WEBHOOKS = "\nwebhooks: {pms: {url: 'https://HOST:PORT/in', secret: WEBHOOK_SECRET_PMS}}\n"


@pytest.fixture(params=["sqlite"])
def database(request: pytest.FixtureRequest) -> str:
    """The bell and the worker are the same on every database."""
    return str(request.param)


@pytest.fixture
def settings(make_settings: Callable[..., Settings], database_url: str) -> Settings:
    secrets = {"pms": "a secret of the tests"}
    return make_settings(database_url=database_url, webhook_secret=secrets)


@pytest.fixture
def certificate(tmp_path: Path) -> Certificate:
    return make_certificate(tmp_path, HOST)


@pytest.fixture
def pms(certificate: Certificate) -> Iterator[Receiver]:
    with receiving(certificate.serving()) as listening:
        yield listening


class TakingCarrier(NoCarrier):
    """A carrier that takes whatever is sent, and can do nothing else."""

    def __init__(self) -> None:
        self.sent: list[Outgoing] = []

    def send(self, outgoing: Outgoing) -> Outcome:  # type: ignore[override]  # NoCarrier takes nothing
        self.sent.append(outgoing)
        return Accepted(f"SM{len(self.sent)}", "queued")


@dataclass
class Hotel:
    """The hotel at work: its world, a bell, a worker, and who is told."""

    world: World
    bell: Bell
    redis_url: str
    carrier: TakingCarrier
    pms: Receiver
    runtime: tasks.Runtime

    def hears_of_smoke(self) -> Ripples:
        """A guest texts, and a rule wants the duty managers and the webhook told."""
        return receive(self.world, Inbound("SM7", GUEST, NUMBER, None, "smoke!")).ripples

    def works(self) -> None:
        """The worker does what was rung."""
        assert self.bell.flush(15)
        WorkLoop(self.redis_url).run(burst=True)
        assert self.runtime.finish(10)

    @property
    def shown(self) -> dict[str, list[dict[str, str]]]:
        found = show(self.world, TENANT, GUEST)
        assert found is not None
        return found

    @property
    def notices(self) -> list[Outgoing]:
        """What went to staff; the guest is answered as well."""
        return [text for text in self.carrier.sent if text.to == MOBILE]

    def fates(self) -> list[tuple[str, str]]:
        return sorted((one["kind"], one["state"]) for one in self.shown["dispatches"])


@pytest.fixture
def hotel(
    world: World, bell: Bell, redis_url: str, pms: Receiver, certificate: Certificate
) -> Iterator[Hotel]:
    book = (BOOKS / "grand-hotel.yaml").read_text().replace(BY_THE_BOOK, TOLD)
    assert TOLD in book
    webhooks = WEBHOOKS.replace("HOST", HOST).replace("PORT", str(pms.port))
    (world.settings.rules_dir / "grand-hotel.yaml").write_text(book + webhooks)
    (published,) = publish_folder(world, world.settings.rules_dir)
    assert published.status == "live", published.findings
    dave = NewStaff(
        TENANT, "dave", "dave@hotel.example", "Dave", "a long password", MOBILE,
        teams=("duty-manager",),
    )  # fmt: skip
    add_staff(world, dave)
    carrier = TakingCarrier()
    poster = Poster(loopback=True, context=certificate.trusting(), find=lambda *_: ["127.0.0.1"])
    couriers = Couriers(
        Mailer(world.settings), Pusher(world.settings, poster), WebhookCaller(poster)
    )
    runtime = tasks.Runtime(world, carrier, bell, couriers)
    tasks.serve(runtime)
    yield Hotel(world, bell, redis_url, carrier, pms, runtime)
    runtime.close()
    tasks._runtime.clear()


def test_staff_and_a_webhook_are_told_by_a_worker(hotel: Hotel) -> None:
    ripples = hotel.hears_of_smoke()
    assert ripples.dispatches == {TENANT}
    hotel.bell.ring(ripples)
    hotel.works()
    assert hotel.fates() == [("sms", "done"), ("webhook", "done")]
    ((_, headers, body),) = hotel.pms.posts
    assert json.loads(body)["body"] == "smoke!"
    assert headers["Bellhop-Event"]
    (text,) = hotel.notices
    assert (text.to, text.from_address, text.callback_url) == (MOBILE, NUMBER, "")
    hotel.bell.ring(ripples)
    hotel.works()
    assert (len(hotel.pms.posts), len(hotel.notices)) == (1, 1)


def test_a_lost_bell_is_made_good_by_the_sweep(hotel: Hotel, now: MovableNow) -> None:
    hotel.hears_of_smoke()
    now.advance(THREE_SECONDS)
    hotel.bell.ring(sweep(hotel.world))
    hotel.works()
    assert hotel.fates() == [("sms", "done"), ("webhook", "done")]


def test_a_job_holds_the_business_and_nothing_of_what_is_told(hotel: Hotel, queue: Queue) -> None:
    hotel.bell.ring(Ripples(dispatches=hotel.hears_of_smoke().dispatches))
    assert hotel.bell.flush(15)
    asked = [(job.func_name, tuple(job.args)) for job in queue.jobs]
    assert asked == [(Errand("send_dispatches", ()).path, (TENANT,))]
