"""Signed posts to the app, as Twilio makes them: one more try where nobody listens, and no more."""

from collections.abc import Mapping
from secrets import token_hex

import urllib3

from router.carrier.signature import SIGNATURE_HEADER, sign
from router.settings import Settings


class Posts:
    """Posts forms signed over `public_url` to `post_to`, which is where the app really listens."""

    def __init__(self, settings: Settings, post_to: str) -> None:
        self._token = settings.twilio_auth_token[0].get_secret_value()
        self._public_url = settings.public_url
        self._post_to = post_to.rstrip("/")
        self._pool = urllib3.PoolManager(
            maxsize=16, timeout=urllib3.Timeout(connect=5, read=15), retries=False
        )

    def url(self, path: str) -> str:
        """The public URL of a path of the app."""
        return self._public_url + path

    def post(self, url: str, params: Mapping[str, str]) -> int | None:
        """Post a form and return the HTTP status; None where there was no answer."""
        headers = {
            SIGNATURE_HEADER: sign(self._token, url, params),
            "I-Twilio-Idempotency-Token": token_hex(16),
            "User-Agent": "TwilioProxy/1.1",
        }
        target = url.partition("#")[0]
        if target.startswith(self._public_url):
            target = self._post_to + target.removeprefix(self._public_url)
        try:
            return self._connect_twice(target, params, headers)
        except urllib3.exceptions.HTTPError:
            return None

    def close(self) -> None:
        """Close the idle connections."""
        self._pool.clear()

    def _connect_twice(
        self, url: str, params: Mapping[str, str], headers: Mapping[str, str]
    ) -> int:
        try:
            return self._once(url, params, headers)
        except (urllib3.exceptions.NewConnectionError, urllib3.exceptions.ConnectTimeoutError):
            return self._once(url, params, headers)

    def _once(self, url: str, params: Mapping[str, str], headers: Mapping[str, str]) -> int:
        return self._pool.request(
            "POST", url, fields=dict(params), encode_multipart=False, headers=dict(headers)
        ).status
