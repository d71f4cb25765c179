"""What the carrier posts is read into values, or refused naming the parameter."""

from datetime import UTC, datetime
from urllib.parse import parse_qsl, urldefrag

import pytest
from werkzeug.datastructures import MultiDict

from router.carrier.addresses import can_be_answered, is_address
from router.carrier.api import Listed, Media
from router.carrier.webhook import (
    OVERRIDES,
    BadWebhook,
    callback_url,
    channel_of,
    filter_word,
    late_inbound,
    parse_inbound,
    parse_status,
)

TEXT = {"MessageSid": "SM" + "a" * 32, "From": "+16125550101", "To": "+16125550100", "Body": "hi"}
NEWS = {"MessageSid": "SM" + "a" * 32, "MessageStatus": "delivered"}


def test_a_text_is_read_whole() -> None:
    form = TEXT | {
        "MessagingServiceSid": "MG1",
        "OptOutType": "stop",
        "NumMedia": "nonsense",
        "MediaUrl0": "https://api.example.com/m0",
        "MediaContentType0": "image/png",
        "MediaUrl1": "file:///etc/passwd",
        "MediaUrl2": "https://api.example.com/m2",
        "SomethingNew": "kept out",
    }
    text = parse_inbound(MultiDict(form))
    assert (text.sid, text.from_address, text.to_address) == (
        TEXT["MessageSid"], TEXT["From"], TEXT["To"],
    )  # fmt: skip
    assert (text.body, text.service_sid, text.opt_out_type) == ("hi", "MG1", "STOP")
    assert text.media == (
        Media("https://api.example.com/m0", "image/png"),
        Media("https://api.example.com/m2", "application/octet-stream"),
    )


@pytest.mark.parametrize(
    ("change", "parameter"),
    [
        ({"MessageSid": None}, "MessageSid"),
        ({"MessageSid": ""}, "MessageSid"),
        ({"MessageSid": "SM1' OR 1"}, "MessageSid"),
        ({"MessageSid": "S" * 65}, "MessageSid"),
        ({"From": None}, "From"),
        ({"To": ""}, "To"),
        ({"From": "+1 612 555"}, "From"),
        ({"From": " 16125550101"}, "From"),
        ({"From": "+0123456"}, "From"),
        ({"From": "+" + "1" * 16}, "From"),
        ({"To": "+1612555\x000100"}, "To"),
        ({"To": "whatsapp:"}, "To"),
    ],
)
def test_what_cannot_be_read_is_refused_by_name(
    change: dict[str, str | None], parameter: str
) -> None:
    form = {name: value for name, value in (TEXT | change).items() if value is not None}
    with pytest.raises(BadWebhook) as refused:
        parse_inbound(MultiDict(form))
    assert refused.value.parameter == parameter
    assert str(refused.value).startswith(parameter)
    assert "612" not in str(refused.value)


def test_a_repeated_parameter_is_refused() -> None:
    with pytest.raises(BadWebhook, match="From is given more than once"):
        parse_inbound(MultiDict([*TEXT.items(), ("From", "+1999")]))


@pytest.mark.parametrize(
    ("body", "kept"),
    [
        ("a\x00b", "a\ufffdb"),
        ("\ud83d!", "\ufffd!"),
        ("STOP\nSent from my iPhone", "STOP\nSent from my iPhone"),
        ("x" * 100_000, "x" * 100_000),
        ("", ""),
    ],
)
def test_no_body_is_lost(body: str, kept: str) -> None:
    assert parse_inbound(MultiDict(TEXT | {"Body": body})).body == kept


def test_a_text_of_media_alone_has_an_empty_body() -> None:
    form = {name: value for name, value in TEXT.items() if name != "Body"}
    assert parse_inbound(MultiDict(form)).body == ""


@pytest.mark.parametrize(
    ("address", "channel", "answerable"),
    [
        ("+16125550101", "sms", True),
        ("12345", "sms", True),
        ("MyBank", "sms", False),
        ("whatsapp:+16125550101", "whatsapp", True),
        ("messenger:1234567890", "messenger", True),
        ("rcs:grand_hotel_agent", "rcs", True),
    ],
)
def test_addresses_of_every_kind_are_accepted(address: str, channel: str, answerable: bool) -> None:
    assert is_address(address)
    assert channel_of(address) == channel
    assert can_be_answered(address) == answerable


@pytest.mark.parametrize(
    ("body", "word"),
    [
        *[(word, "STOP") for word in (
            "STOP", "StopAll", " unsubscribe ", "CANCEL", "end", "Quit", "REVOKE", "optout\n"
        )],
        *[(word, "START") for word in ("start", "YES", "Unstop")],
        *[(word, "HELP") for word in ("help", "INFO")],
        *[(text, None) for text in ("", "OPT OUT", "stop please", "STOP.", "no", "🛑")],
    ],
)  # fmt: skip
def test_the_filter_knows_whole_bodies_alone(body: str, word: str | None) -> None:
    assert filter_word(body) == word


@pytest.mark.parametrize(
    ("body", "word"),
    [("stop", "STOP"), ("quit", None), ("yes", None), ("unstop", "START"), ("help", None)],
)
def test_the_toll_free_filter_knows_less(body: str, word: str | None) -> None:
    assert filter_word(body, toll_free=True) == word


def test_a_callback_brings_back_what_its_url_was_given() -> None:
    url = callback_url("https://x.example/p", tenant="t-1", message_id="m_2", attempt=3)
    plain, overrides = urldefrag(url)
    path, _, query = plain.partition("?")
    assert (path, overrides) == ("https://x.example/p/twilio/status", OVERRIDES)
    asked = MultiDict(parse_qsl(query))
    news = parse_status(MultiDict(NEWS), asked)
    assert (news.tenant, news.message_id, news.attempt) == ("t-1", "m_2", 3)
    assert (news.status, news.error_code) == ("delivered", None)


@pytest.mark.parametrize(
    ("change", "status", "code"),
    [
        ({"MessageStatus": "undelivered", "ErrorCode": "30003"}, "undelivered", 30003),
        ({"MessageStatus": "SENT", "ErrorCode": ""}, "sent", None),
        ({"ErrorCode": "oops"}, "delivered", None),
        ({"EventType": "READ"}, "read", None),
        ({"MessageStatus": "teleported"}, "teleported", None),
    ],
)
def test_news_of_every_kind_is_read(change: dict[str, str], status: str, code: int | None) -> None:
    news = parse_status(MultiDict(NEWS | change), MultiDict({"attempt": "x", "message": "a b"}))
    assert (news.status, news.error_code) == (status, code)
    assert (news.message_id, news.attempt, news.tenant) == (None, None, None)


@pytest.mark.parametrize("missing", ["MessageSid", "MessageStatus"])
def test_news_without_its_parameters_is_refused(missing: str) -> None:
    form = {name: value for name, value in NEWS.items() if name != missing}
    with pytest.raises(BadWebhook, match=missing):
        parse_status(MultiDict(form), MultiDict())


def test_a_text_found_in_the_log_is_marked_late() -> None:
    at = datetime(2026, 11, 22, tzinfo=UTC)
    listed = Listed("SM1", "+1612", "+1613", "a\x00", at, "received", "inbound", service_sid="MG")
    text = late_inbound(listed)
    assert (text.received_late, text.sent_at, text.body) == (True, at, "a\ufffd")
    assert (text.from_address, text.to_address, text.service_sid) == ("+1613", "+1612", "MG")
