"""Ids: opaque, in the order in which they were made, safe in URLs and as RQ job ids."""

import re
import secrets
import time
from datetime import datetime

ALPHABET = "0123456789abcdefghjkmnpqrstvwxyz"
MILLISECOND = 1_000_000  # nanoseconds
WITHIN_BITS, RANDOM_BITS, LENGTH = 20, 60, 26
_SHAPE = re.compile(f"[{ALPHABET}]{{{LENGTH}}}")


def new_id() -> str:
    """26 lower-case letters and digits: milliseconds since 1970, nanoseconds within this one, then
    60 random bits. What one machine makes sorts by when it was made, whichever process made it.
    """
    milliseconds, within = divmod(time.time_ns(), MILLISECOND)
    made_at = milliseconds << WITHIN_BITS | within
    return _spell(made_at << RANDOM_BITS | secrets.randbits(RANDOM_BITS))


def first_id_at(at: datetime) -> str:
    """The least id that could be made then: all that are made later come after it."""
    return _spell(int(at.timestamp() * 1000) << (WITHIN_BITS + RANDOM_BITS))


def is_id(text: str) -> bool:
    """Whether `text` has the shape of an id.

    >>> is_id(new_id()), is_id("a\\0b")
    (True, False)
    """
    return _SHAPE.fullmatch(text) is not None


def _spell(number: int) -> str:
    return "".join(ALPHABET[number >> shift & 31] for shift in range(5 * (LENGTH - 1), -1, -5))
