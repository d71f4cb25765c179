"""What the access log notes: who asked for what, without a person in it."""

import json
import re
from collections.abc import Callable, Iterator

import pytest
from flask import Flask

from router.flows.world import World
from router.jobs.process import access_log
from router.settings import Settings
from router.web.access import AccessNotes
from router.web.client import client_of
from tests.web.visitor import GUEST, HOTEL, Carrier, Visitor

Logged = Callable[[], list[dict[str, object]]]


@pytest.fixture(params=["sqlite"])
def database(request: pytest.FixtureRequest) -> str:
    """What is noted does not depend on the database."""
    return str(request.param)


@pytest.fixture
def notes(businesses: World) -> AccessNotes:
    return AccessNotes(access_log(businesses.settings), businesses.now)


@pytest.fixture
def app(make_app: Callable[..., Flask], businesses: World, notes: AccessNotes) -> Flask:
    """The app with its access log."""
    return make_app(businesses, notes=notes)


@pytest.fixture
def logged(notes: AccessNotes, businesses: World) -> Iterator[Logged]:
    """All lines, once they are written."""

    def read() -> list[dict[str, object]]:
        notes.start().close()
        [file] = (businesses.settings.data_dir / "logs").iterdir()
        return [json.loads(line) for line in file.read_text().splitlines()]

    return read


def test_nobody_stands_in_what_was_asked_for(
    app: Flask, carrier: Carrier, alice: Visitor, logged: Logged
) -> None:
    carrier.text("Need towels")
    alice.get(
        f"/inbox/mine?q={GUEST}", headers={"Referer": f"http://x/{GUEST}", "User-Agent": "Ann"}
    )
    alice.get(f"/inbox/open/{GUEST}")
    alice.get(f"/{GUEST}/towels")
    app.test_client().open("/health/live", method="TOWELS")
    app.test_client().post("/sign-in", data={"name": "alice", "password": "towels"})
    lines = logged()
    told = json.dumps(lines)
    assert not any(word in told for word in (GUEST, GUEST[1:], HOTEL, "towels", "TOWELS", "Ann"))
    asked = {
        (line["method"], re.sub(r"<any.*?:view>", "<view>", str(line["path"])), line["status"])
        for line in lines
    }
    assert {
        ("POST", "/twilio/inbound", 200),
        ("GET", "/inbox/mine", 200),
        ("GET", "/inbox/<view>/<thread_id>", 404),
        ("GET", "unknown", 404),
        ("?", "unknown", 405),
    } <= asked


def test_an_opaque_id_is_told(app: Flask, alice: Visitor, logged: Logged) -> None:
    opaque = "0" * 26
    alice.get(f"/inbox/open/{opaque}")
    assert f"/inbox/open/{opaque}" in {line["path"] for line in logged()}


def test_a_fault_of_ours_is_logged_too(app: Flask, logged: Logged) -> None:
    @app.get("/broken")
    def broken() -> str:
        raise RuntimeError("towels")

    app.test_client().get("/broken")
    assert ("/broken", 500) in {(line["path"], line["status"]) for line in logged()}


def test_a_disk_that_takes_nothing_fails_no_request(
    app: Flask, notes: AccessNotes, businesses: World
) -> None:
    (businesses.settings.data_dir / "logs").write_text("in the way")
    assert app.test_client().get("/health/live").status_code == 200
    notes.start().close()


@pytest.mark.parametrize(
    ("peer", "said", "client"),
    [
        ("203.0.113.9", "192.0.2.1", "203.0.113.9"),
        ("10.0.0.1", "192.0.2.1, 203.0.113.7", "203.0.113.7"),
        ("10.0.0.1", "203.0.113.7, 10.0.0.2", "203.0.113.7"),
        ("10.0.0.1", "10.0.0.3,10.0.0.2", "10.0.0.3"),
        ("10.0.0.1", "203.0.113.7:4711", "203.0.113.7"),
        ("10.0.0.1", "[2001:db8::1]:4711", "2001:db8::1"),
        ("10.0.0.1", "2001:db8::1", "2001:db8::1"),
        ("10.0.0.1", "::ffff:203.0.113.7", "203.0.113.7"),
        ("10.0.0.1", "203.0.113.7, unknown", "10.0.0.1"),
        ("10.0.0.1", "", "10.0.0.1"),
        ("fd00::1", "203.0.113.7", "203.0.113.7"),
        ("", "203.0.113.7", ""),
    ],
)
def test_only_a_trusted_proxy_is_believed(
    make_settings: Callable[..., Settings], peer: str, said: str, client: str
) -> None:
    settings = make_settings(trusted_proxies="10.0.0.0/8, fd00::/8")
    assert client_of(peer, said, settings.trusted_proxies) == client


def test_behind_a_proxy_the_clients_own_address_is_noted(
    make_app: Callable[..., Flask],
    make_settings: Callable[..., Settings],
    businesses: World,
    notes: AccessNotes,
    logged: Logged,
) -> None:
    """And counted: the limits of the sign-in form ask for the same address."""
    url = businesses.settings.database_url
    businesses.settings = make_settings(trusted_proxies="127.0.0.1", database_url=url)
    app = make_app(businesses, notes=notes)
    app.test_client().get("/health/live", headers={"X-Forwarded-For": "6.6.6.6, 203.0.113.7"})
    assert [line["ip"] for line in logged()] == ["203.0.113.7"]


def test_a_file_that_is_not_there_is_not_named(app: Flask, logged: Logged) -> None:
    for name in ("live.js", f"{GUEST}.js"):
        app.test_client().get(f"/static/{name}").close()
    assert [each["path"] for each in logged()] == ["/static/live.js", "/static/<path:filename>"]
