"""What every way to another server needs: whom to trust, one request within limits of time and
size, and how long the other side asks us to wait.
"""

import http.client
import io
import re
import socket
import ssl
import time
from collections.abc import Callable, Mapping
from email.utils import parsedate_to_datetime
from typing import NamedTuple
from urllib.parse import SplitResult, quote, urlencode

import certifi

PORTS = {"https": 443, "http": 80}
_FIRST_FINAL = 200
_LONGEST_RETRY_AFTER = 3600.0
_IN_A_TARGET = "/%:@!$&'()*+,;=~-._?"


class Request(NamedTuple):
    """What is asked of a server. `target` is a path and query, `host` what the header Host says."""

    method: str
    host: str
    target: str
    headers: Mapping[str, str]
    body: bytes = b""


class Limits(NamedTuple):
    """Until when (time.monotonic) an answer must have come, and in how many bytes."""

    ends_at: float
    most_bytes: int


def trusting_context() -> ssl.SSLContext:
    """The machine's certificate authorities and certifi's, for machines that have none."""
    context = ssl.create_default_context()
    context.load_verify_locations(certifi.where())
    return context


def host_of(url: SplitResult) -> str:
    """What the header Host says: host and port, no name and password. UnicodeError: no host."""
    return url.netloc.rpartition("@")[2].encode("idna").decode("ascii")


def target_of(url: SplitResult) -> str:
    """Path and query as a request has them; what they may not hold is quoted."""
    query = f"?{url.query}" if url.query else ""
    return quote((url.path or "/") + query, safe=_IN_A_TARGET)


def form_body(fields: Mapping[str, object]) -> bytes:
    """Fields as a form posts them; a list of values stands for a name that is repeated."""
    return urlencode(fields, doseq=True, errors="replace").encode()


def ask(
    opened: socket.socket,
    request: Request,
    limits: Limits,
    before_writing: Callable[[], None] = lambda: None,
) -> http.client.HTTPResponse:
    """Write a request whole and at once, right after `before_writing`, and read the answer's head;
    its body is read within the same limits. The socket is the caller's to close.

    Raises OSError, http.client.HTTPException, ValueError where it is no request.
    """
    connection = http.client.HTTPConnection(request.host)
    connection.auto_open = 0
    connection.sock = _LimitedSocket(opened, limits, before_writing)
    headers = {"Host": request.host, **request.headers}
    connection.request(request.method, request.target, request.body or None, headers)
    answer = connection.getresponse()
    if answer.status < _FIRST_FINAL:  # http.client passes over 100 alone; the answer is to come
        raise http.client.BadStatusLine(str(answer.status))
    return answer


def seconds_left(ends_at: float) -> float:
    """Seconds until then (time.monotonic). Raises TimeoutError where there are none."""
    left = ends_at - time.monotonic()
    if left <= 0:
        raise TimeoutError("the time is over")
    return left


def retry_after(header: str | None) -> float | None:
    """Seconds from a Retry-After header: a number of seconds or a date; None where unreadable."""
    if header is None:
        return None
    if re.fullmatch(r"[0-9]{1,9}(\.[0-9]{1,6})?", header.strip()):
        return min(float(header), _LONGEST_RETRY_AFTER)
    try:
        seconds = parsedate_to_datetime(header).timestamp() - time.time()
    except (TypeError, ValueError):
        return None
    return min(max(seconds, 0.0), _LONGEST_RETRY_AFTER)


class _LimitedSocket:
    """A socket as http.client uses it: it holds what is written until the answer is asked for."""

    def __init__(
        self, inner: socket.socket, limits: Limits, before_writing: Callable[[], None]
    ) -> None:
        self._inner = inner
        self._limits = limits
        self._before_writing = before_writing
        self._unwritten = b""

    def sendall(self, data: bytes) -> None:
        self._unwritten += data

    def makefile(self, _mode: str) -> io.BufferedReader:
        self._before_writing()
        self._inner.settimeout(seconds_left(self._limits.ends_at))
        self._inner.sendall(self._unwritten)
        return io.BufferedReader(_LimitedReader(self._inner, self._limits))

    def close(self) -> None:
        """Nothing: whoever opened it closes it, once the body was read."""


class _LimitedReader(io.RawIOBase):
    def __init__(self, inner: socket.socket, limits: Limits) -> None:
        super().__init__()
        self._inner = inner
        self._ends_at, self._allowed = limits

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: memoryview) -> int:  # type: ignore[override]  # what BufferedReader gives
        if self._allowed <= 0:
            raise OSError("the answer is endless")
        self._inner.settimeout(seconds_left(self._ends_at))
        count = self._inner.recv_into(buffer)
        self._allowed -= count
        return count
