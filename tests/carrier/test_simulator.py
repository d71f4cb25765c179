"""The simulated carrier behaves as Twilio does, and fails when it is told to."""

import sqlite3
import time
from datetime import timedelta
from pathlib import Path

import pytest
from werkzeug.datastructures import MultiDict

from router.carrier.api import Accepted, CarrierError, Refused
from router.carrier.simulator import Simulator
from router.carrier.webhook import callback_url, parse_inbound, parse_status
from tests.carrier.stage import ALICE, HOTEL, Stage, outgoing, wait_for

TOLL_FREE = "+18005550100"


def text(stage: Stage, body: str, to: str = HOTEL, **more: object) -> dict[str, object]:
    answer: dict[str, object] = stage.post(
        "inbound", {"from": ALICE, "to": to, "body": body, **more}
    )
    return answer


def send(stage: Stage, body: str = "hello", **more: object) -> str:
    url = callback_url(stage.url, tenant="t", message_id="m1", attempt=2)
    sent = stage.carrier.send(outgoing(body, **{"callback_url": url, **more}))
    assert isinstance(sent, Accepted)
    return sent.sid


def test_a_text_reaches_the_app_signed(stage: Stage) -> None:
    sent = text(stage, "héllo 😀\nbye\x00")
    (call,) = stage.app.called("/twilio/inbound")
    assert call.is_signed
    read = parse_inbound(call.form)
    assert (read.sid, read.from_address, read.to_address) == (sent["sid"], ALICE, HOTEL)
    assert read.body == "héllo 😀\nbye\ufffd"
    assert call.form["NumSegments"] == "1"
    assert sent["status"] == 200


def test_callbacks_come_signed_and_in_order(stage: Stage) -> None:
    sid = send(stage)
    wait_for(lambda: len(stage.app.statuses(sid)) == 2)
    assert stage.app.statuses(sid) == ["sent", "delivered"]
    for call in stage.app.called("/twilio/status"):
        assert call.is_signed
        news = parse_status(call.form, MultiDict(call.query))
        assert (news.tenant, news.message_id, news.attempt) == ("t", "m1", 2)


@pytest.mark.parametrize(
    ("kind", "statuses"),
    [
        ("drop", ["delivered"]),
        ("duplicate", ["sent", "sent", "delivered"]),
        ("shuffle", ["delivered", "sent"]),
    ],
)
def test_callbacks_go_astray_when_told(stage: Stage, kind: str, statuses: list[str]) -> None:
    stage.post("faults", [{"on": "callback", "kind": kind, "copies": 2}])
    sid = send(stage)
    wait_for(lambda: len(stage.app.statuses(sid)) == len(statuses))
    assert stage.app.statuses(sid) == statuses


def test_a_callback_that_meets_an_error_comes_again_as_its_url_asks(stage: Stage) -> None:
    stage.app.status = 503
    sid = send(stage)
    wait_for(lambda: stage.app.statuses(sid) == ["sent"] * 4 + ["delivered"] * 4)
    plain = send(stage, callback_url=f"{stage.url}/twilio/status")
    wait_for(lambda: stage.app.statuses(plain) == ["sent", "delivered"])


def test_a_callback_can_come_five_times(stage: Stage) -> None:
    stage.post("faults", [{"on": "callback", "kind": "duplicate", "copies": 5}])
    sid = send(stage)
    wait_for(lambda: stage.app.statuses(sid) == ["sent"] * 5 + ["delivered"])


def test_a_text_can_be_accepted_late(stage: Stage) -> None:
    stage.post("faults", [{"on": "create", "kind": "late", "seconds": 0.2}])
    began = time.monotonic()
    send(stage)
    assert time.monotonic() - began >= 0.2


def test_a_fault_can_be_made_in_a_share_of_the_cases(stage: Stage) -> None:
    stage.post("faults", [{"on": "fetch", "kind": "500_before", "share": 0.5, "times": None}])
    sid, failed = send(stage), 0
    for _ in range(40):
        try:
            stage.carrier.fetch(sid)
        except CarrierError:
            failed += 1
    assert 0 < failed < 40
    made = stage.web.test_client().get("/simulator/api/faults/made").get_json()
    assert made == {"fetch 500_before": failed}


def test_callbacks_can_come_before_the_send_has_returned(stage: Stage) -> None:
    stage.post("faults", [{"on": "callback", "kind": "before_response"}])
    assert stage.app.statuses(send(stage)) == ["sent", "delivered"]


@pytest.mark.parametrize(
    ("fault", "status", "code"),
    [
        ({"kind": "undelivered"}, "undelivered", "30003"),
        ({"kind": "failed", "code": 30007}, "failed", "30007"),
        ({"kind": "30005"}, "undelivered", "30005"),
    ],
)
def test_delivery_fails_when_told(
    stage: Stage, fault: dict[str, object], status: str, code: str
) -> None:
    stage.post("faults", [{"on": "delivery", **fault}])
    sid = send(stage)
    wait_for(lambda: status in stage.app.statuses(sid))
    assert stage.app.calls[-1].form["ErrorCode"] == code
    assert stage.screen()[-1]["error_code"] == int(code)


def test_a_stop_is_confirmed_once_and_blocks_the_pair(stage: Stage) -> None:
    send(stage)
    text(stage, " Stop ")
    text(stage, "STOPALL")
    assert [each["by"] for each in stage.screen()] == ["bellhop", "handset", "carrier", "handset"]
    assert stage.carrier.send(outgoing()) == Refused(21610, "suppress")
    send(stage, from_address="+16125550199")
    send(stage, to="+16125550177")
    assert len(stage.app.called("/twilio/inbound")) == 2


@pytest.mark.parametrize("word", ["START", "yes", "unstop"])
def test_a_start_lifts_the_block(stage: Stage, word: str) -> None:
    text(stage, "quit")
    text(stage, word)
    assert stage.screen()[-1]["by"] == "carrier"
    send(stage)


@pytest.mark.parametrize("body", ["YES", "START", "HELP", "stop please", "OPT OUT"])
def test_the_filter_leaves_the_rest_to_the_app(stage: Stage, body: str) -> None:
    text(stage, body)
    assert [each["by"] for each in stage.screen()] == ["handset"]
    send(stage)


def test_on_toll_free_stop_alone_blocks(stage: Stage) -> None:
    text(stage, "QUIT", to=TOLL_FREE)
    send(stage, from_address=TOLL_FREE)
    text(stage, "STOP", to=TOLL_FREE)
    assert stage.carrier.send(outgoing(from_address=TOLL_FREE)) == Refused(21610, "suppress")
    text(stage, "YES", to=TOLL_FREE)
    assert isinstance(stage.carrier.send(outgoing(from_address=TOLL_FREE)), Refused)
    text(stage, "UNSTOP", to=TOLL_FREE)
    send(stage, from_address=TOLL_FREE)


def test_where_bellhop_answers_stop_the_carrier_does_not(stage: Stage) -> None:
    stage.post("numbers", {"address": HOTEL, "opt_out_by": "bellhop", "service": "MG1"})
    text(stage, "STOP")
    text(stage, "STOP", to="12345")
    assert [each["by"] for each in stage.screen()] == ["handset", "handset"]
    assert stage.app.calls[0].form["MessagingServiceSid"] == "MG1"
    send(stage)


def test_a_sid_seen_before_is_posted_again_as_it_was(stage: Stage) -> None:
    text(stage, "one", sid="SM1")
    text(stage, "another", sid="SM1")
    bodies = [call.form["Body"] for call in stage.app.called("/twilio/inbound")]
    assert bodies == ["one", "one"]
    assert len(stage.screen()) == 1


def test_a_failed_webhook_is_followed_by_the_fallback(stage: Stage) -> None:
    stage.app.status = 503
    sent = text(stage, "hello")
    assert (sent["status"], sent["fallback_status"]) == (503, 200)
    (call,) = stage.app.called("/twilio/fallback")
    assert call.is_signed
    assert call.form["ErrorCode"] == "11200"
    assert call.form["Body"] == "hello"


def test_a_lost_webhook_stays_in_the_log(stage: Stage) -> None:
    stage.post("faults", [{"on": "webhook", "kind": "drop"}])
    sent = text(stage, "hello")
    assert (sent["status"], stage.app.calls) == (None, [])
    assert [each.sid for each in stage.carrier.list_received(stage.now())] == [sent["sid"]]


def test_where_the_app_is_down_the_text_is_kept(stage: Stage, tmp_path: Path) -> None:
    lonely = Simulator(
        stage.settings, stage.now, tmp_path / "other.sqlite", post_to="http://127.0.0.1:1"
    )
    web = type(stage.web)("lonely")
    web.register_blueprint(lonely.blueprint)
    sent = web.test_client().post("/simulator/api/inbound", json={"from": ALICE, "to": HOTEL})
    assert sent.get_json() == {
        "sid": sent.get_json()["sid"],
        "status": None,
        "fallback_status": None,
    }
    lonely.close()


def test_a_restart_finds_the_log_and_sets_off_what_waited(stage: Stage, tmp_path: Path) -> None:
    database = tmp_path / "other.sqlite"
    first = Simulator(stage.settings, stage.now, database, delay_seconds=60)
    web = type(stage.web)("first")
    web.register_blueprint(first.blueprint)
    auth = (stage.settings.twilio_account_sid, "first-token")
    path = f"/2010-04-01/Accounts/{auth[0]}/Messages.json"
    url = callback_url(stage.url, tenant="t", message_id="m1", attempt=1)
    form = {"To": ALICE, "From": HOTEL, "Body": "hi", "StatusCallback": url}
    created = web.test_client().post(path, data=form, auth=auth).get_json()
    first.close()
    second = Simulator(stage.settings, stage.now, database, delay_seconds=0.01)
    second.start()
    wait_for(lambda: stage.app.statuses(created["sid"]) == ["sent", "delivered"])
    second.close()


def test_a_deleted_text_leaves_no_trace_in_the_file(stage: Stage) -> None:
    phrase, handset = "a planted phrase", "+16125550177"
    media = [{"content_type": "text/plain", "data": "cGxhbnRlZCBtZWRpYQ=="}]
    stage.post("inbound", {"from": handset, "to": HOTEL, "body": phrase, "media": media})
    stage.post("inbound", {"from": handset, "to": HOTEL, "body": "STOP"})
    assert phrase.encode() in _files(stage.database)
    for each in stage.carrier.list_received(stage.now() - timedelta(minutes=1)):
        assert stage.carrier.delete(each.sid) == "gone"
    kept = _files(stage.database)
    assert not [each for each in (phrase, handset, "planted media") if each.encode() in kept]
    with sqlite3.connect(stage.database) as connection:
        assert connection.execute("SELECT count(*) FROM blocks").fetchone() == (1,)
    connection.close()
    refused = stage.carrier.send(outgoing(to=handset))
    assert refused == Refused(21610, "suppress")


def test_a_redacted_text_leaves_no_trace_in_the_file(stage: Stage) -> None:
    sid = send(stage, "a planted phrase")
    stage.carrier.redact(sid)
    wait_for(lambda: "delivered" in stage.app.statuses(sid))  # now nobody writes any more
    assert b"planted" not in _files(stage.database)


def test_faults_are_counted_shown_and_cleared(stage: Stage) -> None:
    client = stage.web.test_client()
    stage.post("faults", [{"on": "create", "kind": "21610", "times": 2}])
    stage.carrier.send(outgoing())
    assert client.get("/simulator/api/faults").get_json()[0]["times"] == 1
    assert client.delete("/simulator/api/faults").get_json() == []
    send(stage)


@pytest.mark.parametrize(
    ("path", "given"),
    [
        ("faults", [{"on": "create", "kind": "sulk"}]),
        ("faults", [{"on": "nowhere", "kind": "429"}]),
        ("faults", [{"on": "create", "kind": "429", "times": 0}]),
        ("faults", None),
        ("clock", {"advance": "ten minutes"}),
        ("clock", {}),
        ("inbound", {"from": ALICE}),
        ("inbound", {"from": "", "to": HOTEL}),
        ("inbound", {"from": ALICE, "to": HOTEL, "sid": "a b"}),
        ("inbound", {"from": ALICE, "to": HOTEL, "media": [{"data": "!"}]}),
        ("inbound", ["x"]),
    ],
)
def test_a_wrong_order_is_refused_saying_what(stage: Stage, path: str, given: object) -> None:
    answer = stage.web.test_client().post(f"/simulator/api/{path}", json=given)
    assert answer.status_code == 400
    assert answer.get_json()["error"]
    assert ALICE not in answer.text


def test_the_clock_moves_for_all(stage: Stage) -> None:
    before = stage.now()
    stage.post("clock", {"advance": "10m"})
    assert stage.now() - before >= timedelta(minutes=10)
    text(stage, "later")
    (found,) = stage.carrier.list_received(before)
    assert found.created_at - before > timedelta(minutes=9)


def test_the_phones_are_listed(stage: Stage) -> None:
    text(stage, "hello")
    (phone,) = stage.web.test_client().get("/simulator/api/handsets").get_json()
    assert (phone["address"], phone["count"]) == (ALICE, 1)


def test_an_unescaped_plus_sign_finds_the_phone_too(stage: Stage) -> None:
    text(stage, "hello")
    answer = stage.web.test_client().get(f"/simulator/api/messages?to={ALICE}")
    assert [each["body"] for each in answer.get_json()] == ["hello"]


@pytest.mark.parametrize(
    ("form", "code"),
    [
        ({"From": HOTEL, "Body": "x"}, 21604),
        ({"To": ALICE, "Body": "x"}, 21603),
        ({"To": ALICE, "From": HOTEL}, 21602),
        ({"To": ALICE, "From": HOTEL, "Body": "x" * 1601}, 21617),
        ({"To": "+1612555O101", "From": HOTEL, "Body": "x"}, 21211),
    ],
)
def test_the_api_refuses_what_twilio_refuses(stage: Stage, form: dict[str, str], code: int) -> None:
    auth = (stage.settings.twilio_account_sid, "second-token")
    path = f"/2010-04-01/Accounts/{auth[0]}/Messages.json"
    answer = stage.web.test_client().post(path, data=form, auth=auth)
    assert (answer.status_code, answer.get_json()["code"]) == (400, code)


@pytest.mark.parametrize("auth", [None, ("AC" + "1" * 32, "x"), ("x", "first-token")])
def test_the_api_asks_who_calls(stage: Stage, auth: tuple[str, str] | None) -> None:
    path = f"/2010-04-01/Accounts/{stage.settings.twilio_account_sid}/Messages.json"
    answer = stage.web.test_client().get(path, auth=auth)
    assert (answer.status_code, answer.get_json()["code"]) == (401, 20003)


def test_media_content_is_served(stage: Stage) -> None:
    media = [{"content_type": "image/png", "data": "aGVsbG8="}]
    stage.post("inbound", {"from": ALICE, "to": HOTEL, "media": media})
    url = stage.app.calls[0].form["MediaUrl0"]
    auth = (stage.settings.twilio_account_sid, "first-token")
    answer = stage.web.test_client().get(url.removeprefix(stage.url), auth=auth)
    assert (answer.data, answer.content_type) == (b"hello", "image/png")


def _files(database: Path) -> bytes:
    """All that lies beside the database, its journals too."""
    return b"".join(file.read_bytes() for file in database.parent.glob(database.name + "*"))
