"""Staff with phones, a webhook of the business, and the ways to both."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import insert, select
from sqlmodel import col

from router.couriers.couriers import Couriers
from router.couriers.mail import Mailer
from router.couriers.post import Poster
from router.couriers.push import Pusher
from router.couriers.webhook import WebhookCaller
from router.flows.dispatches import send
from router.flows.dispatches.means import Means
from router.flows.dispatches.notify import call_webhook, notify
from router.flows.dispatches.send import send_dispatches
from router.flows.held import hold_thread
from router.flows.publish import publish_folder
from router.flows.ripples import Ripples
from router.flows.world import World
from router.settings import Settings
from router.store.ids import new_id
from router.store.rows import AnyRow
from router.store.tables import Dispatch, Staff
from rules.decision import CallWebhook, NoticeBy, Notify
from tests.couriers.certificate import Certificate, make_certificate
from tests.couriers.post_office import PostOffice, post_office
from tests.couriers.receiver import Receiver, receiving
from tests.flows.conftest import BOOK, TENANT, Line, Person

TELLS_NOBODY = BOOK.replace("      - notify: {team: duty-manager, by: [sms, push]}\n", "")
HOST = "pms.hotel.example"
SECRET = "a secret of the tests"
PMS = "\nwebhooks:\n  pms: {url: 'https://HOST:PORT/in', secret: WEBHOOK_SECRET_PMS}\n"


@pytest.fixture
def save_book(world: World) -> Callable[..., None]:
    """Save a rulebook: if none is given the hotel's, whose rules tell nobody by themselves."""

    def save(text: str = TELLS_NOBODY, name: str = "grand-hotel.yaml") -> None:
        (world.settings.rules_dir / name).write_text(text)

    return save


@pytest.fixture(scope="session")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Certificate:
    """That of the business's own server."""
    return make_certificate(tmp_path_factory.mktemp("certificates"), HOST)


@pytest.fixture
def pms(certificate: Certificate) -> Iterator[Receiver]:
    """The property-management system, which the hotel's rulebook names as a webhook."""
    with receiving(certificate.serving()) as listening:
        yield listening


@pytest.fixture
def office() -> Iterator[PostOffice]:
    """The hotel's mail server."""
    with post_office() as listening:
        yield listening


@pytest.fixture
def settings(
    make_settings: Callable[..., Settings], database_url: str, port: int, pms_secret: str
) -> Settings:
    """Settings whose carrier is the simulator's server."""
    url = f"http://127.0.0.1:{port}"
    return make_settings(
        database_url=database_url,
        public_url=url,
        twilio_api_url=url,
        webhook_secret={"pms": pms_secret} if pms_secret else {},
    )


@pytest.fixture
def pms_secret() -> str:
    return SECRET


@pytest.fixture
def hire(hotel: World) -> Callable[..., str]:
    """Makes an account (without a password that anyone knows); its id."""

    def make(handle: str, *teams: str, mobile: str | None = None, on_shift: bool = True) -> str:
        staff_id, email = new_id(), f"{handle}@hotel.example"
        with hotel.store.write() as connection:
            keys = hotel.keys(connection, TENANT)
            connection.execute(
                insert(Staff).values(
                    tenant_id=TENANT,
                    id=staff_id,
                    handle=handle,
                    name=keys.seal("staff.name", staff_id, handle.title()),
                    email=keys.seal("staff.email", staff_id, email),
                    email_lookup=keys.lookup("email", email),
                    mobile=keys.seal("staff.mobile", staff_id, mobile) if mobile else None,
                    role="agent",
                    teams=list(teams),
                    on_shift=on_shift,
                    password_hash="none",
                    created_at=hotel.now(),
                )
            )
        return staff_id

    return make


@dataclass
class Decided:
    """What a decision about a person's latest text brings about."""

    world: World

    def notify(
        self,
        person: Person,
        by: tuple[NoticeBy, ...] = ("sms",),
        team: str | None = "duty-manager",
        staff: str | None = None,
        rule: str = "emergency",
    ) -> None:
        """`notify` of a rule."""
        wish = Notify(rule, None if staff else team, staff, by)
        with self.world.store.write() as connection:
            book = self.world.live_book(connection, TENANT)
            keys = self.world.keys(connection, TENANT)
            held = hold_thread(connection, keys, person.thread["id"], self.world.now())
            assert held is not None
            notify(held, book, wish, latest_text(person))

    def webhook(self, person: Person, name: str = "pms", rule: str = "fault") -> None:
        """`webhook` of a rule."""
        with self.world.store.write() as connection:
            keys = self.world.keys(connection, TENANT)
            held = hold_thread(connection, keys, person.thread["id"], self.world.now())
            assert held is not None
            call_webhook(held, CallWebhook(rule, name), latest_text(person))


def latest_text(person: Person) -> str:
    return next(str(one["id"]) for one in reversed(person.messages) if one["direction"] == "in")


@pytest.fixture
def decided(hotel: World) -> Decided:
    return Decided(hotel)


@pytest.fixture
def rows(hotel: World) -> Callable[[], list[AnyRow]]:
    """All dispatches as they are stored, oldest first."""

    def read() -> list[AnyRow]:
        with hotel.store.read() as connection:
            return list(connection.execute(select(Dispatch).order_by(col(Dispatch.id))).all())

    return read


@pytest.fixture
def fates(rows: Callable[[], list[AnyRow]]) -> Callable[[], list[tuple[str, str | None]]]:
    """(state, error) of all dispatches, oldest first."""
    return lambda: [(row.state, row.error) for row in rows()]


@dataclass
class Dispatcher:
    """All that the hotel tells others: what is decided, what is sent, and what became of it."""

    means: Means
    decided: Decided
    rows: Callable[[], list[AnyRow]]
    fates: Callable[[], list[tuple[str, str | None]]]
    advance: Callable[..., None]

    def send(self, **by: Any) -> Ripples:
        """Send what waits; by other `couriers` where they are given."""
        return send_dispatches(replace(self.means, **by), TENANT)


@pytest.fixture
def long_pauses(monkeypatch: pytest.MonkeyPatch) -> None:
    """What was of no use is tried again after a minute or two, however slow the test is."""
    monkeypatch.setattr(send, "FIRST_PAUSE_SECONDS", 120.0)


@pytest.fixture
def make_couriers(settings: Settings, certificate: Certificate) -> Callable[..., Couriers]:
    """Couriers that may reach this machine: a webhook by the name in its certificate."""

    def make(smtp_port: int = 0) -> Couriers:
        mail = settings.model_copy(
            update={"smtp_url": f"smtp://127.0.0.1:{smtp_port}" if smtp_port else None}
        )
        trusted: dict[str, Any] = {"context": certificate.trusting(), "find": here}
        return Couriers(
            Mailer(mail, seconds=10.0),
            Pusher(settings, Poster(loopback=True, seconds=10.0)),
            WebhookCaller(Poster(loopback=True, seconds=10.0, **trusted)),
        )

    return make


def here(host: str, port: int) -> list[str]:
    return ["127.0.0.1"]


@pytest.fixture
def dispatcher(
    line: Line,
    make_couriers: Callable[..., Couriers],
    rows: Callable[[], list[AnyRow]],
    fates: Callable[[], list[tuple[str, str | None]]],
    advance: Callable[..., None],
) -> Dispatcher:
    """By a working line to the simulated carrier; without a mail server."""
    means = Means(line.world, line.carrier, make_couriers())
    return Dispatcher(means, Decided(line.world), rows, fates, advance)


@pytest.fixture
def with_pms(hotel: World, pms: Receiver, save_book: Callable[..., None]) -> Receiver:
    """The webhook, in the live rulebook."""
    save_book(BOOK + PMS.replace("HOST", HOST).replace("PORT", str(pms.port)))
    (published,) = publish_folder(hotel, Path(hotel.settings.rules_dir))
    assert published.status == "live", published.findings
    return pms
