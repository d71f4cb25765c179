"""Connections to the carrier: kept, never used once the server has ended them, never shared."""

import os
import ssl
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from router.carrier.connections import LARGEST_ANSWER, Connections
from router.carrier.wire import NoAnswer, NotSent, TooLate, exchange
from router.https import Request
from router.now import steady_seconds
from tests.carrier.keeper import Keeper, keeping
from tests.carrier.stage import wait_for
from tests.couriers.certificate import make_certificate

ASKED = Request("GET", "carrier.test", "/", {})
OK = b"HTTP/1.1 200 OK\r\n"


def connections_to(
    keeper: Keeper, most_idle: int = 8, context: ssl.SSLContext | None = None
) -> Connections:
    scheme = "https" if context else "http"
    return Connections(
        urlsplit(f"{scheme}://127.0.0.1:{keeper.port}"),
        connect_seconds=20,
        read_seconds=20,
        most_idle=most_idle,
        context=context,
    )


def settled(connections: Connections) -> None:
    """Wait until what the server did after its answer has arrived here."""
    (kept,) = connections._idle
    wait_for(kept.is_dropped)


def test_one_connection_serves_request_after_request() -> None:
    with keeping() as keeper:
        connections = connections_to(keeper)
        assert [connections.ask(ASKED).body for _ in range(3)] == [b"ok"] * 3
        assert keeper.connections() == [1, 1, 1]


def test_requests_side_by_side_have_a_connection_each_and_the_idle_are_bounded() -> None:
    with keeping() as keeper, ThreadPoolExecutor(6) as pool:
        connections = connections_to(keeper, most_idle=2)
        list(pool.map(lambda _: connections.ask(ASKED), range(60)))
        assert len(keeper.requests) == 60
        assert len(connections._idle) <= 2


@pytest.mark.parametrize("afterwards", [b"", b"HTTP/1.1 408 Too Slow\r\n\r\n"])
def test_an_idle_connection_that_the_server_has_ended_is_not_used(afterwards: bytes) -> None:
    with keeping() as keeper:
        keeper.afterwards = afterwards
        connections = connections_to(keeper)
        for _ in range(3):
            assert connections.ask(ASKED).status == 200
            settled(connections)
        assert keeper.connections() == [1, 2, 3]


def test_a_connection_that_is_said_to_close_is_not_kept() -> None:
    with keeping() as keeper:
        keeper.answers = [b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\nConnection: Close\r\n\r\n"]
        connections = connections_to(keeper)
        connections.ask(ASKED)
        connections.ask(ASKED)
        assert keeper.connections() == [1, 2]


@pytest.mark.parametrize(
    "said",
    [
        b"SSH-2.0-OpenSSH\r\n\r\n",
        OK + b"Content-Length: 9\r\n\r\nearly",
        OK + b"Transfer-Encoding: chunked\r\n\r\n5\r\near",
        OK + b"Transfer-Encoding: chunked\r\n\r\nmany\r\n",
        OK + b"Content-Length: %d\r\n\r\n" % (2 * LARGEST_ANSWER),
        OK + b"\r\n" + b"x" * (LARGEST_ANSWER + 1),
        b"HTTP/1.1 103 Early Hints\r\nLink: x\r\n\r\n" + OK + b"Content-Length: 2\r\n\r\nok",
    ],
)
def test_half_of_an_answer_is_none_and_ends_its_connection(said: bytes) -> None:
    with keeping() as keeper:
        keeper.answers, keeper.afterwards = [said], b""
        connections = connections_to(keeper)
        with exchange() as followed, pytest.raises(NoAnswer):
            connections.ask(ASKED)
        assert followed.is_written
        connections.ask(ASKED)
        assert keeper.connections() == [1, 2]


def test_a_whole_answer_may_come_in_chunks_or_last_until_the_end() -> None:
    with keeping() as keeper:
        keeper.answers = [
            OK + b"Transfer-Encoding: chunked\r\n\r\n2\r\nin\r\n4\r\n two\r\n0\r\n\r\n"
        ]
        connections = connections_to(keeper)
        assert connections.ask(ASKED).body == b"in two"
        keeper.answers, keeper.afterwards = [OK + b"\r\nuntil the end"], b""
        assert connections.ask(ASKED).body == b"until the end"
        assert keeper.connections() == [1, 1]


def test_a_request_is_written_at_once_and_what_is_none_is_not_written() -> None:
    with keeping() as keeper:
        connections = connections_to(keeper)
        connections.ask(Request("POST", "carrier.test", "/send", {"X": "1"}, b"To=%2B1"))
        ((_, written),) = keeper.requests
        head, _, body = written.partition(b"\r\n\r\n")
        assert head.startswith(b"POST /send HTTP/1.1\r\n")
        assert {b"Host: carrier.test", b"Content-Length: 7", b"X: 1"} < {*head.split(b"\r\n")}
        assert body == b"To=%2B1"
        with exchange() as followed, pytest.raises(NotSent):
            connections.ask(Request("GET", "carrier.test", "/", {"X": "1\r\nY: 2"}))
        assert not followed.is_written
        assert len(keeper.requests) == 1


def test_tls_connections_are_kept(tmp_path: Path) -> None:
    certificate = make_certificate(tmp_path, "127.0.0.1")
    with keeping(certificate.serving()) as keeper:
        connections = connections_to(keeper, context=certificate.trusting())
        assert [connections.ask(ASKED).body for _ in range(3)] == [b"ok"] * 3
        assert keeper.connections() == [1, 1, 1]
        keeper.afterwards = b""
        connections.ask(ASKED)
        settled(connections)
        assert connections.ask(ASKED).body == b"ok"
        assert keeper.connections() == [1, 1, 1, 1, 2]


def test_a_server_that_is_not_trusted_is_told_nothing(tmp_path: Path) -> None:
    certificate = make_certificate(tmp_path, "127.0.0.1")
    with keeping(certificate.serving()) as keeper:
        connections = connections_to(keeper, context=ssl.create_default_context())
        with exchange(), pytest.raises(NotSent):
            connections.ask(ASKED)
        assert keeper.requests == []


def test_a_kept_connection_writes_nothing_past_the_deadline() -> None:
    with keeping() as keeper:
        connections = connections_to(keeper)
        connections.ask(ASKED)
        with exchange(steady_seconds()) as followed, pytest.raises(TooLate):
            connections.ask(ASKED)
        assert not followed.is_written
        connections.ask(ASKED)
        assert len(keeper.requests) == 2


def test_a_forked_child_asks_by_connections_of_its_own() -> None:
    with keeping() as keeper:
        connections = connections_to(keeper)
        connections.ask(ASKED)
        connections._process = os.getpid() + 1  # as a child of this process finds it
        connections.ask(ASKED)
        connections.ask(ASKED)
        assert keeper.connections() == [1, 2, 2]
