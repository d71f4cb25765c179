"""The cast of the carrier's tests: an app that notes what reaches it, and our side of it."""

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from flask import Flask, Response, request
from werkzeug.datastructures import MultiDict

from router.carrier.api import Outgoing
from router.carrier.signature import SIGNATURE_HEADER, signed_url, verify
from router.carrier.simulator import Simulator
from router.carrier.twilio import TwilioCarrier
from router.now import MovableNow, steady_seconds
from router.settings import Settings, load_settings

ALICE, HOTEL = "+16125550101", "+16125550100"


@dataclass
class Call:
    """One webhook that the app got."""

    path: str
    query: dict[str, str]
    form: MultiDict[str, str]
    is_signed: bool


@dataclass
class App:
    """The app that the simulator calls: it verifies, notes, and answers what it is told."""

    calls: list[Call] = field(default_factory=list)
    status: int = 200
    fallback_status: int = 200

    def statuses(self, sid: str) -> list[str]:
        """The statuses that were called back for one text, in order of arrival."""
        return [
            call.form["MessageStatus"]
            for call in list(self.calls)
            if call.path == "/twilio/status" and call.form["MessageSid"] == sid
        ]

    def called(self, path: str) -> list[Call]:
        """The webhooks that came to one path."""
        return [call for call in list(self.calls) if call.path == path]


@dataclass
class Stage:
    """The whole cast: simulator, app and our side of the carrier."""

    url: str
    settings: Settings
    now: MovableNow
    simulator: Simulator
    app: App
    carrier: TwilioCarrier
    web: Flask
    database: Path

    def post(self, path: str, given: object) -> Any:
        """Post JSON to the simulator's own API and return what it answers."""
        answer = self.web.test_client().post(f"/simulator/api/{path}", json=given)
        assert answer.status_code == 200, answer.text
        return answer.json

    def screen(self, handset: str = ALICE) -> list[dict[str, Any]]:
        """What a phone shows."""
        answer = self.web.test_client().get("/simulator/api/messages", query_string={"to": handset})
        return answer.json or []


def settings_for(folder: Path, url: str, **more: Any) -> Settings:
    """Settings of a test installation whose carrier and public origin are `url`."""
    given: dict[str, Any] = {
        "redis_url": "redis://127.0.0.1:1/0",
        "data_dir": folder,
        "rules_dir": folder,
        "public_url": url,
        "twilio_api_url": url,
        "twilio_account_sid": "AC" + "1" * 32,
        "twilio_auth_token": "first-token,second-token",
        "secret_key": "s" * 40,
        "master_key": "m" * 43 + "=",
        "_env_file": None,
    }
    return load_settings(**{**given, **more})


def outgoing(body: str = "Towels are on the way.", **more: Any) -> Outgoing:
    """A text to Alice."""
    given: dict[str, Any] = {
        "to": ALICE,
        "from_address": HOTEL,
        "body": body,
        "service_sid": None,
        "callback_url": "http://127.0.0.1:1/nowhere",
        "deadline": steady_seconds() + 30,
    }
    return Outgoing(**{**given, **more})


def wait_for(what: Callable[[], object], seconds: float = 15.0) -> None:
    """Wait until something has come true."""
    until = time.monotonic() + seconds
    while not what():
        assert time.monotonic() < until, "it did not happen in time"
        time.sleep(0.005)


def add_webhooks(web: Flask, app: App, settings: Settings) -> None:
    """Give the app its three webhooks."""

    def note() -> Response:
        url = signed_url(settings.public_url, request.environ)
        header = request.headers.get(SIGNATURE_HEADER)
        is_signed = verify(settings.twilio_auth_token, url, request.form, header)
        app.calls.append(Call(request.path, request.args.to_dict(), request.form, is_signed))
        is_fallback = request.path.endswith("fallback")
        return Response(status=app.fallback_status if is_fallback else app.status)

    for name in ("inbound", "fallback", "status"):
        web.add_url_rule(f"/twilio/{name}", name, note, methods=["POST"])
