"""Push notices, handed to a real server that plays the push service."""

import base64
import json
from collections.abc import Iterator

import pytest
from cryptography.hazmat.primitives.asymmetric import ec, utils
from cryptography.hazmat.primitives.hashes import SHA256

from router.couriers.outcome import Done, Failed, Gone, Outcome, Retry
from router.couriers.post import SILENT, Poster
from router.couriers.push import Pusher
from router.couriers.subscription import Subscription
from router.couriers.vapid import public_key
from router.settings import Settings
from tests.couriers.browser import PushBrowser
from tests.couriers.receiver import Receiver, receiving

NOTICE = {"title": "Bellhop", "body": "emergency for duty-manager"}


@pytest.fixture
def service() -> Iterator[Receiver]:
    with receiving() as listening:
        yield listening


@pytest.fixture
def browser(service: Receiver) -> PushBrowser:
    return PushBrowser(f"http://127.0.0.1:{service.port}/push/1")


@pytest.fixture
def pusher(settings: Settings) -> Pusher:
    return Pusher(settings, Poster(loopback=True, seconds=10.0))


def push(pusher: Pusher, browser: PushBrowser) -> Outcome:
    return pusher.push(browser.subscription, NOTICE, "0dispatch")


def decoded(text: str) -> bytes:
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


def test_the_browser_reads_what_was_sent_and_nobody_else_can(
    pusher: Pusher, browser: PushBrowser, service: Receiver
) -> None:
    service.answers = [201]
    assert push(pusher, browser) == Done()
    ((path, headers, body),) = service.posts
    assert path == "/push/1"
    assert json.loads(browser.read(body)) == NOTICE
    assert b"emergency" not in body
    assert headers["Content-Encoding"] == "aes128gcm"
    assert (headers["TTL"], headers["Urgency"], headers["Topic"]) == ("3600", "high", "0dispatch")


def test_the_push_service_can_tell_who_sends(
    pusher: Pusher, browser: PushBrowser, service: Receiver, settings: Settings
) -> None:
    push(pusher, browser)
    scheme, _, pairs = service.posts[0][1]["Authorization"].partition(" ")
    assert scheme == "vapid"
    given = dict(pair.strip().split("=", 1) for pair in pairs.split(","))
    known = public_key(settings.secret_key.get_secret_value())
    assert given["k"] == known
    head, claims, signature = given["t"].split(".")
    raw = decoded(signature)
    numbers = (int.from_bytes(raw[:32]), int.from_bytes(raw[32:]))
    key = ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), decoded(known))
    signed = f"{head}.{claims}".encode()
    key.verify(utils.encode_dss_signature(*numbers), signed, ec.ECDSA(SHA256()))
    said = json.loads(decoded(claims))
    assert said["aud"] == f"http://127.0.0.1:{service.port}"
    assert said["sub"] == "mailto:bellhop@sms.hotel.example"


def test_the_key_is_that_of_the_secret_key() -> None:
    assert public_key("one secret") == public_key("one secret")
    assert public_key("one secret") != public_key("another")


@pytest.mark.parametrize("status", [404, 410])
def test_a_subscription_that_was_withdrawn_is_gone(
    pusher: Pusher, browser: PushBrowser, service: Receiver, status: int
) -> None:
    service.answers = [status]
    assert push(pusher, browser) == Gone()


@pytest.mark.parametrize(
    ("status", "outcome"),
    [
        (429, Retry("it answers 429")),
        (503, Retry("it answers 503")),
        (400, Failed("it answers 400")),
        (403, Failed("it answers 403")),
        (413, Failed("it answers 413")),
    ],
)
def test_other_answers(
    pusher: Pusher, browser: PushBrowser, service: Receiver, status: int, outcome: Outcome
) -> None:
    service.answers = [status]
    assert push(pusher, browser) == outcome


def test_keys_that_are_none_are_forgotten(pusher: Pusher, service: Receiver) -> None:
    endpoint = f"http://127.0.0.1:{service.port}/push/1"
    for p256dh, auth in [("", ""), ("AAAA", "AAAA"), ("ü", "ü"), ("BA" + "A" * 85, "A" * 22)]:
        given = Subscription(endpoint, p256dh, auth)
        assert pusher.push(given, NOTICE, "0dispatch") == Gone()
    assert service.posts == []


def test_this_machine_is_not_pushed_to_unless_it_is_allowed(
    settings: Settings, browser: PushBrowser, service: Receiver
) -> None:
    assert push(Pusher(settings, Poster()), browser) == Failed("it is at a private address")
    assert service.posts == []


def test_a_push_service_that_says_nothing_is_tried_again(
    settings: Settings, browser: PushBrowser, service: Receiver
) -> None:
    service.silent_seconds = 0.5
    quick = Pusher(settings, Poster(loopback=True, seconds=0.2))
    assert push(quick, browser) == Retry(SILENT)
