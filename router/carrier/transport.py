"""The way to the carrier's REST API: pooled keep-alive connections and time limits.

Takes the place of the SDK's own client, which costs twice as much and waits for ever by default.
"""

import base64
import logging
import os
import time
from collections.abc import Mapping
from urllib.parse import urlencode, urlsplit

import urllib3

# twilio ships no type information
from twilio.http import HttpClient  # type: ignore[import-untyped]
from twilio.http.response import Response  # type: ignore[import-untyped]

from router.carrier.wire import (
    Exchange,
    NoAnswer,
    NotSent,
    WatchedConnection,
    WatchedSecureConnection,
    current_exchange,
)
from router.https import retry_after, trusting_context

# urllib3 logs every URL at DEBUG, and a listing's URL holds phone numbers.
_URLLIB3_LOGGER = "urllib3.connectionpool"
_LARGEST_ANSWER = 16 * 1024 * 1024


class PooledClient(HttpClient):  # type: ignore[misc]  # twilio ships no type information
    """The SDK's HttpClient over urllib3, with every request redirected to `api_url`."""

    def __init__(
        self, api_url: str, *, connect_seconds: float, read_seconds: float, connections: int
    ) -> None:
        super().__init__(logging.getLogger(__name__), False, None)
        logging.getLogger(_URLLIB3_LOGGER).setLevel(logging.INFO)
        self._api = urlsplit(api_url)
        self._prefix = self._api.path.rstrip("/")
        self._read_seconds = read_seconds
        self._timeout = urllib3.Timeout(connect=connect_seconds, read=read_seconds)
        self._connections = connections
        self._process = os.getpid()
        self._pool = self._open_pool()

    def request(  # noqa: PLR0917 - the SDK's interface
        self,
        method: str,
        uri: str,
        params: Mapping[str, object] | None = None,
        data: Mapping[str, object] | None = None,
        headers: Mapping[str, str] | None = None,
        auth: tuple[str, str] | None = None,
        timeout: float | None = None,  # noqa: ARG002 - the SDK's interface; ours is fixed
        allow_redirects: bool = False,  # noqa: ARG002 - none is ever followed
    ) -> Response:
        """Make one request, never again by itself. Raises NotSent or NoAnswer."""
        followed = current_exchange() or Exchange()
        try:
            answer = self._pool_here().urlopen(
                method,
                self._target(uri, params),
                body=urlencode(data, doseq=True, errors="replace") if data else None,
                headers=_headers(headers, auth),
                retries=False,
                redirect=False,
                preload_content=False,
            )
            text = self._read(answer)
        except (urllib3.exceptions.HTTPError, OSError) as error:
            reason = type(error).__name__
            raise (NoAnswer(reason) if followed.is_written else NotSent(reason)) from None
        followed.http_status = answer.status
        followed.date = answer.headers.get("Date")
        followed.retry_after_seconds = retry_after(answer.headers.get("Retry-After"))
        return Response(answer.status, text, dict(answer.headers))

    def close(self) -> None:
        """Close the idle connections."""
        self._pool.close()

    def _target(self, uri: str, params: Mapping[str, object] | None) -> str:
        asked = urlsplit(uri)
        query = "&".join(filter(None, (asked.query, urlencode(params or {}, doseq=True))))
        return self._prefix + asked.path + ("?" + query if query else "")

    def _read(self, answer: urllib3.BaseHTTPResponse) -> str:
        """The whole body, within the time and size that an honest answer needs."""
        until = time.monotonic() + self._read_seconds
        parts = bytearray()
        while chunk := answer.read1(65536):
            parts += chunk
            if time.monotonic() > until or len(parts) > _LARGEST_ANSWER:
                answer.close()
                raise TimeoutError("the answer is endless")
        answer.release_conn()
        return parts.decode("utf-8", "replace")

    def _pool_here(self) -> urllib3.HTTPConnectionPool:
        """The pool of this process: a forked child must not share its parent's sockets."""
        if self._process != os.getpid():
            self._process, self._pool = os.getpid(), self._open_pool()
        return self._pool

    def _open_pool(self) -> urllib3.HTTPConnectionPool:
        host = self._api.hostname or ""
        if self._api.scheme == "http":
            plain = urllib3.HTTPConnectionPool(
                host, self._api.port, self._timeout, self._connections, retries=False
            )
            plain.ConnectionCls = WatchedConnection
            return plain
        secure = urllib3.HTTPSConnectionPool(
            host,
            self._api.port,
            self._timeout,
            self._connections,
            retries=False,
            ssl_context=trusting_context(),
        )
        secure.ConnectionCls = WatchedSecureConnection
        return secure


def _headers(given: Mapping[str, str] | None, auth: tuple[str, str] | None) -> dict[str, str]:
    headers = dict(given or {})
    if auth:
        pair = base64.b64encode(":".join(auth).encode()).decode("ascii")
        headers["Authorization"] = f"Basic {pair}"
    return headers
