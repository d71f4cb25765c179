"""Signed posts to the app, as Twilio makes them: one more try where nobody listens, and no more but
where the URL's fragment asks for it.
https://www.twilio.com/docs/usage/webhooks/webhooks-connection-overrides
"""

from collections.abc import Mapping
from secrets import token_hex
from urllib.parse import SplitResult, parse_qs, urlsplit

from router.carrier.connections import Connections
from router.carrier.signature import SIGNATURE_HEADER, sign
from router.carrier.wire import NoAnswer, NotSent, exchange
from router.https import Request, form_body, host_of, target_of
from router.settings import Settings

FORM = "application/x-www-form-urlencoded"
BAD_REQUEST = 400
MOST_RETRIES = 5


class Posts:
    """Posts forms signed over `public_url` to `post_to`, which is where the app really listens."""

    def __init__(self, settings: Settings, post_to: str) -> None:
        self._token = settings.twilio_auth_token[0].get_secret_value()
        self._public_url = settings.public_url
        self._post_to = post_to.rstrip("/")
        self._servers: dict[tuple[str, str], Connections] = {}

    def url(self, path: str) -> str:
        """The public URL of a path of the app."""
        return self._public_url + path

    def post(self, url: str, params: Mapping[str, str]) -> int | None:
        """Post a form and return the HTTP status; None where there was no answer."""
        target = url.partition("#")[0]  # the fragment is not signed
        headers = {
            SIGNATURE_HEADER: sign(self._token, target, params),
            "I-Twilio-Idempotency-Token": token_hex(16),
            "User-Agent": "TwilioProxy/1.1",
            "Content-Type": FORM,
        }
        if target.startswith(self._public_url):
            target = self._post_to + target.removeprefix(self._public_url)
        try:
            pieces = urlsplit(target)
            request = Request(
                "POST", host_of(pieces), target_of(pieces), headers, form_body(params)
            )
            return self._post_again(1 + _retries(url), self._server(pieces), request)
        except ValueError:  # it is no URL
            return None

    def close(self) -> None:
        """Close the idle connections."""
        for server in self._servers.values():
            server.close()

    def _server(self, url: SplitResult) -> Connections:
        place = (url.scheme, url.netloc)
        if place not in self._servers:
            self._servers[place] = Connections(
                url, connect_seconds=5, read_seconds=15, most_idle=16
            )
        return self._servers[place]

    def _post_again(self, times: int, server: Connections, request: Request) -> int | None:
        status = None
        for _ in range(times):
            try:
                status = self._connect_twice(server, request)
            except (NotSent, NoAnswer):
                status = None
            if status is not None and status < BAD_REQUEST:
                break
        return status

    def _connect_twice(self, server: Connections, request: Request) -> int:
        with exchange():
            try:
                return server.ask(request).status
            except NotSent:
                return server.ask(request).status


def _retries(url: str) -> int:
    """How many times more a URL wants what failed, however it failed."""
    wanted = parse_qs(urlsplit(url).fragment)
    count = wanted["rc"][0] if wanted.get("rp") == ["all"] and "rc" in wanted else "0"
    return min(int(count), MOST_RETRIES) if count.isdecimal() else 0
