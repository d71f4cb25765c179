"""What `bellhop doctor` finds at the carrier: the account, and who calls us how."""

import threading
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import insert
from werkzeug.serving import make_server

from router.carrier.api import NumberWebhooks
from router.carrier.simulator import Simulator
from router.carrier.webhook import OVERRIDES
from router.cli.carrier_diagnosis import check_carrier, check_number
from router.cli.finding import Finding
from router.flows.world import World
from router.now import MovableNow
from router.settings import Settings
from router.store.rows import table
from router.store.tables import Number
from tests.carrier.raw import RawServer

NUMBER, CODE, WHATSAPP, STRANGE = "+16125550100", "12345", "whatsapp:+16125550100", "+16125550999"
HERE = "https://sms.example.com"
WELL = NumberWebhooks(NUMBER, f"{HERE}/twilio/inbound#{OVERRIDES}", f"{HERE}/twilio/fallback")


@pytest.fixture
def database() -> str:
    """It is only asked for the numbers."""
    return "sqlite"


@pytest.fixture
def at_simulator(
    world: World, make_settings: Callable[..., Settings], now: MovableNow, tmp_path: Path
) -> Iterator[World]:
    """A world whose carrier is a simulator that has all of these numbers but the strange one."""
    server = make_server("127.0.0.1", 0, lambda *_: [], threaded=True)
    url = f"http://127.0.0.1:{server.server_port}"
    given = {"twilio_api_url": url, "database_url": world.settings.database_url}
    settings = make_settings(**given)
    simulator, web = Simulator(settings, now, tmp_path / "carrier.sqlite"), Flask("carrier")
    web.register_blueprint(simulator.blueprint)
    for address in (NUMBER, CODE, WHATSAPP):
        simulator.add_number(address)
    server.app = web
    threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
    yield replace(world, settings=settings)
    simulator.close()
    server.shutdown()
    server.server_close()


def has(world: World, *addresses: str) -> None:
    with world.store.write() as connection:
        rows = [
            {
                "tenant_id": "t",
                "id": address,
                "address": address,
                "name": address,
                "opt_out_by": "carrier",
            }
            for address in addresses
        ]
        connection.execute(insert(table(Number)), rows)


def test_numbers_short_codes_and_senders_of_other_channels_are_well(at_simulator: World) -> None:
    has(at_simulator, NUMBER, CODE, WHATSAPP)
    found = check_carrier(at_simulator)
    assert [one.ok for one in found] == [True] * 4
    (said,) = [one.says for one in found if WHATSAPP in one.says]
    assert "cannot be looked at from here" in said
    assert f"/twilio/inbound#{OVERRIDES}" in said


def test_a_number_of_another_account_is_told(at_simulator: World) -> None:
    has(at_simulator, NUMBER, STRANGE)
    assert wrong(check_carrier(at_simulator)) == [f"{STRANGE} is not of this account"]


@pytest.mark.parametrize(
    ("given", "said", "do"),
    [
        ({}, None, None),
        ({"sms_url": ""}, "nobody", "twilio/inbound"),
        ({"sms_url": "https://other.example/"}, "other.example", "(POST)"),
        ({"sms_url": f"{HERE}/twilio/inbound"}, "not sent again", OVERRIDES),
        ({"sms_method": "GET"}, "calls us with GET", "(POST)"),
        ({"sms_fallback_url": ""}, "no fallback", "twilio/fallback"),
        ({"sms_fallback_method": "GET"}, "its fallback with GET", "(POST)"),
    ],
)
def test_webhooks_that_lose_texts_are_told(
    given: dict[str, str], said: str | None, do: str | None
) -> None:
    found = [one for one in check_number(HERE, NUMBER, replace(WELL, **given)) if not one.ok]
    assert len(found) == (0 if said is None else 1)
    for one in found:
        assert said is not None
        assert do is not None
        assert said in one.says
        assert do in one.do


def test_what_to_do_is_about_what_is_wrong(
    make_settings: Callable[..., Settings],
    world: World,
    at_simulator: World,
    raw_server: Callable[..., RawServer],
) -> None:
    page = b"HTTP/1.1 200 OK\r\nContent-Length: 6\r\n\r\n<html>"
    lost = b"HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n"
    simulator = at_simulator.settings.twilio_api_url
    given: dict[str, dict[str, object]] = {
        "check TWILIO_API_URL": {"twilio_api_url": "http://127.0.0.1:1"},
        "check TWILIO_API_URL ": {"twilio_api_url": raw_server(page).url},
        "check TWILIO_ACCOUNT_SID and TWILIO_API_URL": {"twilio_api_url": raw_server(lost).url},
        "check TWILIO_ACCOUNT_SID and TWILIO_AUTH_TOKEN": {
            "twilio_api_url": simulator,
            "twilio_auth_token": "another",
        },
    }
    for do, settings in given.items():
        (found,) = check_carrier(replace(world, settings=make_settings(**settings)))
        assert (found.ok, found.do) == (False, do.strip())


def wrong(findings: list[Finding]) -> list[str]:
    return [one.says for one in findings if not one.ok]
