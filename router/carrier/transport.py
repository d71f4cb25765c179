"""The SDK's way to the carrier's REST API: over connections of ours, with limits of time.

Takes the place of the SDK's own client, which costs twice as much, waits for ever by default and
cannot tell whether a request was written.
"""

import base64
import logging
from collections.abc import Mapping
from functools import lru_cache
from urllib.parse import urlencode, urlsplit

# twilio ships no type information
from twilio.http import HttpClient  # type: ignore[import-untyped]
from twilio.http.response import Response  # type: ignore[import-untyped]

from router.carrier.connections import Connections
from router.carrier.wire import current_exchange
from router.https import Request, form_body, host_of, retry_after, target_of


class PooledClient(HttpClient):  # type: ignore[misc]  # twilio ships no type information
    """The SDK's HttpClient with every request redirected to `api_url`."""

    def __init__(
        self, api_url: str, *, connect_seconds: float, read_seconds: float, connections: int
    ) -> None:
        super().__init__(logging.getLogger(__name__), False, None)
        api = urlsplit(api_url)
        self._host = host_of(api)
        self._prefix = api.path.rstrip("/")
        self._connections = Connections(
            api,
            connect_seconds=connect_seconds,
            read_seconds=read_seconds,
            most_idle=connections,
        )

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
        given = dict(headers or {})
        if auth:
            given["Authorization"] = _basic(auth)
        answer = self._connections.ask(
            Request(method, self._host, self._target(uri, params), given, form_body(data or {}))
        )
        followed = current_exchange()
        if followed is not None:
            followed.http_status = answer.status
            followed.date = answer.headers.get("date")
            followed.retry_after_seconds = retry_after(answer.headers.get("retry-after"))
        return Response(answer.status, answer.body.decode("utf-8", "replace"), answer.headers)

    def close(self) -> None:
        """Close the idle connections."""
        self._connections.close()

    def _target(self, uri: str, params: Mapping[str, object] | None) -> str:
        asked = urlsplit(uri)
        query = "&".join(filter(None, (asked.query, urlencode(params or {}, doseq=True))))
        return target_of(asked._replace(path=self._prefix + asked.path, query=query))


@lru_cache(maxsize=4)
def _basic(auth: tuple[str, str]) -> str:
    pair = base64.b64encode(":".join(auth).encode()).decode("ascii")
    return f"Basic {pair}"
