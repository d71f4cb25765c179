"""Notices by mail and by push. What is kept of them is the same on every database."""

import json
from collections.abc import Callable, Iterator
from dataclasses import replace

import pytest

from router.couriers.couriers import Couriers
from router.couriers.mail import NO_TIME
from router.couriers.outcome import Retry
from router.couriers.post import SILENT
from router.flows.dispatches.claims import claim_dispatches
from router.flows.dispatches.devices import add_device, devices_of
from router.flows.dispatches.notices import NO_DEVICE, try_push
from router.flows.world import World
from router.store.rows import AnyRow
from tests.couriers.browser import PushBrowser
from tests.couriers.post_office import PostOffice
from tests.couriers.receiver import Receiver, receiving
from tests.flows.conftest import TENANT, Person
from tests.flows.dispatches.conftest import Dispatcher

Hire = Callable[..., str]
Rows = Callable[[], list[AnyRow]]
Fates = Callable[[], list[tuple[str, str | None]]]
Advance = Callable[..., None]
MOBILE = "+16125550188"
SMOKE = "my name is Walburga and there is smoke"


@pytest.fixture(params=["sqlite"])
def database(request: pytest.FixtureRequest) -> str:
    """One is enough here."""
    return str(request.param)


@pytest.fixture
def dave(hire: Hire, hotel: World) -> Person:
    """A duty manager, as the owner of a phone."""
    hire("dave", "duty-manager", mobile=MOBILE)
    return Person(hotel, MOBILE)


def test_after_two_hours_of_no_success_it_has_failed(
    alice: Person,
    dave: Person,
    dispatcher: Dispatcher,
    make_couriers: Callable[..., Couriers],
) -> None:
    alice.texts(SMOKE)
    dispatcher.decided.notify(alice, ("email",))
    nobody_there = make_couriers(smtp_port=1)
    for minutes in (0, 115, 3):
        assert dispatcher.fates()[0][0] == "queued"
        dispatcher.advance(minutes=minutes)
        dispatcher.send(couriers=nobody_there)
    dispatcher.advance(minutes=3)
    dispatcher.send(couriers=nobody_there)
    assert dispatcher.fates() == [("failed", "given up: the mail server does not answer")]


@pytest.mark.usefixtures("long_pauses")
def test_a_mail_server_that_does_not_answer_is_left_alone_for_a_while(
    alice: Person,
    bob: Person,
    dave: Person,
    dispatcher: Dispatcher,
    make_couriers: Callable[..., Couriers],
) -> None:
    nobody_there = make_couriers(smtp_port=1)
    for guest in (alice, bob):
        guest.texts(SMOKE)
        dispatcher.decided.notify(guest, ("email",))
        dispatcher.send(couriers=nobody_there)
    assert [row.attempt for row in dispatcher.rows()] == [1, 0]


def test_a_mail_has_the_same_words_and_an_id_of_its_own(
    alice: Person,
    dave: Person,
    dispatcher: Dispatcher,
    office: PostOffice,
    make_couriers: Callable[..., Couriers],
) -> None:
    alice.texts(SMOKE)
    dispatcher.decided.notify(alice, ("email",))
    dispatcher.send(couriers=make_couriers(office.port))
    (mail,) = office.mails
    assert mail["To"] == "dave@hotel.example"
    assert mail["Subject"] == "Bellhop: emergency for duty-manager"
    assert dispatcher.rows()[0].id in mail["Message-ID"]
    assert f"/inbox/open/{alice.thread['id']}" in mail.get_content()
    assert not any(word in mail.as_string() for word in ("Walburga", "smoke", alice.address))
    assert dispatcher.rows()[0].state == "done"


def test_without_a_mail_server_it_is_said(
    alice: Person, dave: Person, dispatcher: Dispatcher
) -> None:
    alice.texts(SMOKE)
    dispatcher.decided.notify(alice, ("email",))
    dispatcher.send()
    assert dispatcher.fates() == [("failed", "no mail server is set: SMTP_URL")]


@pytest.fixture
def service() -> Iterator[Receiver]:
    """The browsers' push service."""
    with receiving() as listening:
        yield listening


@pytest.fixture
def browsers(hire: Hire, hotel: World, service: Receiver) -> list[PushBrowser]:
    """Two browsers of dave's, which ask for notices."""
    staff_id = hire("dave", "duty-manager")
    made = [PushBrowser(f"http://127.0.0.1:{service.port}/{number}") for number in (1, 2)]
    for browser in made:
        assert add_device(hotel, TENANT, staff_id, browser.subscription) is None
    return made


def endpoints(world: World, staff_id: str) -> list[str]:
    with world.store.read() as connection:
        found = devices_of(connection, world.keys(connection, TENANT), staff_id)
    return sorted(device.subscription.endpoint for device in found)


def test_a_push_reaches_every_browser_and_says_nothing_of_the_guest(
    alice: Person,
    browsers: list[PushBrowser],
    dispatcher: Dispatcher,
    service: Receiver,
) -> None:
    alice.texts(SMOKE)
    dispatcher.decided.notify(alice, ("push",))
    dispatcher.send()
    assert sorted(path for path, _, _ in service.posts) == ["/1", "/2"]
    for path, _, body in service.posts:
        notice = json.loads(browsers[int(path[1:]) - 1].read(body))
        assert notice["body"] == "emergency for duty-manager"
        assert notice["url"].endswith(f"/inbox/open/{alice.thread['id']}")
        assert notice["tag"] == dispatcher.rows()[0].id
        assert not any(word in json.dumps(notice) for word in ("Walburga", alice.address))
    assert dispatcher.rows()[0].state == "done"


def test_a_browser_that_withdrew_is_forgotten(
    alice: Person,
    browsers: list[PushBrowser],
    dispatcher: Dispatcher,
    service: Receiver,
) -> None:
    alice.texts(SMOKE)
    dispatcher.decided.notify(alice, ("push",))
    service.answers = [410, 201]
    dispatcher.send()
    assert dispatcher.fates() == [("done", None)]
    assert len(endpoints(dispatcher.means.world, dispatcher.rows()[0].recipient)) == 1
    service.answers = [404]
    dispatcher.decided.notify(alice, ("push",), rule="another")
    dispatcher.send()
    assert endpoints(dispatcher.means.world, dispatcher.rows()[0].recipient) == []
    assert dispatcher.fates()[-1] == ("failed", NO_DEVICE)


def test_a_push_whose_sender_died_is_sent_again(
    alice: Person,
    browsers: list[PushBrowser],
    dispatcher: Dispatcher,
    service: Receiver,
) -> None:
    alice.texts(SMOKE)
    dispatcher.decided.notify(alice, ("push",))
    assert len(claim_dispatches(dispatcher.means.world, TENANT, 10)) == 1
    dispatcher.advance(seconds=61)
    dispatcher.send()
    assert dispatcher.fates() == [("done", None)]
    assert len(service.posts) == 2


@pytest.mark.usefixtures("long_pauses")
def test_a_push_service_that_does_not_answer_is_waited_for_once(
    alice: Person,
    browsers: list[PushBrowser],
    dispatcher: Dispatcher,
    service: Receiver,
) -> None:
    alice.texts(SMOKE)
    dispatcher.decided.notify(alice, ("push",))
    service.silent_seconds = 1.5
    dispatcher.send()
    dispatcher.decided.notify(alice, ("push",), rule="another")
    dispatcher.send()
    assert len(service.posts) == 1
    assert dispatcher.fates() == [("queued", SILENT), ("queued", None)]


def test_past_its_deadline_no_further_browser_is_tried_and_the_next_try_begins_with_it(
    alice: Person,
    browsers: list[PushBrowser],
    dispatcher: Dispatcher,
    service: Receiver,
) -> None:
    alice.texts(SMOKE)
    dispatcher.decided.notify(alice, ("push",))
    (claimed,) = claim_dispatches(dispatcher.means.world, TENANT, 1)
    assert try_push(dispatcher.means, replace(claimed, deadline=0.0)) == Retry(NO_TIME)
    assert service.posts == []
    service.answers = [500, 500, 500, 500]
    for attempt in (1, 2):
        try_push(dispatcher.means, replace(claimed, attempt=attempt))
    assert [path for path, _, _ in service.posts] == ["/2", "/1", "/1", "/2"]
