"""Notices on a device: the switch of the page asks here."""

from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import func, select
from werkzeug.test import TestResponse

from router.couriers.vapid import public_key
from router.flows.world import World
from router.store.tables import PushDevice
from tests.couriers.browser import PushBrowser
from tests.web.visitor import Visitor

ENDPOINT = "https://push.example.net/send/abc"


@pytest.fixture(params=["sqlite"])
def database(request: pytest.FixtureRequest) -> str:
    """What is kept of it is tested on both databases elsewhere."""
    return str(request.param)


@pytest.fixture
def given() -> dict[str, str]:
    """What a browser gives to the page."""
    one = PushBrowser(ENDPOINT).subscription
    return {"endpoint": one.endpoint, "p256dh": one.p256dh, "auth": one.auth}


def ask(visitor: Visitor, what: str, sent: object) -> TestResponse:
    token = visitor.token("/inbox/open")
    headers = {"X-CSRFToken": token, "HX-Request": "true"}
    return visitor.client.post(f"/inbox/push/{what}", json=sent, headers=headers)


def count(world: World) -> int:
    with world.store.read() as connection:
        return connection.execute(select(func.count()).select_from(PushDevice)).scalar_one()


def test_a_browser_is_switched_on_and_off_and_off_by_signing_out(
    alice: Visitor, given: dict[str, str], businesses: World
) -> None:
    key = public_key(businesses.settings.secret_key.get_secret_value())
    known = {"endpoint": ENDPOINT}
    assert ask(alice, "known", {}).json == {"key": key, "on": False}
    assert ask(alice, "on", given).json == {"on": True, "refusal": None}
    assert ask(alice, "known", known).json == {"key": key, "on": True}
    assert ask(alice, "off", known).json == {"on": False}
    assert count(businesses) == 0
    ask(alice, "on", given)
    alice.post("/sign-out", seen_on="/inbox/open")
    assert count(businesses) == 0


def test_what_is_no_subscription_is_refused(
    alice: Visitor, given: dict[str, str], businesses: World
) -> None:
    assert ask(alice, "on", given | {"endpoint": "https://10.0.0.1/"}).status_code == 422
    for sent in (["endpoint"], {"endpoint": 7}, {"endpoint": None}, "text"):
        assert ask(alice, "off", sent).status_code == 400, sent
    assert count(businesses) == 0


def test_nobody_asks_without_signing_in_or_without_the_pages_token(
    visit: Callable[[], Visitor], alice: Visitor
) -> None:
    stranger: Any = visit()
    headers = {"X-CSRFToken": stranger.token("/sign-in"), "HX-Request": "true"}
    for what in ("known", "on", "off"):
        path = f"/inbox/push/{what}"
        assert stranger.client.post(path, json={}, headers=headers).status_code == 401
        assert alice.client.post(path, json={}).status_code == 400
