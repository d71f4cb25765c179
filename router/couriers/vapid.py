"""The key by which push services know this installation (VAPID, RFC 8292): made of SECRET_KEY.

So that there is no further secret to keep. Exchanging SECRET_KEY exchanges it: browsers that have
the inbox open then subscribe anew by themselves.
"""

import base64

from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

_ORDER = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551  # of P-256
_BYTES = 48  # so many more than the order has that no scalar is likelier than another


def vapid_key(secret_key: str) -> ec.EllipticCurvePrivateKey:
    """The private key, always the same for a SECRET_KEY."""
    derived = HKDF(SHA256(), _BYTES, salt=None, info=b"bellhop push v1").derive(secret_key.encode())
    return ec.derive_private_key(int.from_bytes(derived) % (_ORDER - 1) + 1, ec.SECP256R1())


def public_key(secret_key: str) -> str:
    """What a browser subscribes with: the public point in URL-safe base64."""
    point = (
        vapid_key(secret_key)
        .public_key()
        .public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)
    )
    return base64.urlsafe_b64encode(point).rstrip(b"=").decode()
