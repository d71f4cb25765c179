"""A browser as a push service knows it: its keys, and how it reads what it is sent."""

import base64
from dataclasses import dataclass, field
from typing import Any

# http_ece ships no type information
import http_ece  # type: ignore[import-untyped]
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from router.couriers.subscription import Subscription


@dataclass
class PushBrowser:
    """One subscription of a browser's."""

    endpoint: str
    key: ec.EllipticCurvePrivateKey = field(
        default_factory=lambda: ec.generate_private_key(ec.SECP256R1())
    )
    auth: bytes = bytes(range(16))

    @property
    def subscription(self) -> Subscription:
        """What it gives to the page."""
        point = self.key.public_key().public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)
        return Subscription(self.endpoint, encoded(point), encoded(self.auth))

    def read(self, body: bytes) -> Any:
        """What stands in an encrypted notice."""
        return http_ece.decrypt(
            body, private_key=self.key, auth_secret=self.auth, version="aes128gcm"
        )


def encoded(raw: bytes) -> str:
    """URL-safe base64 without padding."""
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()
