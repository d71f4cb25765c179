"""Calling a webhook: a signed POST of JSON, which the receiver can check and may get twice.

`Bellhop-Event` is the same for every try of one event. The signature is over the time and the
body, so that neither can be exchanged and what is old can be refused.
"""

import hmac
from collections.abc import Callable
from datetime import datetime

from router.couriers.outcome import Done, Failed, Outcome, Retry
from router.couriers.post import Answer, NotAnswered, Poster

_TAKEN, _REDIRECTS = range(200, 300), range(300, 400)
_AGAIN = frozenset({408, 425, 429, *range(500, 600)})


class WebhookCaller:
    """Calls webhooks, each try with a time and a signature of its own."""

    def __init__(self, poster: Poster) -> None:
        self._poster = poster

    def call(self, url: str, secret: str, event_id: str, body: bytes, at: datetime) -> Outcome:
        """Tell one event once; see `judge` for what becomes of it."""
        stamp = str(int(at.timestamp()))
        headers = {
            "Content-Type": "application/json",
            "User-Agent": "Bellhop",
            "Bellhop-Event": event_id,
            "Bellhop-Timestamp": stamp,
            "Bellhop-Signature": sign(secret, stamp, body),
        }
        return judge(lambda: self._poster.post(url, headers, body))


def sign(secret: str, timestamp: str, body: bytes) -> str:
    """The value of Bellhop-Signature: `v1=` and the HMAC-SHA256 of "timestamp.body" in hex."""
    return "v1=" + hmac.digest(secret.encode(), timestamp.encode() + b"." + body, "sha256").hex()


def judge(post: Callable[[], Answer]) -> Outcome:
    """What the answer to a POST means that may be repeated without harm."""
    try:
        answer = post()
    except NotAnswered as lost:
        return Failed(lost.why) if lost.for_good else Retry(lost.why)
    if answer.status in _TAKEN:
        return Done()
    if answer.status in _AGAIN:
        return Retry(f"it answers {answer.status}", answer.retry_after_seconds or 0.0)
    if answer.status in _REDIRECTS:
        return Failed(f"it answers {answer.status}, a redirect, which is not followed")
    return Failed(f"it answers {answer.status}")
