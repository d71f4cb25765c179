"""The carrier's webhooks: what is taken in, what is refused, and what is never lost."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import text
from structlog.testing import capture_logs
from werkzeug.datastructures import MultiDict

from router.flows.spool import drain_spool
from router.flows.world import World, open_world
from router.settings import Settings
from router.store.sealing import new_key
from tests.web.visitor import CLINIC, GUEST, HOTEL, Carrier

Stored = Callable[..., list[dict[str, Any]]]


def _inbound_texts(messages: list[dict[str, Any]]) -> list[str]:
    return [each["body"] for each in messages if each["direction"] == "in"]


def test_a_signed_text_is_kept_and_answered_with_an_empty_document(
    carrier: Carrier, stored: Stored
) -> None:
    answer = carrier.text("more towels please")
    assert (answer.status_code, answer.mimetype) == (200, "text/xml")
    assert "<Response/>" in answer.text
    assert _inbound_texts(stored()) == ["more towels please"]


def test_a_text_that_is_delivered_twice_is_kept_once(carrier: Carrier, stored: Stored) -> None:
    sid = "SM" + "a" * 32
    answers = [carrier.text("hello", MessageSid=sid).status_code for _ in range(3)]
    assert answers == [200, 200, 200]
    assert _inbound_texts(stored()) == ["hello"]


def test_a_messaging_service_finds_the_tenant_where_the_number_does_not(
    carrier: Carrier, stored: Stored
) -> None:
    service = "MG00000000000000000000000000000001"
    answer = carrier.text("hello", to="+16125559999", MessagingServiceSid=service)
    assert answer.status_code == 200
    assert _inbound_texts(stored(tenant="clinic")) == ["hello"]


@pytest.mark.parametrize("path", ["/twilio/inbound", "/twilio/status", "/twilio/fallback"])
@pytest.mark.parametrize("signature", ["", "bm9ib2R5", "é"])
def test_what_the_carrier_did_not_sign_is_refused(
    carrier: Carrier, stored: Stored, path: str, signature: str
) -> None:
    form = f"MessageSid=SM1&From=%2B16125550142&To=%2B{HOTEL[1:]}&Body=hi&MessageStatus=sent"
    answer = carrier.post_raw(path, form.encode(), signature)
    assert answer.status_code == 403
    assert "PUBLIC_URL" in answer.text
    assert stored() == []


def test_both_tokens_sign_while_they_are_rotated(
    make_settings: Callable[..., Settings],
    make_app: Callable[..., Flask],
    businesses: World,
) -> None:
    fields = {"database_url": businesses.settings.database_url, "twilio_auth_token": "new,old"}
    keys = ",".join(key.get_secret_value() for key in businesses.settings.master_key)
    world = open_world(make_settings(**fields, master_key=keys), businesses.now)
    carrier = Carrier(make_app(world).test_client(), world.settings)
    form = {"MessageSid": "SM1", "From": GUEST, "To": HOTEL, "Body": "hi"}
    answers = [
        carrier.post("/twilio/inbound", form, token=token).status_code
        for token in ("new", "old", "older")
    ]
    world.store.close()
    assert answers == [200, 200, 403]


def test_a_repeated_sender_is_refused_with_the_reason(carrier: Carrier, stored: Stored) -> None:
    body = f"MessageSid=SM1&From={GUEST}&From=%2B1999&To={HOTEL}&Body=hi".encode()
    answer = carrier.post_raw("/twilio/inbound", body, "c2lnbmVk")
    assert answer.status_code == 400
    assert "From is given more than once" in answer.text
    assert stored() == []


@pytest.mark.parametrize(
    ("parameter", "value", "reason"),
    [
        ("From", "call me maybe?", "From is neither"),
        ("From", "", "From is missing"),
        ("To", "+0", "To is neither"),
        ("MessageSid", "", "MessageSid is missing"),
        ("MessageSid", "SM 1", "MessageSid is not the id"),
    ],
)
def test_an_unreadable_parameter_is_named(
    carrier: Carrier, parameter: str, value: str, reason: str
) -> None:
    answer = carrier.text("hi", **{parameter: value})
    assert answer.status_code == 400
    assert reason in answer.text
    assert value not in answer.text or not value


def test_an_unknown_number_is_answered_logged_and_counted(carrier: Carrier, app: Flask) -> None:
    with capture_logs() as logs:
        answer = carrier.text("hello?", to="+16125558888")
    assert answer.status_code == 200
    assert [line["event"] for line in logs] == ["inbound_to_unknown_number"]
    figures = app.test_client().get("/metrics").text
    assert 'bellhop_inbound_total{outcome="unknown_number"} 1.0' in figures


@pytest.mark.parametrize("letter", ["a", "я", "😀"])
def test_a_body_of_100_kb_is_kept_whole(carrier: Carrier, stored: Stored, letter: str) -> None:
    body = letter * (100_000 // len(letter.encode()))
    assert carrier.text(body).status_code == 200
    assert _inbound_texts(stored()) == [body]


def test_a_body_beyond_every_text_is_refused_with_the_limit(carrier: Carrier) -> None:
    answer = carrier.text("a" * 2_000_000)
    assert (answer.status_code, "1,000,000 bytes" in answer.text) == (413, True)


def test_5000_parameters_are_refused_before_they_are_read(carrier: Carrier) -> None:
    answer = carrier.text("hi", **{f"P{number}": "1" for number in range(5000)})
    assert (answer.status_code, "1,000 parameters" in answer.text) == (413, True)


@pytest.mark.parametrize("raw", [b"%FF%FEhello", b"\xc3\xa9", b"a%00b", b"%ED%A0%80", b"%"])
def test_odd_bytes_lose_no_text(carrier: Carrier, stored: Stored, app: Flask, raw: bytes) -> None:
    path = "/twilio/inbound"
    body = b"MessageSid=SM1&From=%2B16125550142&To=%2B16125550100&Body=" + raw
    with app.test_request_context(
        path, method="POST", data=body, content_type="application/x-www-form-urlencoded"
    ) as context:
        parsed = MultiDict(context.request.form)
    answer = carrier.post_raw(path, body, carrier.sign_parsed(path, parsed))
    assert answer.status_code == 200
    assert len(_inbound_texts(stored())) == 1


def test_a_body_that_is_no_text_at_all_is_refused_with_the_reason(carrier: Carrier) -> None:
    answer = carrier.post_raw("/twilio/inbound", b"MessageSid=SM1&Body=\xff\xfe", "")
    assert (answer.status_code, "not UTF-8" in answer.text) == (400, True)


@pytest.mark.parametrize("status", ["delivered", "teleported"])
def test_news_of_an_unknown_message_is_taken_without_complaint(
    carrier: Carrier, status: str
) -> None:
    path = "/twilio/status?tenant=grand-hotel&message=gone&attempt=1"
    answer = carrier.post(path, {"MessageSid": "SM9", "MessageStatus": status})
    assert (answer.status_code, answer.data) == (204, b"")


def test_news_without_a_status_is_refused_with_the_reason(carrier: Carrier) -> None:
    answer = carrier.post("/twilio/status", {"MessageSid": "SM9"})
    assert (answer.status_code, "MessageStatus is missing" in answer.text) == (400, True)


@pytest.fixture
def cut_off(
    businesses: World, make_settings: Callable[..., Settings], make_app: Callable[..., Flask]
) -> Carrier:
    """The carrier, at an app whose database does not answer."""
    keys = ",".join(key.get_secret_value() for key in businesses.settings.master_key)
    nowhere = "postgresql://nobody@127.0.0.1:1/nothing"
    world = open_world(make_settings(database_url=nowhere, master_key=keys), businesses.now)
    return Carrier(make_app(world).test_client(), world.settings)


def test_without_its_database_the_router_asks_to_try_again(cut_off: Carrier) -> None:
    answer = cut_off.text("hello")
    assert (answer.status_code, answer.headers["Retry-After"]) == (503, "5")


def test_the_fallback_keeps_a_text_until_the_database_is_back(
    cut_off: Carrier, businesses: World, stored: Stored
) -> None:
    form = {"MessageSid": "SM1", "From": GUEST, "To": HOTEL, "Body": "kept through the outage"}
    answer = cut_off.post("/twilio/fallback", form)
    assert (answer.status_code, answer.mimetype) == (200, "text/xml")
    for file in (businesses.settings.data_dir / "spool").iterdir():
        assert b"outage" not in file.read_bytes()
    drain_spool(businesses)
    assert _inbound_texts(stored()) == ["kept through the outage"]


def test_the_fallback_stores_at_once_where_the_database_answers(
    carrier: Carrier, stored: Stored
) -> None:
    form = {"MessageSid": "SM1", "From": GUEST, "To": HOTEL, "Body": "hi"}
    assert carrier.post("/twilio/fallback", form).status_code == 200
    assert _inbound_texts(stored()) == ["hi"]


def test_without_redis_texts_are_taken_in(
    businesses: World,
    make_settings: Callable[..., Settings],
    make_app: Callable[..., Flask],
    stored: Stored,
) -> None:
    keys = ",".join(key.get_secret_value() for key in businesses.settings.master_key)
    url = businesses.settings.database_url
    away = make_settings(database_url=url, master_key=keys, redis_url="unix:///nowhere/s")
    world = open_world(away, businesses.now)
    answer = Carrier(make_app(world).test_client(), world.settings).text("hi")
    world.store.close()
    assert answer.status_code == 200
    assert _inbound_texts(stored()) == ["hi"]


def test_no_log_line_holds_an_address_or_a_text(carrier: Carrier) -> None:
    with capture_logs() as logs:
        carrier.text("a secret of room 12")
        carrier.text("a secret of room 12", to="+16125558888")
        carrier.text("a secret of room 12", From="a secret sender!!")
        carrier.post_raw("/twilio/inbound", f"From={GUEST}&Body=secret".encode(), "")
    assert len(logs) == 3
    assert not any(word in str(logs) for word in ("secret", GUEST, HOTEL, "8888", CLINIC))


@pytest.fixture
def broken(request: pytest.FixtureRequest, businesses: World, settings: Settings) -> Iterator[None]:
    """A fault that is no outage of the database: the ledger or the schema is not what it was."""
    if request.param == "ledger":
        settings.ledger.unlink(missing_ok=True)
        settings.ledger.mkdir(parents=True)
        yield
        return
    _rename(businesses, "tombstone", "elsewhere")
    yield
    _rename(businesses, "elsewhere", "tombstone")


def _rename(world: World, table: str, to: str) -> None:
    with world.store.write() as connection:
        connection.execute(text(f"ALTER TABLE {table} RENAME TO {to}"))


@pytest.mark.parametrize("broken", ["ledger", "schema"], indirect=True)
@pytest.mark.usefixtures("broken")
def test_whatever_breaks_the_carrier_tries_again_and_the_fallback_keeps_the_text(
    carrier: Carrier, settings: Settings
) -> None:
    body = "please stop texting me"
    with capture_logs() as logs:
        first = carrier.text(body)
        form = {"MessageSid": "SMfb", "From": GUEST, "To": HOTEL, "Body": body}
        second = carrier.post("/twilio/fallback", form)
    assert (first.status_code, first.headers["Retry-After"]) == (503, "5")
    assert second.status_code == 200
    assert len(list((settings.data_dir / "spool").glob("*.sealed"))) == 1
    assert {line["event"] for line in logs} <= {
        "webhook_failed",
        "webhook_without_database",
        "inbound_spooled",
    }
    assert not any("exc_info" in line for line in logs)


def test_under_another_master_key_texts_are_kept_for_the_right_one(
    businesses: World, make_settings: Callable[..., Settings], make_app: Callable[..., Flask]
) -> None:
    url = businesses.settings.database_url
    world = open_world(make_settings(database_url=url, master_key=new_key()), businesses.now)
    carrier = Carrier(make_app(world).test_client(), world.settings)
    form = {"MessageSid": "SMfb", "From": GUEST, "To": HOTEL, "Body": "hi"}
    answers = (carrier.text("hi").status_code, carrier.post("/twilio/fallback", form).status_code)
    world.store.close()
    assert answers == (503, 200)


def test_where_the_disk_refuses_too_the_fallback_asks_to_try_again(
    cut_off: Carrier, businesses: World
) -> None:
    in_the_way = businesses.settings.data_dir / "spool"
    in_the_way.parent.mkdir(exist_ok=True)
    in_the_way.touch()
    form = {"MessageSid": "SM1", "From": GUEST, "To": HOTEL, "Body": "hi"}
    assert cut_off.post("/twilio/fallback", form).status_code == 503


@pytest.mark.parametrize("service", ["MG\0", "MG 1", "é"])
def test_a_service_that_cannot_be_one_is_ignored(
    carrier: Carrier, stored: Stored, service: str
) -> None:
    assert carrier.text("hi", to="+16125559999", MessagingServiceSid=service).status_code == 200
    assert carrier.text("hello", MessagingServiceSid=service).status_code == 200
    assert _inbound_texts(stored()) == ["hello"]


def test_news_with_letters_that_no_database_takes_is_no_fault(carrier: Carrier) -> None:
    path = "/twilio/status?tenant=grand-hotel&message=a%00b&attempt=1"
    answer = carrier.post(path, {"MessageSid": "SM9", "MessageStatus": "sent\0"})
    assert answer.status_code == 204
