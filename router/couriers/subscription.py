"""What a browser gives to be pushed notices."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Subscription:
    """Where to post, and the keys to encrypt with (URL-safe base64)."""

    endpoint: str
    p256dh: str
    auth: str
