"""The carrier as the wire knows it: takes texts, loses answers, calls back, and keeps a log that
lags behind. The real client of the program speaks to it; only the socket is not there.
"""

import json
import logging
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from email.utils import format_datetime
from random import Random
from typing import Any
from urllib.parse import parse_qs, urlsplit

# twilio ships no type information
from twilio.http import HttpClient  # type: ignore[import-untyped]
from twilio.http.response import Response  # type: ignore[import-untyped]

from router.carrier.wire import NoAnswer, NotSent, current_exchange
from tests.storm.simulation.plan import Plan
from tests.storm.simulation.timeline import Timeline
from tests.storm.simulation.trouble import Trouble

READ_SECONDS = 15.0
OPTED_OUT = "21610"
BEFORE = frozenset(
    {"429", "500_before", "timeout_before", "reset_before", "21408", "20003", OPTED_OUT}
)
_ONE_TEXT = re.compile(r"/Messages/(\w+)\.json")
LATEST_NEWS = 200.0
FATES = ("delivered", "delivered", "delivered", "undelivered", "failed")
CODES = (30003, 30005, 30007)


@dataclass(slots=True)
class Entry:
    """A text in the carrier's log, which shows it from `shows_at` on."""

    sid: str
    to: str
    from_address: str
    body: str
    at: float
    shows_at: float
    direction: str = "inbound"
    status: str = "received"
    error_code: int | None = None


@dataclass(slots=True)
class Taken:
    """A text of ours that the carrier has taken: which attempt it was, and its entry."""

    message_id: str
    attempt: int
    entry: Entry

    @property
    def sid(self) -> str:
        """The carrier's id of it."""
        return self.entry.sid

    @property
    def at(self) -> float:
        """When it was taken."""
        return self.entry.at

    @property
    def error_code(self) -> int | None:
        """Why it did not arrive."""
        return self.entry.error_code


@dataclass(slots=True)
class ModelCarrier:
    """The carrier's side of one seed: `taken` is the truth that the program is held against."""

    plan: Plan
    timeline: Timeline
    trouble: Trouble
    rng: Random
    call_back: Callable[[str, dict[str, str]], None]
    tell: Callable[[str, str], None]
    taken: list[Taken] = field(default_factory=list)
    log: list[Entry] = field(default_factory=list)
    blocked: set[str] = field(default_factory=set)

    def create(self, form: Mapping[str, Any]) -> Response:
        """One request for a text to be sent."""
        ids = _ids(str(form["StatusCallback"]))
        kind = self._draw(str(form["To"]))
        self.trouble.step("connects", ids[0])
        if kind == "refused_connection":
            raise NotSent("ConnectionRefused")
        self._write(ids[0])
        if kind in BEFORE:
            return self._answer_before(kind, ids[0])
        delay = self.rng.uniform(0.01, 0.3) if kind != "slow" else self.rng.uniform(10, 30)
        self.timeline.after(delay, lambda: self._take(form, ids))
        return self._answer_after(kind, ids[0], delay)

    def _draw(self, to: str) -> str:
        if to in self.blocked:
            return OPTED_OUT
        if self.trouble.is_over or self.rng.random() >= self.plan.fault_rate:
            return "taken"
        return self.rng.choice(self.plan.faults)

    def _write(self, message_id: str) -> None:
        """The deadline is looked at, by the program's own code, and then the bytes leave."""
        if followed := current_exchange():
            followed.mark_written()
        if self.plan.late_writes:
            self.trouble.step("has looked at the deadline", message_id)
        self.tell("is written to", message_id)

    def _answer_before(self, kind: str, message_id: str) -> Response:
        """The carrier does not take it, whether we are told so or not."""
        self.tell(f"does not take it: {kind}", message_id)
        if kind == "timeout_before":
            self.trouble.wait(READ_SECONDS)
            raise NoAnswer("ReadTimeout")
        self.trouble.wait(self.rng.uniform(0.01, 0.5))
        if kind == "reset_before":
            raise NoAnswer("ConnectionReset")
        status, code = {"429": (429, 20429), "500_before": (500, 20500), "20003": (401, 20003)}.get(
            kind, (400, int(kind) if kind.isdigit() else 0)
        )
        return _answer(status, {"code": code, "message": "no", "status": status})

    def _answer_after(self, kind: str, message_id: str, delay: float) -> Response:
        """The carrier takes it, whether we are told so or not."""
        if kind == "timeout_after" or delay > READ_SECONDS:
            self.trouble.wait(READ_SECONDS)
            raise NoAnswer("ReadTimeout")
        self.trouble.wait(delay + self.rng.uniform(0.01, 0.3))
        if kind == "reset_after":
            raise NoAnswer("ConnectionReset")
        if kind == "500_after":
            return _answer(500, {"code": 20500, "message": "no", "status": 500})
        if kind == "bad_json":
            return _answer(201, None)
        mine = next(each for each in reversed(self.taken) if each.message_id == message_id)
        return _answer(201, self._payload(mine.entry))

    def _take(self, form: Mapping[str, Any], ids: tuple[str, int]) -> None:
        sid = f"SM{len(self.taken) + 1:03d}"
        entry = self._enter(sid, str(form["To"]), str(form["From"]), str(form["Body"]))
        entry.direction, entry.status = "outbound-api", "queued"
        self.taken.append(Taken(*ids, entry))
        self.tell(f"takes it as {sid}", ids[0])
        self._report(entry, str(form["StatusCallback"]))

    def hear(self, sid: str, from_address: str, to: str, body: str) -> None:
        """Somebody texts us."""
        self._enter(sid, to, from_address, body)

    def _enter(self, sid: str, to: str, from_address: str, body: str) -> Entry:
        now = self.timeline.now
        self.log.append(Entry(sid, to, from_address, body, now, now + self.plan.lag_seconds))
        return self.log[-1]

    def _report(self, record: Entry, url: str) -> None:
        """Its way to the phone, and the news of it: lost, repeated, late, out of order."""
        fate = "delivered"
        if self.rng.random() < self.plan.undelivered_rate:
            fate = self.rng.choice(FATES)
        code = self.rng.choice(CODES) if fate in {"undelivered", "failed"} else None
        for place, status in enumerate(("queued", "sent", fate)):
            told = code if status == fate else None
            self.timeline.after(
                0.4 * place, lambda status=status, told=told: self._come_to(record, status, told)
            )
            for delay in self._deliveries(place):
                self.timeline.after(delay, lambda s=status, c=told: self._tell(record, url, s, c))

    def _deliveries(self, place: int) -> list[float]:
        if self.rng.random() < self.plan.drop_rate:
            return []
        copies = self.rng.randint(2, 5) if self.rng.random() < self.plan.repeat_rate else 1
        latest = LATEST_NEWS if self.rng.random() < self.plan.late_news_rate else 1.0
        return [self.rng.uniform(0, latest) + 0.4 * place * (latest < 2) for _ in range(copies)]

    def _come_to(self, record: Entry, status: str, code: int | None) -> None:
        record.status, record.error_code = status, code

    def _tell(self, record: Entry, url: str, status: str, code: int | None) -> None:
        news = {"MessageSid": record.sid, "MessageStatus": status}
        if code is not None:
            news["ErrorCode"] = str(code)
        self.call_back(url, news)

    def list(self, asked: Mapping[str, Any]) -> Response:
        """What the log shows now, newest first."""
        self.trouble.step("asks for the log", "")
        self.trouble.wait(self.rng.uniform(0.05, 0.5))
        now = self.timeline.now
        if any(begins <= now < ends for begins, ends in self.plan.log_outages):
            return _answer(503, {"code": 20500, "message": "no", "status": 503})
        shown = [
            self._payload(each)
            for each in reversed(self.log)
            if each.shows_at <= now
            and asked.get("To") == each.to
            and asked.get("From") == each.from_address
        ]
        self.tell(f"shows {[each['sid'] for each in shown]}", "")
        self.trouble.step("has the log", "")
        return _answer(200, {"messages": shown, "next_page_uri": None, "uri": "/"})

    def fetch(self, sid: str) -> Response:
        """One text, which the carrier knows by its SID at once, however far its log has come."""
        self.trouble.wait(self.rng.uniform(0.05, 0.5))
        found = [self._payload(each) for each in self.log if each.sid == sid]
        return _answer(200, found[0]) if found else _answer(404, {"code": 20404, "status": 404})

    def _payload(self, record: Entry) -> dict[str, object]:
        return {
            "sid": record.sid,
            "to": record.to,
            "from": record.from_address,
            "body": record.body,
            "date_created": format_datetime(self.timeline.moment(record.at - self.timeline.now)),
            "status": record.status,
            "direction": record.direction,
            "error_code": record.error_code,
            "num_media": "0",
        }


class ModelTransport(HttpClient):  # type: ignore[misc]  # twilio ships no type information
    """The program's way to the carrier: to the model of the seed that is played."""

    def __init__(self) -> None:
        super().__init__(logging.getLogger(__name__), False, None)
        self.carrier: ModelCarrier | None = None

    def request(  # noqa: PLR0917 - the SDK's interface
        self,
        method: str,
        uri: str,
        params: Mapping[str, Any] | None = None,
        data: Mapping[str, Any] | None = None,
        headers: object = None,
        auth: object = None,
        timeout: object = None,
        allow_redirects: object = False,
    ) -> Response:
        """Make one request."""
        assert self.carrier is not None
        if method == "POST":
            answer = self.carrier.create(data or {})
        elif one := _ONE_TEXT.search(uri):
            answer = self.carrier.fetch(one[1])
        else:
            answer = self.carrier.list(params or {})
        if followed := current_exchange():
            followed.http_status = answer.status_code
        return answer


def _ids(url: str) -> tuple[str, int]:
    """The message and the attempt that a callback's URL names."""
    query = parse_qs(urlsplit(url).query)
    return query["message"][0], int(query["attempt"][0])


def _answer(status: int, payload: dict[str, object] | None) -> Response:
    return Response(status, "<html>" if payload is None else json.dumps(payload), {})
