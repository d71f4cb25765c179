"""What every way to another server needs: whom to trust, and how long it asks us to wait."""

import re
import ssl
import time
from email.utils import parsedate_to_datetime

import certifi

_LONGEST_RETRY_AFTER = 3600.0


def trusting_context() -> ssl.SSLContext:
    """The machine's certificate authorities and certifi's, for machines that have none."""
    context = ssl.create_default_context()
    context.load_verify_locations(certifi.where())
    return context


def retry_after(header: str | None) -> float | None:
    """Seconds from a Retry-After header: a number of seconds or a date; None where unreadable."""
    if header is None:
        return None
    if re.fullmatch(r"[0-9]{1,9}(\.[0-9]{1,6})?", header.strip()):
        return min(float(header), _LONGEST_RETRY_AFTER)
    try:
        seconds = parsedate_to_datetime(header).timestamp() - time.time()
    except (TypeError, ValueError):
        return None
    return min(max(seconds, 0.0), _LONGEST_RETRY_AFTER)
