"""A server that keeps its connections and says what it is told, request by request."""

import socket
import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field

OK = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"


@dataclass
class Keeper:
    """`requests` are those that came, each with the number of its connection. `answers` are used
    up one by one; after the last it is always OK. Where `afterwards` is given (as it stood when the
    request came), it is written after the answer and the connection closed.
    """

    port: int
    requests: list[tuple[int, bytes]] = field(default_factory=list)
    answers: list[bytes] = field(default_factory=list)
    afterwards: bytes | None = None

    def connections(self) -> list[int]:
        """The number of the connection that each request came by."""
        return [number for number, _ in self.requests]


@contextmanager
def keeping(context: ssl.SSLContext | None = None) -> Iterator[Keeper]:
    """A keeper that listens, by TLS where a context is given."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        keeper = Keeper(listener.getsockname()[1])
        threading.Thread(target=_accept, args=(listener, keeper, context), daemon=True).start()
        yield keeper


def _accept(listener: socket.socket, keeper: Keeper, context: ssl.SSLContext | None) -> None:
    number = 0
    while True:
        try:
            opened, _ = listener.accept()
        except OSError:
            return
        number += 1
        threading.Thread(target=_serve, args=(opened, number, keeper, context), daemon=True).start()


def _serve(
    opened: socket.socket, number: int, keeper: Keeper, context: ssl.SSLContext | None
) -> None:
    with suppress(OSError):
        kept = context.wrap_socket(opened, server_side=True) if context else opened
        with kept:
            while request := kept.recv(65536):
                keeper.requests.append((number, request))
                afterwards = keeper.afterwards
                kept.sendall(keeper.answers.pop(0) if keeper.answers else OK)
                if afterwards is not None:
                    kept.sendall(afterwards)
                    return
