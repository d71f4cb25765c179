"""One POST to a URL that others have written: to a checked address, in limited time, no further.

The host is resolved once, every address of it is checked, and the connection goes to one of those:
a name that answers otherwise a moment later gains nothing. Redirects are not followed, proxies of
the environment not used, and of the answer only its head is read.
"""

import http.client
import io
import socket
import ssl
import time
from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import SplitResult, quote, urlsplit

from router.couriers.public import NotPublic, Resolver, checked_addresses, resolve
from router.https import retry_after, trusting_context

SECONDS = 10.0
SILENT = "it does not answer"
LARGEST_ANSWER = 64 * 1024
_IN_A_PATH = "/%:@!$&'()*+,;=~-._?"
_PORTS = {"https": 443, "http": 80}


class NotAnswered(Exception):
    """No whole answer came: the words say why. `for_good`: asking again is of no use."""

    def __init__(self, why: str, *, for_good: bool = False) -> None:
        super().__init__(why)
        self.why = why
        self.for_good = for_good


@dataclass(frozen=True, slots=True)
class Answer:
    """What the other side said: its status, and how long it asks us to wait."""

    status: int
    retry_after_seconds: float | None


class Poster:
    """Posts to public https URLs. Safe to use from many threads.

    `loopback` also lets it reach this machine, there by http as well. `context` says whom to trust.
    """

    def __init__(
        self,
        *,
        loopback: bool = False,
        context: ssl.SSLContext | None = None,
        find: Resolver = resolve,
        seconds: float = SECONDS,
    ) -> None:
        self._loopback = loopback
        self._context = context or trusting_context()
        self._find = find
        self._seconds = seconds

    def post(self, url: str, headers: Mapping[str, str], body: bytes) -> Answer:
        """Post once, within the time. Raises NotAnswered."""
        ends_at = time.monotonic() + self._seconds
        connection = None
        try:
            pieces = urlsplit(url)
            connection = self._connect(pieces, ends_at)
            host = pieces.netloc.rpartition("@")[2].encode("idna").decode("ascii")
            given = {"Host": host, "Connection": "close", "Accept": "*/*", **headers}
            connection.request("POST", _target(pieces), body, given)
            answer = connection.getresponse()
            return Answer(answer.status, retry_after(answer.headers.get("Retry-After")))
        except NotPublic:
            raise NotAnswered("it is at a private address", for_good=True) from None
        except ssl.SSLCertVerificationError:
            raise NotAnswered("its certificate is not trusted") from None
        except ValueError:  # also what cannot be a host's name
            raise NotAnswered("its address cannot be read", for_good=True) from None
        except socket.gaierror:
            raise NotAnswered("its host is not found") from None
        except (OSError, http.client.HTTPException):
            raise NotAnswered(SILENT) from None
        finally:
            if connection is not None:
                connection.close()

    def _connect(self, pieces: SplitResult, ends_at: float) -> http.client.HTTPConnection:
        """A connection to an address that was checked."""
        if pieces.scheme not in _PORTS or not pieces.hostname:
            raise ValueError("no web address")
        if pieces.scheme == "http" and not self._loopback:
            raise NotPublic(pieces.hostname)
        host = pieces.hostname.encode("idna").decode("ascii")
        port = pieces.port or _PORTS[pieces.scheme]
        addresses = checked_addresses(host, port, self._find, loopback=self._loopback)
        opened = _open(addresses, port, ends_at)
        try:
            if pieces.scheme == "https":
                opened.settimeout(_left(ends_at))
                opened = self._context.wrap_socket(opened, server_hostname=host)
        except BaseException:
            opened.close()
            raise
        connection = http.client.HTTPConnection(host, port)
        connection.sock = _Limited(opened, ends_at)
        return connection


class _Limited:
    """A socket as http.client uses it, which ends with the time and after so many bytes."""

    def __init__(self, inner: socket.socket, ends_at: float) -> None:
        self._inner = inner
        self._ends_at = ends_at

    def sendall(self, data: bytes) -> None:
        self._inner.settimeout(_left(self._ends_at))
        self._inner.sendall(data)

    def makefile(self, _mode: str) -> io.BufferedReader:
        return io.BufferedReader(_LimitedReader(self._inner, self._ends_at))

    def close(self) -> None:
        self._inner.close()


class _LimitedReader(io.RawIOBase):
    def __init__(self, inner: socket.socket, ends_at: float) -> None:
        super().__init__()
        self._inner = inner
        self._ends_at = ends_at
        self._allowed = LARGEST_ANSWER

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: memoryview) -> int:  # type: ignore[override]  # what BufferedReader gives
        if self._allowed <= 0:
            raise TimeoutError("the answer is endless")
        self._inner.settimeout(_left(self._ends_at))
        count = self._inner.recv_into(buffer)
        self._allowed -= count
        return count


def _open(addresses: list[str], port: int, ends_at: float) -> socket.socket:
    """A connection to the first address that takes one."""
    failure = OSError("no address")
    for address in addresses:
        try:
            return socket.create_connection((address, port), _left(ends_at))
        except OSError as error:
            failure = error
    raise failure


def _left(ends_at: float) -> float:
    left = ends_at - time.monotonic()
    if left <= 0:
        raise TimeoutError("the time is over")
    return left


def _target(pieces: SplitResult) -> str:
    query = f"?{pieces.query}" if pieces.query else ""
    return quote((pieces.path or "/") + query, safe=_IN_A_PATH)
