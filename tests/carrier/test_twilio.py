"""Twilio as our Carrier: each way of failing has its outcome, and none is worse than known."""

import logging
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from email.utils import formatdate
from pathlib import Path
from types import SimpleNamespace

import pytest

from router.carrier.answers import newest_first
from router.carrier.api import (
    Accepted,
    CarrierError,
    Delay,
    Media,
    Outcome,
    Refused,
    Unknown,
)
from router.carrier.twilio import TwilioCarrier
from router.now import steady_seconds
from tests.carrier.contract import CarrierContract
from tests.carrier.raw import RawServer
from tests.carrier.stage import ALICE, HOTEL, Stage, outgoing, settings_for, wait_for
from tests.parts.ports import free_port

StartRaw = Callable[..., RawServer]
AT = datetime(2026, 11, 30, 12, 0, tzinfo=UTC)


class TestTwilioKeepsTheContract(CarrierContract):
    """Over the simulator."""


def carrier_at(folder: Path, url: str, read_seconds: float = 10) -> TwilioCarrier:
    return TwilioCarrier(settings_for(folder, url), connect_seconds=5, read_seconds=read_seconds)


def impatient(stage: Stage) -> TwilioCarrier:
    return TwilioCarrier(stage.settings, read_seconds=0.3)


def answer(status: str, body: str, *headers: str) -> bytes:
    lines = [f"HTTP/1.1 {status}", f"Content-Length: {len(body.encode())}", *headers, "", body]
    return "\r\n".join(lines).encode()


@pytest.mark.parametrize(
    ("fault", "outcome", "is_taken"),
    [
        ({"kind": "500_before"}, Unknown, False),
        ({"kind": "500_after"}, Unknown, True),
        ({"kind": "502_html"}, Unknown, False),
        ({"kind": "hang", "seconds": 2}, Unknown, False),
        ({"kind": "timeout", "seconds": 30}, Unknown, True),
        ({"kind": "reset"}, Unknown, True),
        ({"kind": "bad_json"}, Unknown, True),
        ({"kind": "empty"}, Unknown, True),
        ({"kind": "no_sid"}, Unknown, True),
        ({"kind": "429", "retry_after": 7}, Delay(20429, 7), False),
        ({"kind": "429"}, Delay(20429, 1), False),
        ({"kind": "21611"}, Delay(21611, 300), False),
        ({"kind": "rfc9457"}, Refused(21211, "suppress"), False),
        ({"kind": "rfc9457", "code": 30007}, Refused(30007, "permanent"), False),
        ({"kind": "rfc9457", "code": 20429}, Delay(20429, 1), False),
        ({"kind": "rfc9457", "code": 20500}, Unknown, False),
        ({"kind": "401"}, Refused(20003, "stop_sender"), False),
        ({"kind": "21610"}, Refused(21610, "suppress"), False),
        ({"kind": "30034"}, Refused(30034, "permanent"), False),
        ({"kind": "30003"}, Refused(30003, "retry_once"), False),
    ],
)
def test_a_fault_has_its_outcome(
    stage: Stage, fault: dict[str, object], outcome: Outcome | type, is_taken: bool
) -> None:
    stage.post("faults", [{"on": "create", **fault}])
    since = stage.now()
    carrier = impatient(stage) if "seconds" in fault else stage.carrier
    got = carrier.send(outgoing())
    assert got == outcome if not isinstance(outcome, type) else isinstance(got, outcome)
    made = stage.web.test_client()
    wait_for(lambda: made.get("/simulator/api/faults/made").json)
    wait_for(lambda: len(stage.carrier.list_sent(ALICE, HOTEL, since)) == is_taken)
    assert isinstance(stage.carrier.send(outgoing()), Accepted)


def test_where_nobody_listens_nothing_was_sent(tmp_path: Path) -> None:
    given = outgoing(deadline=steady_seconds() + 300)
    for host in (f"127.0.0.1:{free_port()}", "no-such-host.invalid"):
        got = carrier_at(tmp_path, f"http://{host}").send(given)
        assert isinstance(got, Delay)
        assert got.seconds > 0


def test_a_failed_handshake_sent_nothing(tmp_path: Path, raw_server: StartRaw) -> None:
    server = raw_server(b"this is not TLS\r\n")
    got = carrier_at(tmp_path, server.url.replace("http:", "https:")).send(outgoing())
    assert isinstance(got, Delay)
    assert ALICE[1:].encode() not in b"".join(server.requests)


def test_past_the_deadline_not_one_byte_is_written(tmp_path: Path, raw_server: StartRaw) -> None:
    server = raw_server(answer("201 Created", '{"sid": "SM1"}'))
    carrier = carrier_at(tmp_path, server.url)
    assert carrier.send(outgoing(deadline=steady_seconds())) == Delay(None, 0)
    wait_for(lambda: server.requests)  # it had connected, and closed again
    assert server.requests == [b""]
    carrier.close()


@pytest.mark.parametrize(
    ("said", "then"),
    [
        (b"", "close"),
        (b"", "reset"),
        (b"", "hang"),
        (b"HTTP/1.1 201 Created\r\nContent-Length: 9\r\n\r\n{", "reset"),
        (b"HTTP/1.1 201 Created\r\nContent-Length: 9\r\n\r\n{", "close"),
        (b"HTTP/1.1 201 Created\r\nContent-Length: 9999\r\n\r\n{", "drip"),
        (b"SSH-2.0-OpenSSH_9.6\r\n", "close"),
        (answer("201 Created", "[]"), "close"),
        (answer("201 Created", '"SM1"'), "close"),
        (answer("201 Created", "null"), "close"),
        (answer("201 Created", '{"sid": 1}'), "close"),
        (answer("200 OK", "<html>captive portal</html>"), "close"),
        (answer("302 Found", "", "Location: http://127.0.0.1:1/"), "close"),
        (answer("500 Oops", '{"code": 21610, "message": "no"}'), "close"),
        (answer("500 Oops", '{"type":"t","title":"t","status":400,"code":21610}'), "close"),
        (answer("503 Busy", "", "Retry-After: 5"), "close"),
    ],
)
def test_what_may_have_been_sent_is_unknown(
    tmp_path: Path, raw_server: StartRaw, said: bytes, then: str
) -> None:
    server = raw_server(said, then)
    began = time.monotonic()
    patience = 0.3 if then in {"hang", "drip"} else 60
    got = carrier_at(tmp_path, server.url, patience).send(outgoing())
    assert isinstance(got, Unknown)
    assert time.monotonic() - began < 30
    wait_for(lambda: server.requests)
    assert len(server.requests) == 1  # never tried again by itself
    assert ALICE not in got.reason


@pytest.mark.parametrize(
    ("header", "seconds"),
    [("3", 3), ("2.5", 2.5), ("soon", 1), ("-4", 1), ("99999999", 3600), ("", 1)],
)
def test_retry_after_is_honoured_where_it_makes_sense(
    tmp_path: Path, raw_server: StartRaw, header: str, seconds: float
) -> None:
    server = raw_server(answer("429 Slow", "", f"Retry-After: {header}"))
    assert carrier_at(tmp_path, server.url).send(outgoing()) == Delay(None, seconds)


def test_retry_after_may_be_a_date(tmp_path: Path, raw_server: StartRaw) -> None:
    header = formatdate(time.time() + 60, usegmt=True)
    server = raw_server(answer("429 Slow", "", f"Retry-After: {header}"))
    got = carrier_at(tmp_path, server.url).send(outgoing())
    assert isinstance(got, Delay)
    assert 30 < got.seconds <= 60


def test_a_text_that_failed_at_once_keeps_its_code(tmp_path: Path, raw_server: StartRaw) -> None:
    server = raw_server(answer("201 Created", '{"sid":"SM1","status":"failed","error_code":21610}'))
    assert carrier_at(tmp_path, server.url).send(outgoing()) == Accepted("SM1", "failed", 21610)


def test_what_goes_over_the_wire_is_what_twilio_takes(tmp_path: Path, raw_server: StartRaw) -> None:
    server = raw_server(answer("201 Created", '{"sid":"SM1","status":"queued"}'))
    carrier = carrier_at(tmp_path, server.url + "/prefix")
    given = outgoing("a+b & 😀", service_sid="MG1", callback_url="https://x.example/s?m=1")
    assert carrier.send(given) == Accepted("SM1", "queued")
    head = server.requests[0].decode()
    assert head.startswith(f"POST /prefix/2010-04-01/Accounts/AC{'1' * 32}/Messages.json HTTP/1.1")
    assert "Authorization: Basic " in head


def test_one_connection_serves_many_sends(stage: Stage) -> None:
    with ThreadPoolExecutor(8) as pool:
        sent = list(pool.map(lambda n: stage.carrier.send(outgoing(f"text {n}")), range(40)))
    assert all(isinstance(each, Accepted) for each in sent)
    assert len({each.sid for each in sent if isinstance(each, Accepted)}) == 40


def test_listing_follows_every_page(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("router.carrier.twilio._PAGE_SIZE", 2)
    since = stage.now()
    for n in range(5):
        stage.carrier.send(outgoing(str(n)))
    assert len(stage.carrier.list_sent(ALICE, HOTEL, since)) == 5


@pytest.mark.parametrize("kind", ["500_before", "429", "401", "reset", "bad_json", "hang"])
def test_a_listing_that_fails_is_an_error_and_never_empty(stage: Stage, kind: str) -> None:
    stage.carrier.send(outgoing())
    stage.post("faults", [{"on": "list", "kind": kind, "seconds": 2}])
    carrier = impatient(stage) if kind == "hang" else stage.carrier
    with pytest.raises(CarrierError) as failed:
        carrier.list_sent(ALICE, HOTEL, stage.now() - timedelta(hours=1))
    assert failed.value.temporary == (kind != "401")
    assert ALICE not in failed.value.reason


def test_the_listing_can_lag_behind(stage: Stage) -> None:
    stage.post("faults", [{"on": "list", "kind": "lag", "seconds": 60}])
    since = stage.now()
    stage.carrier.send(outgoing())
    assert stage.carrier.list_sent(ALICE, HOTEL, since) == []
    stage.now.advance(timedelta(seconds=61))
    assert len(stage.carrier.list_sent(ALICE, HOTEL, since)) == 1


@pytest.mark.parametrize("kind", ["500_before", "429", "reset", "20009"])
def test_a_deletion_that_fails_for_now_is_for_later(stage: Stage, kind: str) -> None:
    stage.post("faults", [{"on": "delete", "kind": kind}])
    assert stage.carrier.delete("SM1") == "later"


def test_a_refused_deletion_is_an_error(stage: Stage) -> None:
    stage.post("faults", [{"on": "delete", "kind": "401"}, {"on": "redact", "kind": "401"}])
    for refused in (stage.carrier.delete, stage.carrier.redact):
        with pytest.raises(CarrierError, match="TWILIO_AUTH_TOKEN") as failed:
            refused("SM1")
        assert not failed.value.temporary


def test_what_is_wrong_with_the_account_is_said_plainly(stage: Stage, tmp_path: Path) -> None:
    wrong = TwilioCarrier(settings_for(tmp_path, stage.url, twilio_auth_token="theirs"))
    assert "TWILIO_AUTH_TOKEN" in (wrong.check_account() or "")
    nowhere = carrier_at(tmp_path, f"http://127.0.0.1:{free_port()}")
    assert "TWILIO_API_URL" in (nowhere.check_account() or "")
    wrong.close()


def test_a_suspended_account_is_a_problem(tmp_path: Path, raw_server: StartRaw) -> None:
    server = raw_server(answer("200 OK", '{"sid":"AC1","status":"suspended"}'))
    assert "suspended" in (carrier_at(tmp_path, server.url).check_account() or "")


@pytest.mark.parametrize(("ahead_seconds", "theirs_seconds"), [(3600, -3600), (-90, 90)])
def test_the_carriers_clock_is_read_off_its_answer(
    tmp_path: Path, raw_server: StartRaw, ahead_seconds: float, theirs_seconds: float
) -> None:
    date = formatdate(time.time() + theirs_seconds, usegmt=True)
    server = raw_server(answer("200 OK", '{"sid":"AC1","status":"active"}', f"Date: {date}"))
    difference = carrier_at(tmp_path, server.url).clock_difference()
    assert difference is not None
    assert abs(difference.total_seconds() - ahead_seconds) < 30


def test_a_carrier_that_tells_no_time_is_no_problem(tmp_path: Path, raw_server: StartRaw) -> None:
    server = raw_server(answer("200 OK", '{"sid":"AC1","status":"active"}'))
    assert carrier_at(tmp_path, server.url).clock_difference() is None


def test_the_numbers_and_their_webhooks_are_listed(stage: Stage) -> None:
    stage.simulator.add_number(HOTEL)
    (number,) = stage.carrier.numbers_webhooks()
    assert number.address == HOTEL
    assert number.sms_url.startswith(f"{stage.url}/twilio/inbound#rc=")
    assert number.sms_fallback_url.startswith(f"{stage.url}/twilio/fallback")


def test_short_codes_are_listed_where_they_are_asked_for_and_other_senders_nowhere(
    stage: Stage,
) -> None:
    for address in (HOTEL, "12345", f"whatsapp:{HOTEL}"):
        stage.simulator.add_number(address)
    number, code = stage.carrier.numbers_webhooks(short_codes=True)
    assert (number.address, code.address) == (HOTEL, "12345")
    assert (code.sms_url, code.sms_method) == (number.sms_url, "POST")
    assert stage.carrier.numbers_webhooks() == [number]


def test_media_are_listed(stage: Stage) -> None:
    media = [{"content_type": "image/png", "data": "aGVsbG8="}]
    sent = stage.post("inbound", {"from": ALICE, "to": HOTEL, "media": media})
    (found,) = stage.carrier.list_media(sent["sid"])
    assert isinstance(found, Media)
    assert found.content_type == "image/png"
    assert found.url == stage.app.calls[0].form["MediaUrl0"]


def test_no_log_holds_a_number_or_a_text(stage: Stage, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    stage.carrier.send(outgoing("a planted phrase"))
    stage.carrier.list_sent(ALICE, HOTEL, stage.now())
    ours = [each.getMessage() for each in caplog.records if not each.name.startswith("werkzeug")]
    assert not [line for line in ours if ALICE[1:] in line or "planted" in line]


def records(*ages_minutes: float) -> Iterator[SimpleNamespace]:
    """Records of a log, as the SDK gives them; a negative age is of one that went out."""
    for number, age in enumerate(ages_minutes):
        yield SimpleNamespace(
            sid=f"SM{number}",
            date_created=AT - timedelta(minutes=abs(age)),
            direction="outbound-api" if age < 0 else "inbound",
            num_media="0",
            error_code=None,
            **dict.fromkeys(("to", "from_", "body", "status", "messaging_service_sid"), ""),
        )


def test_a_log_is_read_until_it_has_been_older_for_a_while() -> None:
    log = records(1, 70, 80, 2, 70, -90, 71, -1, 72, 73, 3)
    found = newest_first(log, "inbound", AT - timedelta(hours=1), most_older=3)
    assert [each.sid for each in found] == ["SM0", "SM3"]
    assert len(list(log)) == 2, "the rest was not asked for"


def test_a_log_may_be_read_whole() -> None:
    found = newest_first(records(1, 70, 80, 90, -1, 2), "inbound", AT - timedelta(hours=1))
    assert [each.sid for each in found] == ["SM0", "SM5"]
