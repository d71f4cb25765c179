"""One POST to a URL that others have written: to a checked address, in limited time, no further.

The host is resolved once, every address of it is checked, and the connection goes to one of those:
a name that answers otherwise a moment later gains nothing. Redirects are not followed, proxies of
the environment not used, and of the answer only its head is read.
"""

import http.client
import socket
import ssl
import time
from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import SplitResult, urlsplit

from router.couriers.public import NotPublic, Resolver, checked_addresses, resolve
from router.https import (
    PORTS,
    Limits,
    Request,
    ask,
    host_of,
    retry_after,
    seconds_left,
    target_of,
    trusting_context,
)

SECONDS = 10.0
SILENT = "it does not answer"
LARGEST_ANSWER = 64 * 1024


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
        limits = Limits(time.monotonic() + self._seconds, LARGEST_ANSWER)
        given = {"Connection": "close", "Accept": "*/*", **headers}
        try:
            pieces = urlsplit(url)
            request = Request("POST", host_of(pieces), target_of(pieces), given, body)
            with self._connect(pieces, limits.ends_at) as opened:
                answer = ask(opened, request, limits)
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

    def _connect(self, pieces: SplitResult, ends_at: float) -> socket.socket:
        """A connection to an address that was checked."""
        if pieces.scheme not in PORTS or not pieces.hostname:
            raise ValueError("no web address")
        if pieces.scheme == "http" and not self._loopback:
            raise NotPublic(pieces.hostname)
        host = pieces.hostname.encode("idna").decode("ascii")
        port = pieces.port or PORTS[pieces.scheme]
        addresses = checked_addresses(host, port, self._find, loopback=self._loopback)
        opened = _open(addresses, port, ends_at)
        if pieces.scheme == "http":
            return opened
        try:
            opened.settimeout(seconds_left(ends_at))
            return self._context.wrap_socket(opened, server_hostname=host)
        except BaseException:
            opened.close()
            raise


def _open(addresses: list[str], port: int, ends_at: float) -> socket.socket:
    """A connection to the first address that takes one."""
    failure = OSError("no address")
    for address in addresses:
        try:
            return socket.create_connection((address, port), seconds_left(ends_at))
        except OSError as error:
            failure = error
    raise failure
