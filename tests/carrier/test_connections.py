"""Connections to the carrier: kept, never used once the server has ended them, never shared."""

import os
import ssl
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from router.carrier.connections import Connections
from router.carrier.wire import NoAnswer, NotSent, TooLate, exchange
from router.now import steady_seconds
from tests.carrier.keeper import Keeper, keeping
from tests.carrier.stage import wait_for
from tests.couriers.certificate import make_certificate

ASKED = b"GET / HTTP/1.1\r\n\r\n"


def connections_to(
    keeper: Keeper, most_idle: int = 8, context: ssl.SSLContext | None = None
) -> Connections:
    scheme = "https" if context else "http"
    return Connections(
        urlsplit(f"{scheme}://127.0.0.1:{keeper.port}"),
        connect_seconds=2,
        read_seconds=2,
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


@pytest.mark.parametrize("afterwards", [None, b"HTTP/1.1 408 Too Slow\r\n\r\n"])
def test_an_idle_connection_that_the_server_has_ended_is_not_used(afterwards: bytes | None) -> None:
    with keeping() as keeper:
        keeper.afterwards = afterwards
        connections = connections_to(keeper)
        for _ in range(3):
            assert connections.ask(ASKED).status == 200
            if connections._idle:  # else more than the answer had come with it already
                settled(connections)
        assert keeper.connections() == [1, 2, 3]


def test_a_connection_that_is_said_to_close_is_not_kept() -> None:
    with keeping() as keeper:
        keeper.answers = [b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\nConnection: Close\r\n\r\n"]
        connections = connections_to(keeper)
        connections.ask(ASKED)
        connections.ask(ASKED)
        assert keeper.connections() == [1, 2]


def test_an_answer_that_cannot_be_read_ends_its_connection() -> None:
    with keeping() as keeper:
        keeper.answers = [b"HTTP/1.1 200 OK\r\nContent-Length: 1, 2\r\n\r\n22"]
        connections = connections_to(keeper)
        with exchange(), pytest.raises(NoAnswer):
            connections.ask(ASKED)
        connections.ask(ASKED)
        assert keeper.connections() == [1, 2]


def test_tls_connections_are_kept(tmp_path: Path) -> None:
    certificate = make_certificate(tmp_path, "127.0.0.1")
    with keeping(certificate.serving()) as keeper:
        connections = connections_to(keeper, context=certificate.trusting())
        assert [connections.ask(ASKED).body for _ in range(3)] == [b"ok"] * 3
        assert keeper.connections() == [1, 1, 1]
        keeper.afterwards = None
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
