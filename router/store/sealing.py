"""Sealed columns: AES-256-GCM under a tenant's data key, and HMAC look-ups of what is sealed.

Two keys a tenant, both wrapped by the installation's MASTER_KEY: the data key seals columns, bound
to tenant, place (`table.column`) and row; the look-up key turns an address into the HMAC it is
found by. The look-up key never changes, so that a suppression outlives every rotation.
"""

import base64
import binascii
import hashlib
import hmac
import json
import secrets
from dataclasses import dataclass, field
from typing import Any

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

KEY_BYTES = 32
NONCE_BYTES = 12
VERSION = b"\x01"
_write_json = json.JSONEncoder(ensure_ascii=False).encode


class SealError(Exception):
    """A key is malformed, or a blob was not sealed by this key for this place and row."""


def new_key() -> str:
    """A fresh 32-byte key in base64, for MASTER_KEY and SECRET_KEY."""
    return base64.b64encode(secrets.token_bytes(KEY_BYTES)).decode()


def _seal(cipher: AESGCM, plain: bytes, bound_to: str) -> bytes:
    nonce = secrets.token_bytes(NONCE_BYTES)
    return VERSION + nonce + cipher.encrypt(nonce, plain, bound_to.encode())


def _open(cipher: AESGCM, blob: bytes, bound_to: str) -> bytes:
    if blob[:1] != VERSION:
        raise SealError(f"{bound_to}: not a sealed value of a version this program knows")
    nonce, sealed = blob[1 : 1 + NONCE_BYTES], blob[1 + NONCE_BYTES :]
    try:
        return cipher.decrypt(nonce, sealed, bound_to.encode())
    except (InvalidTag, ValueError):  # the latter where it is cut short
        raise SealError(f"{bound_to}: sealed under another key, or moved here") from None


@dataclass(frozen=True, slots=True)
class TenantKeys:
    """What opens and finds one tenant's data."""

    tenant_id: str
    _cipher: AESGCM = field(repr=False)
    _lookup_key: bytes = field(repr=False)

    def seal(self, place: str, row_id: str, plain: str) -> bytes:
        """Seal `plain` for one column (`table.column`) of one row."""
        return _seal(
            self._cipher, plain.encode("utf-8", "surrogatepass"), self._bound(place, row_id)
        )

    def open(self, place: str, row_id: str, blob: bytes) -> str:
        """The inverse of `seal`; SealError when the place, the row or the key differ."""
        plain = _open(self._cipher, blob, self._bound(place, row_id))
        return plain.decode("utf-8", "surrogatepass")

    def seal_json(self, place: str, row_id: str, value: Any) -> bytes:
        """Seal a value that JSON can hold."""
        return self.seal(place, row_id, _write_json(value))

    def open_json(self, place: str, row_id: str, blob: bytes) -> Any:
        """The inverse of `seal_json`."""
        return json.loads(self.open(place, row_id, blob))

    def lookup(self, what: str, value: str) -> bytes:
        """The keyed hash `value` is found by; `what` (address, sid, email, code) sets apart."""
        return hmac.digest(self._lookup_key, f"{what}|{value}".encode(), hashlib.sha256)

    def _bound(self, place: str, row_id: str) -> str:
        return f"{self.tenant_id}|{place}|{row_id}"


class Vault:
    """Wraps and unwraps tenants' keys. The first master key wraps, any of them opens."""

    def __init__(self, master_keys: tuple[str, ...]) -> None:
        self._ciphers = [AESGCM(_decode_key(key)) for key in master_keys]

    def new_tenant_keys(self, tenant_id: str) -> tuple[bytes, bytes]:
        """Fresh (data key, look-up key), wrapped."""
        fresh = [secrets.token_bytes(KEY_BYTES) for _ in range(2)]
        return self._wrap(tenant_id, "data", fresh[0]), self._wrap(tenant_id, "lookup", fresh[1])

    def unwrap(self, tenant_id: str, data_key: bytes, lookup_key: bytes) -> TenantKeys:
        """Open a tenant's keys; SealError where no master key fits."""
        data = self._unwrap(tenant_id, "data", data_key)
        return TenantKeys(tenant_id, AESGCM(data), self._unwrap(tenant_id, "lookup", lookup_key))

    def rewrap(self, tenant_id: str, data_key: bytes, lookup_key: bytes) -> tuple[bytes, bytes]:
        """The same two keys under the first master key."""
        data = self._unwrap(tenant_id, "data", data_key)
        lookup = self._unwrap(tenant_id, "lookup", lookup_key)
        return self._wrap(tenant_id, "data", data), self._wrap(tenant_id, "lookup", lookup)

    def seal_file(self, purpose: str, plain: bytes) -> bytes:
        """Seal something that belongs to no tenant yet, such as a spooled webhook."""
        return _seal(self._ciphers[0], plain, purpose)

    def open_file(self, purpose: str, blob: bytes) -> bytes:
        """The inverse of `seal_file`."""
        return self._first_that_opens(blob, purpose)

    def _wrap(self, tenant_id: str, which: str, key: bytes) -> bytes:
        return _seal(self._ciphers[0], key, f"{tenant_id}|{which}")

    def _unwrap(self, tenant_id: str, which: str, blob: bytes) -> bytes:
        return self._first_that_opens(blob, f"{tenant_id}|{which}")

    def _first_that_opens(self, blob: bytes, bound_to: str) -> bytes:
        for cipher in self._ciphers:
            try:
                return _open(cipher, blob, bound_to)
            except SealError:
                continue
        raise SealError(f"{bound_to}: no MASTER_KEY opens this; is the right one set?")


def _decode_key(key: str) -> bytes:
    try:
        raw = base64.b64decode(key, validate=True)
    except (binascii.Error, ValueError):
        raw = b""
    if len(raw) != KEY_BYTES:
        raise SealError("MASTER_KEY is not 32 bytes in base64: run `bellhop keygen`")
    return raw
