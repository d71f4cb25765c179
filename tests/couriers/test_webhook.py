"""Calling a webhook: what arrives, what each answer means, and where a call never goes."""

import hashlib
import hmac
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime

import pytest

from router.couriers.couriers import make_couriers
from router.couriers.outcome import Done, Failed, Outcome, Retry
from router.couriers.post import SILENT, Poster
from router.couriers.webhook import WebhookCaller
from router.settings import Settings
from tests.couriers.certificate import Certificate
from tests.couriers.conftest import HOST
from tests.couriers.receiver import Receiver, receiving

SECRET = "a secret of the tests"
BODY = '{"body": "¿más toallas?"}'.encode()
AT = datetime(2026, 11, 22, 10, 0, 5, 600, tzinfo=UTC)

Call = Callable[..., Outcome]


@pytest.fixture
def receiver(certificate: Certificate) -> Iterator[Receiver]:
    with receiving(certificate.serving()) as listening:
        yield listening


@pytest.fixture
def call(receiver: Receiver, certificate: Certificate) -> Call:
    """Calls the receiver by the name in its certificate, which leads to this machine."""

    def run(**given: object) -> Outcome:
        asked = {"loopback": True, "context": certificate.trusting(), "find": here, "seconds": 10.0}
        poster = Poster(**(asked | given))  # type: ignore[arg-type]  # a test's own arguments
        url = f"https://{HOST}:{receiver.port}/in?from=bell"
        return WebhookCaller(poster).call(url, SECRET, "event-1", BODY, AT)

    return run


def here(host: str, port: int) -> list[str]:
    return ["127.0.0.1"]


def test_what_arrives_is_signed_and_names_its_event(call: Call, receiver: Receiver) -> None:
    assert call() == Done()
    ((path, headers, body),) = receiver.posts
    assert (path, body) == ("/in?from=bell", BODY)
    assert headers["Host"] == f"{HOST}:{receiver.port}"
    assert headers["Content-Type"] == "application/json"
    assert headers["Bellhop-Event"] == "event-1"
    assert headers["Bellhop-Timestamp"] == str(int(AT.timestamp()))
    signed = headers["Bellhop-Timestamp"].encode() + b"." + body
    expected = "v1=" + hmac.new(SECRET.encode(), signed, hashlib.sha256).hexdigest()
    assert headers["Bellhop-Signature"] == expected


@pytest.mark.parametrize("status", [200, 201, 202, 204])
def test_a_2xx_has_it(call: Call, receiver: Receiver, status: int) -> None:
    receiver.answers = [status]
    assert call() == Done()


@pytest.mark.parametrize("status", [408, 429, 500, 502, 503])
def test_what_may_pass_is_tried_again(call: Call, receiver: Receiver, status: int) -> None:
    receiver.answers = [status]
    assert call() == Retry(f"it answers {status}")


def test_the_receiver_says_how_long_to_wait(call: Call, receiver: Receiver) -> None:
    receiver.answers, receiver.headers = [503], {"Retry-After": "120"}
    assert call() == Retry("it answers 503", 120.0)


@pytest.mark.parametrize("status", [400, 401, 404, 410, 422])
def test_a_refusal_is_for_good(call: Call, receiver: Receiver, status: int) -> None:
    receiver.answers = [status]
    assert call() == Failed(f"it answers {status}")


@pytest.mark.parametrize("status", [301, 302, 307, 308])
def test_a_redirect_is_not_followed(call: Call, receiver: Receiver, status: int) -> None:
    receiver.answers = [status]
    receiver.headers = {"Location": f"https://{HOST}:{receiver.port}/elsewhere"}
    assert call() == Failed(f"it answers {status}, a redirect, which is not followed")
    assert len(receiver.posts) == 1


def test_a_receiver_that_says_nothing_is_given_up_in_time(call: Call, receiver: Receiver) -> None:
    receiver.silent_seconds = 10.0
    began = time.monotonic()
    assert call(seconds=0.3) == Retry(SILENT)
    assert time.monotonic() - began < 5


def test_an_endless_answer_is_not_read(call: Call, receiver: Receiver) -> None:
    receiver.endless = True
    assert call(seconds=1.0) == Retry(SILENT)


def test_a_certificate_that_nobody_trusts_is_not_spoken_to(call: Call, receiver: Receiver) -> None:
    assert call(context=None) == Retry("its certificate is not trusted")
    assert receiver.posts == []


def test_this_machine_is_not_called(call: Call, receiver: Receiver) -> None:
    assert call(loopback=False) == Failed("it is at a private address")
    assert receiver.posts == []


@pytest.mark.parametrize("simulator", [True, False])
def test_the_webhooks_of_an_installation_are_never_on_this_machine(
    make_settings: Callable[..., Settings], receiver: Receiver, simulator: bool
) -> None:
    webhooks = make_couriers(make_settings(simulator=simulator)).webhooks
    outcome = webhooks.call(f"https://127.0.0.1:{receiver.port}/", SECRET, "event-1", BODY, AT)
    assert outcome == Failed("it is at a private address")


def test_a_name_that_changes_its_address_after_the_check_gains_nothing(
    call: Call, receiver: Receiver
) -> None:
    answers = iter([["192.0.2.1"], ["127.0.0.1"]])
    assert call(loopback=False, find=lambda *_: next(answers)) != Done()
    assert next(answers) == ["127.0.0.1"], "the host is looked up once a call"
    assert receiver.posts == []


@pytest.mark.parametrize("addresses", [["127.0.0.1", "10.0.0.1"], ["10.0.0.1", "127.0.0.1"]])
def test_every_address_is_checked(call: Call, receiver: Receiver, addresses: list[str]) -> None:
    assert call(find=lambda *_: addresses) == Failed("it is at a private address")
    assert receiver.posts == []


def test_a_host_that_is_not_found_may_be_there_later() -> None:
    url = "https://nowhere.invalid/in"
    outcome = WebhookCaller(Poster(find=unheard_of)).call(url, SECRET, "event-1", BODY, AT)
    assert outcome == Retry(SILENT)


def unheard_of(host: str, port: int) -> list[str]:
    raise OSError("nobody knows it")


@pytest.mark.parametrize(
    "url", ["http://pms.example.com/", "ftp://pms.example.com/", "https://", "https://a:b/", "//x"]
)
def test_what_is_no_public_https_url_is_not_called(url: str) -> None:
    outcome = WebhookCaller(Poster()).call(url, SECRET, "event-1", BODY, AT)
    assert isinstance(outcome, Failed)
