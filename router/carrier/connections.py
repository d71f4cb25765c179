"""Connections to one server, kept alive between requests: opened, asked once at a time, dropped."""

import http.client
import os
import socket
import ssl
import time
import weakref
from collections import deque
from contextlib import suppress
from dataclasses import dataclass
from urllib.parse import SplitResult

from router.carrier.wire import Exchange, NoAnswer, NotSent, current_exchange
from router.https import PORTS, Limits, Request, ask, seconds_left, trusting_context

LARGEST_ANSWER = 16 * 1024 * 1024  # a page of the log is far smaller


@dataclass(frozen=True, slots=True)
class Answer:
    """What the server said. `headers` are found in any case; `is_last`: the connection takes no
    other request.
    """

    status: int
    headers: http.client.HTTPMessage
    body: bytes
    is_last: bool


class Connections:
    """The way to one server (`origin`: scheme, host, port). Safe to use from many threads, and
    after a fork: a child does not share its parent's sockets.

    `read_seconds` is what a request may take from its first byte to the last of its answer. At
    most `most_idle` are kept while nobody asks. `context` says whom to trust.
    Raises ValueError where `origin` is no web address.
    """

    def __init__(
        self,
        origin: SplitResult,
        *,
        connect_seconds: float,
        read_seconds: float,
        most_idle: int,
        context: ssl.SSLContext | None = None,
    ) -> None:
        if origin.scheme not in PORTS or not origin.hostname:
            raise ValueError("no web address")
        self._host = origin.hostname
        self._port = origin.port or PORTS[origin.scheme]
        self._context = (context or trusting_context()) if origin.scheme == "https" else None
        self._connect_seconds = connect_seconds
        self._read_seconds = read_seconds
        self._most_idle = most_idle
        self._process = os.getpid()
        self._idle: deque[Connection] = deque()
        weakref.finalize(self, _close, self._idle)

    def ask(self, request: Request) -> Answer:
        """Make one request, never again by itself. Raises NotSent (TooLate where the deadline of
        the exchange had passed) or NoAnswer.
        """
        followed = current_exchange() or Exchange()
        try:
            return self._ask(request, followed)
        except (OSError, http.client.HTTPException, ValueError) as error:
            reason = type(error).__name__
            raise (NoAnswer(reason) if followed.is_written else NotSent(reason)) from None

    def close(self) -> None:
        """Close the idle ones."""
        _close(self._idle)

    def _ask(self, request: Request, followed: Exchange) -> Answer:
        connection = self._take()
        try:
            answer = connection.ask(request, followed, self._read_seconds)
        except BaseException:
            connection.close()
            raise
        if answer.is_last or len(self._idle) >= self._most_idle:
            connection.close()
        else:
            self._idle.append(connection)
        return answer

    def _take(self) -> "Connection":
        """The one that was used last, so that those which are not needed grow old; or a new one."""
        if self._process != os.getpid():
            self.close()
            self._process = os.getpid()
        while True:
            try:
                connection = self._idle.pop()
            except IndexError:
                return self._open()
            if not connection.is_dropped():
                return connection
            connection.close()

    def _open(self) -> "Connection":
        ends_at = time.monotonic() + self._connect_seconds
        opened = socket.create_connection((self._host, self._port), self._connect_seconds)
        try:
            opened.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            if self._context is not None:
                opened.settimeout(seconds_left(ends_at))
                opened = self._context.wrap_socket(opened, server_hostname=self._host)
        except BaseException:
            opened.close()
            raise
        return Connection(opened)


class Connection:
    """One that stands. Used by one thread at a time."""

    __slots__ = ("_socket",)

    def __init__(self, opened: socket.socket) -> None:
        self._socket = opened

    def is_dropped(self) -> bool:
        """Whether the server has ended it, or said what nobody asked for."""
        self._socket.settimeout(0)
        try:
            self._socket.recv(1)
        except (BlockingIOError, ssl.SSLWantReadError):
            return False
        except OSError:
            return True
        return True

    def ask(self, request: Request, followed: Exchange, seconds: float) -> Answer:
        """Write the request, unless it is too late for it, and read the whole answer in time."""
        limits = Limits(time.monotonic() + seconds, LARGEST_ANSWER)
        answer = ask(self._socket, request, limits, followed.mark_written)
        if answer.length is not None and answer.length > LARGEST_ANSWER:
            raise OSError("the answer is too large")
        body = answer.read()
        return Answer(answer.status, answer.headers, body, answer.will_close)

    def close(self) -> None:
        """Close it at once."""
        self._socket.close()


def _close(idle: "deque[Connection]") -> None:
    with suppress(IndexError):
        while True:
            idle.pop().close()
