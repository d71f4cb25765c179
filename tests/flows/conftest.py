"""A hotel with its rulebook live, and the people of the tests."""

import itertools
import socket
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from flask import Flask, request
from sqlalchemy import select
from sqlmodel import col
from werkzeug.serving import make_server

from router.carrier.api import Inbound, Listed
from router.carrier.simulator import Simulator
from router.carrier.simulator.faults import Fault
from router.carrier.twilio import TwilioCarrier
from router.carrier.webhook import parse_status
from router.flows.publish import publish_folder
from router.flows.receive import Received, receive
from router.flows.senders import find_sender
from router.flows.sending.claims import Claim, claim
from router.flows.sending.settle import settle, unsettled
from router.flows.sending.status import record_status
from router.flows.show import show
from router.flows.staff import NewStaff, StaffIdentity, add_staff, find_login
from router.flows.world import World
from router.now import MovableNow
from router.settings import Settings
from router.store.tables import Number
from tests.parts.drain import drain

TENANT = "grand-hotel"
MAIN, EVENTS = "+16125550100", "+16125550199"
BOOK = (Path(__file__).parents[2] / "rules" / "books" / "grand-hotel.yaml").read_text()
SIDS = itertools.count(1)


@dataclass
class Person:
    """Somebody with a phone."""

    world: World
    address: str

    def texts(self, body: str, to: str = MAIN, **given: Any) -> Received:
        """Send one text; `sid` and the other fields of Inbound may be given."""
        sid = given.pop("sid", f"SM{next(SIDS):032x}")
        return receive(self.world, Inbound(sid, self.address, to, None, body, **given))

    def shown(self) -> dict[str, Any]:
        """What `bellhop show` shows of them."""
        return show(self.world, TENANT, self.address) or {}

    @property
    def thread(self) -> dict[str, Any]:
        return dict(self.shown()["thread"])

    @property
    def messages(self) -> list[dict[str, Any]]:
        return list(self.shown().get("messages", []))

    def replies(self) -> list[str]:
        """The templates of what is waiting for them or was sent, in order."""
        return [one["template"] for one in self.messages if one["direction"] == "out"]


@pytest.fixture
def save_book(world: World) -> Callable[..., None]:
    """Save the rulebook's text in RULES_DIR."""

    def save(text: str = BOOK, name: str = "grand-hotel.yaml") -> None:
        (world.settings.rules_dir / name).write_text(text)

    return save


@pytest.fixture
def hotel(world: World, save_book: Callable[..., None]) -> World:
    """The world with the Grand Hotel in it."""
    save_book()
    (published,) = publish_folder(world, world.settings.rules_dir)
    assert published.status == "live", published.findings
    return world


@pytest.fixture
def alice(hotel: World) -> Person:
    return Person(hotel, "+16125550001")


@pytest.fixture
def bob(hotel: World) -> Person:
    return Person(hotel, "+16125550002")


@pytest.fixture
def clerk(hotel: World) -> StaffIdentity:
    """Staff at the front desk."""
    add_staff(
        hotel,
        NewStaff(TENANT, "carol", "carol@hotel.example", "Carol", "a long password",
                 teams=("front-desk",)),
    )  # fmt: skip
    login = find_login(hotel, "carol")
    assert login is not None
    return login.identity


@dataclass
class Line:
    """The carrier on the other end: the simulator behind a real server, calling back."""

    world: World
    carrier: TwilioCarrier
    simulator: Simulator
    web: Flask

    def drain(self) -> None:
        """Send what every number of the hotel has waiting."""
        self._drain(self.carrier)

    def drain_impatiently(self) -> None:
        """Do the same, but wait for no answer longer than a second."""
        carrier = TwilioCarrier(self.world.settings, connect_seconds=10, read_seconds=1)
        self._drain(carrier)
        carrier.close()

    def _drain(self, carrier: TwilioCarrier) -> None:
        for sender_id in self.sender_ids():
            drain(self.world, carrier, sender_id)

    def settle(self) -> None:
        """Settle what is in doubt."""
        for sender_id in unsettled(self.world):
            settle(self.world, self.carrier, sender_id)

    def sender_ids(self) -> list[str]:
        with self.world.store.read() as connection:
            return list(connection.execute(select(col(Number.id))).scalars())

    def breaks(self, **fault: Any) -> None:
        """Make one fault: `on`, `kind`, `times` …"""
        self.simulator.faults.add([Fault(**fault)])

    def log(self, person: Person) -> list[str]:
        """The bodies that the carrier has taken for this person, oldest first."""
        return [one.body for one in reversed(self._sent(person))]

    def delivers_all(self, person: Person, status: str = "delivered") -> None:
        """Wait until what the carrier has taken for this person has arrived, or come to another
        end, whatever its log shows of it by now.
        """
        phone = self.web.test_client()

        def arrived() -> bool:
            screen = phone.get("/simulator/api/messages", query_string={"to": person.address}).json
            ours = [one for one in screen or () if one["by"] == "bellhop"]
            return bool(ours) and all(one["status"] == status for one in ours)

        wait_for(arrived)

    def _sent(self, person: Person) -> list[Listed]:
        since = self.world.now() - timedelta(hours=2)
        return self.carrier.list_sent(person.address, MAIN, since)


def claims_of(world: World, sender_id: str, most: int = 10) -> tuple[Claim, ...]:
    """What a machine of that world claims of what a sender (opaque id) has to send."""
    with world.store.read() as connection:
        sender = find_sender(connection, sender_id)
    assert sender is not None
    return claim(world, sender, most).messages


@pytest.fixture
def port() -> Iterator[int]:
    """A port where nobody listens yet, kept from everybody who does not ask for it by number."""
    with socket.socket() as kept:
        kept.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        kept.bind(("127.0.0.1", 0))
        yield int(kept.getsockname()[1])


@pytest.fixture
def settings(make_settings: Callable[..., Settings], database_url: str, port: int) -> Settings:
    """Settings whose carrier and public origin are the simulator's server."""
    url = f"http://127.0.0.1:{port}"
    return make_settings(database_url=database_url, public_url=url, twilio_api_url=url)


@pytest.fixture
def line(hotel: World, now: MovableNow, port: int, tmp_path: Path) -> Iterator[Line]:
    """A working line to the simulator, whose callbacks reach the flows."""
    web = Flask("line")
    simulator = Simulator(hotel.settings, now, tmp_path / "carrier.sqlite", delay_seconds=0.01)
    web.register_blueprint(simulator.blueprint)

    def status() -> tuple[str, int]:
        record_status(hotel, parse_status(request.form, request.args))
        return "", 204

    web.add_url_rule("/twilio/status", "status", status, methods=["POST"])
    server = make_server("127.0.0.1", port, web, threaded=True)
    threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
    carrier = TwilioCarrier(hotel.settings, connect_seconds=10, read_seconds=10)
    yield Line(hotel, carrier, simulator, web)
    carrier.close()
    simulator.close()
    server.shutdown()
    server.server_close()


@pytest.fixture
def missed(line: Line) -> Callable[..., str]:
    """A person writes, and the carrier's webhook does not reach us; the SID of the text."""

    def write(person: Person, body: str, to: str = MAIN, **given: Any) -> str:
        text = {"from": person.address, "to": to, "body": body, **given}
        answer = line.web.test_client().post("/simulator/api/inbound", json=text)
        assert answer.json is not None
        assert answer.json["status"] == 404
        return str(answer.json["sid"])

    return write


def wait_for(what: Callable[[], object], seconds: float = 10.0) -> None:
    """Wait until something has come true."""
    until = time.monotonic() + seconds
    while not what():
        assert time.monotonic() < until, "it did not happen in time"
        time.sleep(0.02)
