"""A server that speaks raw bytes: for resets, silence and nonsense that no HTTP server makes."""

import socket
import struct
import time
from contextlib import suppress
from dataclasses import dataclass


@dataclass
class RawServer:
    """A server that says the same bytes to everyone, and counts who came."""

    url: str
    requests: list[bytes]


def serve(listener: socket.socket, server: RawServer, answer: bytes, then: str) -> None:
    """Answer everyone with the same bytes until the listener is closed."""
    while True:
        try:
            connection, _ = listener.accept()
        except OSError:
            return
        with connection:
            server.requests.append(connection.recv(65536))
            connection.sendall(answer)
            if then == "hang":
                _hang(connection)
            if then == "drip":
                _drip(connection)
            if then == "reset":
                linger = struct.pack("ii", 1, 0)
                connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, linger)


def _hang(connection: socket.socket) -> None:
    """Say nothing more, until the client has gone or for a minute."""
    with suppress(OSError):
        connection.settimeout(60)
        connection.recv(1)


def _drip(connection: socket.socket) -> None:
    """Say very little, again and again, until the client has gone or for a minute."""
    try:
        for _ in range(1200):
            connection.sendall(b" ")
            time.sleep(0.05)
    except OSError:
        return
