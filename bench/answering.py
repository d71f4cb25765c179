"""A carrier that takes every text and answers so many seconds later: a process of its own.

    python -m bench.answering SECONDS

It listens on a free port of loopback, whose number is its first line of output. Each line of stdin
is a question, each further line of stdout its answer: `count`, how many texts have come; `take`,
the texts that came since the last `take` (JSON: see `Arrival`). It ends with its stdin. It speaks
just enough HTTP and imports little, so that it takes little of the cores.
"""

import asyncio
import gc
import json
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from urllib.parse import parse_qs

HEAD_END = b"\r\n\r\n"
LENGTH = b"content-length:"
DATE = "Thu, 01 Jan 2026 00:00:00 +0000"
SID = "SM" + "0" * 32


@dataclass(frozen=True, slots=True)
class Arrival:
    """A text: when the last byte of its request came (time.monotonic, which all processes of a
    machine share), from and to whom.
    """

    at: float
    from_address: str
    to: str


class Texts:
    """What has come, kept as it came and read only when somebody asks."""

    def __init__(self) -> None:
        self.count = 0
        self._run = b"%09x" % (time.time_ns() // 1_000_000 & 0xFFFFFFFFF)  # no other run's SIDs
        self._bodies: list[tuple[float, bytes]] = []

    def add(self, body: bytes) -> bytes:
        """Note a text that came now; its SID."""
        self._bodies.append((time.monotonic(), body))
        self.count += 1
        return b"SM%s%023x" % (self._run, self.count)

    def take(self) -> list[tuple[float, str, str]]:
        """Those since the last call: the fields of `Arrival`."""
        taken, self._bodies = self._bodies, []
        return [(at, *_addresses(body)) for at, body in taken]


def _addresses(body: bytes) -> tuple[str, str]:
    form = parse_qs(body.decode())
    return form["From"][0], form["To"][0]


class Line(asyncio.Protocol):
    """One kept-alive connection."""

    def __init__(self, texts: Texts, seconds: float) -> None:
        self._texts = texts
        self._seconds = seconds
        self._received = b""
        self._transport: asyncio.Transport | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Keep the connection."""
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport

    def data_received(self, data: bytes) -> None:
        """Answer a request that is whole, later."""
        self._received += data
        head_end = self._received.find(HEAD_END)
        if head_end < 0:
            return
        body_start = head_end + len(HEAD_END)
        body_end = body_start + _length(self._received[:head_end].lower())
        if len(self._received) < body_end:
            return
        body, self._received = self._received[body_start:body_end], self._received[body_end:]
        loop = asyncio.get_running_loop()
        loop.call_later(self._seconds, self._answer, self._texts.add(body))

    def _answer(self, sid: bytes) -> None:
        if self._transport is not None:
            self._transport.write(sid.join(PIECES))


def _length(head: bytes) -> int:
    place = head.find(LENGTH)
    return int(head[place + len(LENGTH) :].split(b"\r\n", 1)[0]) if place >= 0 else 0


def _answer_around_sid() -> list[bytes]:
    """What Twilio answers to a text, as long as its own answer is: what stands around the SIDs."""
    made = {
        "account_sid": "AC" + "0" * 32,
        "api_version": "2010-04-01",
        "body": "Towels are on the way.",
        "date_created": DATE,
        "date_sent": None,
        "date_updated": DATE,
        "direction": "outbound-api",
        "error_code": None,
        "error_message": None,
        "from": "+16125550100",
        "messaging_service_sid": None,
        "num_media": "0",
        "num_segments": "1",
        "price": None,
        "price_unit": None,
        "sid": SID,
        "status": "queued",
        "subresource_uris": {"media": f"/2010-04-01/Accounts/AC/Messages/{SID}/Media.json"},
        "to": "+16515550000",
        "uri": f"/2010-04-01/Accounts/AC{'0' * 32}/Messages/{SID}.json",
    }
    body = json.dumps(made)
    head = (
        "HTTP/1.1 201 CREATED\r\n"
        f"Date: {DATE}\r\n"
        "Content-Type: application/json;charset=utf-8\r\n"
        f"Content-Length: {len(body)}\r\n"
        "Connection: keep-alive\r\n"
        "Twilio-Concurrent-Requests: 1\r\n"
        "Twilio-Request-Id: RQ00000000000000000000000000000000\r\n"
        "Twilio-Request-Duration: 0.050\r\n"
        "X-Home-Region: us1\r\n"
        "X-API-Domain: api.twilio.com\r\n"
        "Strict-Transport-Security: max-age=31536000\r\n"
        "\r\n"
    )
    return (head + body).encode().split(SID.encode())


PIECES = _answer_around_sid()


async def main(seconds: float) -> None:
    """Listen, and answer what stdin asks until it ends."""
    texts, loop = Texts(), asyncio.get_running_loop()
    server = await loop.create_server(lambda: Line(texts, seconds), "127.0.0.1", 0, backlog=512)
    print(server.sockets[0].getsockname()[1], flush=True)
    questions = asyncio.StreamReader()
    protocol = asyncio.StreamReaderProtocol(questions)
    await loop.connect_read_pipe(lambda: protocol, sys.stdin)
    answers: dict[bytes, Callable[[], object]] = {
        b"count": lambda: texts.count,
        b"take": texts.take,
    }
    while question := await questions.readline():
        print(json.dumps(answers[question.strip()]()), flush=True)


if __name__ == "__main__":
    gc.disable()
    asyncio.run(main(float(sys.argv[1])))
