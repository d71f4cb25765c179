"""Passwords: argon2id, never inside a transaction (a hash takes some 50 ms on purpose)."""

from functools import cache

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

HASHER = PasswordHasher()  # what it says is what RFC 9106 recommends second: 64 MiB, 3 times over


def hash_password(password: str) -> str:
    """The argon2id hash of a password, with its salt and parameters."""
    return HASHER.hash(password)


def verify_password(hashed: str, password: str) -> bool:
    """Whether `password` is the one behind `hashed`."""
    try:
        return HASHER.verify(hashed, password)
    except (VerificationError, InvalidHashError):
        return False


@cache
def decoy_hash() -> str:
    """A hash to verify against when nobody has the name, so that it takes as long."""
    return hash_password("nobody's password")
