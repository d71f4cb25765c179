"""The same journey with every process started by itself, on PostgreSQL and Valkey, against another
server that speaks the carrier's API.
"""

import json
import re
import shutil
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import requests
from flask import Flask
from werkzeug.serving import BaseWSGIServer, make_server

from router.carrier.simulator import Simulator
from router.flows.show import show
from router.flows.world import World
from router.now import MovableNow
from router.settings import Settings
from router.store import schema
from router.store.engine import Store
from tests.cli.conftest import as_environment
from tests.journey.conftest import ROOT, Phone, Programs, eventually
from tests.parts.ports import free_port
from tests.parts.valkey import TestValkey

GUEST = "+16125550155"
PASSWORD = "a very long password"


@pytest.fixture
def database() -> str:
    return "postgresql"


@pytest.fixture
def carrier_server() -> Iterator[BaseWSGIServer]:
    """The other server, listening; what it serves comes later."""
    server = make_server("127.0.0.1", 0, lambda *_: [], threaded=True)
    yield server
    server.server_close()


@pytest.fixture
def settings(
    make_settings: Callable[..., Settings],
    database_url: str,
    own_valkey: TestValkey,
    carrier_server: BaseWSGIServer,
    tmp_path: Path,
) -> Settings:
    for book in (ROOT / "rules" / "books").glob("grand-hotel*.yaml"):
        shutil.copy(book, tmp_path / "rules")
    port = free_port()
    return make_settings(
        database_url=database_url,
        redis_url=own_valkey.url,
        port=port,
        public_url=f"http://127.0.0.1:{port}",
        twilio_api_url=f"http://127.0.0.1:{carrier_server.server_port}",
        simulator=False,
    )


@pytest.fixture
def carrier_origin(
    settings: Settings, carrier_server: BaseWSGIServer, tmp_path: Path
) -> Iterator[str]:
    """The other server, serving."""
    web = Flask("carrier")
    database = tmp_path / "carrier" / "carrier.sqlite"
    simulator = Simulator(settings, MovableNow(tmp_path / "carrier" / "offset"), database)
    web.register_blueprint(simulator.blueprint)
    carrier_server.app = web
    threading.Thread(target=carrier_server.serve_forever, args=(0.01,), daemon=True).start()
    yield settings.twilio_api_url
    simulator.close()
    carrier_server.shutdown()


@pytest.fixture
def environment(settings: Settings, programs: Programs, carrier_origin: str) -> dict[str, str]:
    """An installation that runs: `db upgrade`, clock, web, worker, one account."""
    environment = as_environment(settings)
    programs.run("db", "upgrade", environment=environment)
    for name in ("clock", "web", "worker"):
        programs.start(name, name, environment=environment)
    ready = f"{settings.public_url}/health/ready"
    eventually(lambda: requests.get(ready, timeout=5).status_code == 200)
    add = ("staff", "add", "--tenant", "grand-hotel", "--handle", "carol", "--password-stdin")
    who = ("--email", "carol@hotel.example", "--name", "Carol", "--mobile", "+16125550188")
    what = ("--role", "agent", "--team", "engineering", "--team", "front-desk", "--on-shift")
    eventually(lambda: has_tenant(settings))
    programs.run(*add, *who, *what, environment=environment, stdin=PASSWORD)
    return environment


def has_tenant(settings: Settings) -> bool:
    store = Store(settings.database_url)
    with store.read() as connection:
        found = connection.exec_driver_sql("SELECT live_revision FROM tenant").first()
    store.close()
    return found is not None


def test_the_journey_with_the_processes_apart(
    environment: dict[str, str],
    programs: Programs,
    settings: Settings,
    world: World,
    carrier_origin: str,
) -> None:
    guest = Phone(carrier_origin, GUEST)

    def shown() -> dict[str, Any]:
        return show(world, "grand-hotel", GUEST) or {}

    guest.texts("towels please")
    guest.hears("Towels are on the way.")
    eventually(lambda: shown()["messages"][1]["state"] == "delivered")
    decision = shown()["messages"][0]["decision"]
    assert decision["rule"] == "towels"
    assert decision["file"] == "grand-hotel.yaml"

    figures = requests.get(f"{settings.public_url}/metrics", timeout=5).text
    for process in ("web", "worker", "clock"):
        assert f'bellhop_processes{{process="{process}"}} 1.0' in figures
    sent = 'bellhop_sends_total{kind="reply",outcome="accepted"} 1.0'
    eventually(lambda: sent in requests.get(f"{settings.public_url}/metrics", timeout=5).text)
    ready = requests.get(f"{settings.public_url}/health/ready", timeout=5).json()
    assert (ready["worker"], ready["clock"], ready["age"]) == ("ok", "ok", "ok")

    guest.texts("the shower is broken")
    guest.texts("please hurry")
    assert shown()["thread"]["team"] == "engineering"
    assert [timer["state"] for timer in shown()["timers"]] == ["waiting"]

    staff = requests.Session()
    sign_in(staff, settings.public_url)
    thread = f"{settings.public_url}/inbox/open/{shown()['thread']['id']}"
    page = staff.get(thread, timeout=10)
    assert "please hurry" in page.text
    reply = staff.post(f"{thread}/reply", data=form(page.text, text="On our way."), timeout=10)
    assert reply.ok, reply.text
    guest.hears("On our way.")

    guest.texts("STOP")
    refused = staff.post(f"{thread}/reply", data=form(page.text, text="Sure?"), timeout=10)
    assert "opted out" in refused.text
    assert shown()["consent"]["opted_out"]
    guest.texts("START")
    assert not shown()["consent"]["opted_out"]

    guest.texts("DELETE")
    code = re.search(r"\b\d{6}\b", guest.hears("reply with the code"))
    assert code
    guest.texts(code[0])
    guest.hears("Receipt R-")
    eventually(lambda: "messages" not in shown())

    def requests_states() -> list[str]:
        what = ("--tenant", "grand-hotel", "--from", GUEST, "--json")
        told = json.loads(programs.run("show", *what, environment=environment))
        return [request["state"] for request in told["privacy_requests"]]

    eventually(lambda: requests_states() == ["done"])
    found = [path for name in ("logs", "metrics") for path in (settings.data_dir / name).iterdir()]
    kept = [path for path in found if path.suffix != ".new"]  # these are about to be renamed
    logs = [path.read_text() for path in (*programs.folder.glob("*.log"), *kept)]
    assert any("/twilio/inbound" in log for log in logs)
    assert not any(GUEST in log or "towels" in log for log in logs)


def test_the_database_is_at_the_newest_migration(settings: Settings) -> None:
    store = Store(settings.database_url)
    assert schema.standing(store) == "current"
    store.close()


def sign_in(staff: requests.Session, origin: str) -> None:
    page = staff.get(f"{origin}/inbox", timeout=10)
    answer = staff.post(page.url, data=form(page.text, name="carol", password=PASSWORD), timeout=10)
    assert "Bellhop" in answer.text
    assert "/sign-in" not in answer.url


def form(html: str, **fields: str) -> dict[str, str]:
    """The fields of a form, with the page's own token."""
    token = re.search(r'name="csrf_token"[^>]*value="([^"]+)"', html)
    assert token
    return fields | {"csrf_token": token[1]}
