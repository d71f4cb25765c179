"""A webhook is the carrier's only where its signature says so."""

import base64
import hashlib
import hmac
from collections.abc import Mapping
from typing import Any

import pytest
from pydantic import SecretStr
from werkzeug.datastructures import MultiDict

from router.carrier.signature import sign, signed_url, verify

URL = "https://sms.example.com/twilio/inbound"
FORM = {"MessageSid": "SM1", "From": "+16125550101", "Body": "héllo & 😀\nbye"}
TOKENS = (SecretStr("new"), SecretStr("old"))


def form(given: Mapping[str, str] = FORM) -> MultiDict[str, str]:
    return MultiDict(given)


@pytest.mark.parametrize("token", ["new", "old"])
def test_each_token_in_rotation_is_accepted(token: str) -> None:
    assert verify(TOKENS, URL, form(), sign(token, URL, FORM))


def test_a_known_signature_of_twilios_documentation_is_accepted() -> None:
    url = "https://example.com/myapp.php?foo=1&bar=2"
    params = {
        "CallSid": "CA1234567890ABCDE",
        "Caller": "+12349013030",
        "Digits": "1234",
        "From": "+12349013030",
        "To": "+18005551212",
    }
    text = url + "".join(name + value for name, value in sorted(params.items()))
    header = base64.b64encode(hmac.new(b"12345", text.encode(), hashlib.sha1).digest()).decode()
    assert verify((SecretStr("12345"),), url, form(params), header)


@pytest.mark.parametrize("header", [None, "", "x", "é", "A" * 28])
def test_a_missing_or_wrong_header_is_refused(header: str | None) -> None:
    assert not verify(TOKENS, URL, form(), header)


def test_another_token_is_refused() -> None:
    assert not verify(TOKENS, URL, form(), sign("theirs", URL, FORM))


@pytest.mark.parametrize("tokens", [(), (SecretStr(""),)])
def test_without_a_token_nothing_is_accepted(tokens: tuple[SecretStr, ...]) -> None:
    assert not verify(tokens, URL, form(), sign("", URL, FORM))


@pytest.mark.parametrize("change", [{"Body": "other"}, {"Extra": "1"}, {"From": "+1"}])
def test_a_changed_form_is_refused(change: dict[str, str]) -> None:
    assert not verify(TOKENS, URL, form(FORM | change), sign("new", URL, FORM))


def test_an_unknown_parameter_that_was_signed_is_accepted() -> None:
    more = FORM | {"SomethingNew_2": "x"}
    assert verify(TOKENS, URL, form(more), sign("new", URL, more))


def test_a_repeated_parameter_is_refused_even_though_it_signs_alike() -> None:
    repeated = MultiDict([*FORM.items(), ("From", FORM["From"])])
    assert not verify(TOKENS, URL, repeated, sign("new", URL, FORM))


@pytest.mark.parametrize("name", ["Body.x", "", "Fr om", "From\n", "Bödy"])
def test_an_oddly_named_parameter_is_refused(name: str) -> None:
    odd = FORM | {name: "x"}
    assert not verify(TOKENS, URL, form(odd), sign("new", URL, odd))


@pytest.mark.parametrize("url", ["https://sms.example.com:port/x", "https://[::1/x", ""])
def test_a_broken_url_is_refused(url: str) -> None:
    assert not verify(TOKENS, url, form(), "A" * 28)


def test_a_get_is_signed_by_its_url_alone() -> None:
    url = URL + "?a=1"
    assert verify(TOKENS, url, MultiDict(), sign("new", url, {}))
    assert not verify(TOKENS, URL + "?a=2", MultiDict(), sign("new", url, {}))


def test_a_json_body_is_accepted_only_with_its_hash_in_the_url() -> None:
    body = '{"a": 1}'
    url = f"{URL}?bodySHA256={hashlib.sha256(body.encode()).hexdigest()}"
    header = sign("new", url, {})
    assert verify(TOKENS, url, body, header)
    assert not verify(TOKENS, url, body + " ", header)
    assert not verify(TOKENS, url, form({}), header)
    assert not verify(TOKENS, URL, body, sign("new", URL, {}))


ORIGIN = "https://sms.example.com"


@pytest.mark.parametrize(
    ("public_url", "environ", "expected"),
    [
        (ORIGIN, {"RAW_URI": "/a%2Fb?x=%C3%BC&y"}, ORIGIN + "/a%2Fb?x=%C3%BC&y"),
        (ORIGIN, {"REQUEST_URI": "/a?"}, ORIGIN + "/a?"),
        (ORIGIN, {"RAW_URI": "http://inner:8000/a?x=1"}, ORIGIN + "/a?x=1"),
        (ORIGIN, {"PATH_INFO": "/a b/\u00c3\u00bc", "QUERY_STRING": ""}, ORIGIN + "/a%20b/%C3%BC"),
        (ORIGIN, {"SCRIPT_NAME": "/s", "PATH_INFO": "/a", "QUERY_STRING": "x=%2F"},
         ORIGIN + "/s/a?x=%2F"),
        (ORIGIN + "/", {"RAW_URI": "/a"}, ORIGIN + "/a"),
        (ORIGIN + "/sms", {"RAW_URI": "/twilio/inbound"}, ORIGIN + "/sms/twilio/inbound"),
        (ORIGIN + "/sms", {"RAW_URI": "/sms/twilio/inbound"}, ORIGIN + "/sms/twilio/inbound"),
        (ORIGIN + "/sms", {"RAW_URI": "/smsx"}, ORIGIN + "/sms/smsx"),
        ("http://127.0.0.1:8000", {"RAW_URI": "/a"}, "http://127.0.0.1:8000/a"),
    ],
)  # fmt: skip
def test_the_signed_url_is_our_origin_and_the_raw_target(
    public_url: str, environ: dict[str, Any], expected: str
) -> None:
    assert signed_url(public_url, environ) == expected
