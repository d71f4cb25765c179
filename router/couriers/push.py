"""A notice to a browser, by its push service (RFC 8030), encrypted for that browser alone."""

import binascii
import json
from urllib.parse import urlsplit

# both ship no type information
from py_vapid import Vapid02  # type: ignore[import-untyped]
from pywebpush import WebPusher, WebPushException  # type: ignore[import-untyped]

from router.couriers.outcome import Failed, Gone, Outcome, Retry
from router.couriers.post import SILENT, Answer, Poster
from router.couriers.rests import Rests
from router.couriers.subscription import Subscription
from router.couriers.vapid import vapid_key
from router.couriers.webhook import judge
from router.settings import Settings

KEPT_SECONDS = 3600  # so long does the push service keep a notice for a device that is away
_NO_LONGER_THERE = frozenset({404, 410})


class Pusher:
    """Sends push notices as this installation. Safe to use from many threads."""

    def __init__(self, settings: Settings, poster: Poster) -> None:
        self._key = Vapid02(vapid_key(settings.secret_key.get_secret_value()))
        host = urlsplit(settings.public_url).hostname or ""
        self._owner = f"mailto:bellhop@{host if '.' in host else 'localhost'}"
        self._poster = poster
        self._rests = Rests()

    def push(self, subscription: Subscription, notice: dict[str, str], topic: str) -> Outcome:
        """Hand a notice to the push service, once. `topic`: a later one of it takes its place.

        Gone where the browser has withdrawn the subscription. A push service that did not answer is
        not asked until its rest is over: that is no answer, too.
        """
        service = urlsplit(subscription.endpoint).netloc
        rest_seconds = self._rests.left(service)
        if rest_seconds > 0:
            return Retry(SILENT, rest_seconds)
        try:
            body = _encrypted(subscription, json.dumps(notice).encode())
            headers = self._headers(subscription.endpoint, topic)
        except (ValueError, TypeError, IndexError, binascii.Error, WebPushException):
            return Gone()  # keys that cannot be used will not be any better later
        return self._post(service, subscription.endpoint, headers, body)

    def _post(self, service: str, url: str, headers: dict[str, str], body: bytes) -> Outcome:
        statuses: list[int] = []

        def post() -> Answer:
            answer = self._poster.post(url, headers, body)
            statuses.append(answer.status)
            return answer

        outcome = judge(post)
        if statuses:
            self._rests.has_answered(service)
        elif outcome == Retry(SILENT):
            self._rests.is_silent(service)
        is_gone = isinstance(outcome, Failed) and not _NO_LONGER_THERE.isdisjoint(statuses)
        return Gone() if is_gone else outcome

    def _headers(self, endpoint: str, topic: str) -> dict[str, str]:
        pieces = urlsplit(endpoint)
        claims = {"aud": f"{pieces.scheme}://{pieces.netloc}", "sub": self._owner}
        return {
            **self._key.sign(claims),
            "Content-Type": "application/octet-stream",
            "Content-Encoding": "aes128gcm",
            "TTL": str(KEPT_SECONDS),
            "Urgency": "high",
            "Topic": topic,
        }


def _encrypted(subscription: Subscription, plain: bytes) -> bytes:
    keys = {"p256dh": subscription.p256dh, "auth": subscription.auth}
    browser = WebPusher({"endpoint": subscription.endpoint, "keys": keys})
    return bytes(browser.encode(plain)["body"])
