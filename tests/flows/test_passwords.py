"""Passwords are hashed as argon2 recommends, and only the right one fits."""

from argon2 import PasswordHasher

from router.flows.passwords import verify_password


def test_a_hash_is_as_costly_as_recommended(costly_hasher: PasswordHasher) -> None:
    hashed = costly_hasher.hash("a long password")
    assert hashed.startswith("$argon2id$v=19$m=65536,t=3,p=4$")
    assert verify_password(hashed, "a long password")
    assert not verify_password(hashed, "another password")


def test_what_is_no_hash_fits_no_password() -> None:
    assert not verify_password("none", "none")
