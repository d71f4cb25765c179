"""What the SDK's answers and exceptions mean in our words."""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from types import MappingProxyType
from typing import Any, NoReturn

# twilio ships no type information
from twilio.base.exceptions import (  # type: ignore[import-untyped]
    TwilioException,
    TwilioRestException,
    TwilioServiceException,
)

from router.carrier.api import (
    AccountRefused,
    CarrierError,
    Delay,
    Listed,
    NumberWebhooks,
    Outcome,
    Refused,
    Unknown,
)
from router.carrier.errors import classify, delay_seconds
from router.carrier.wire import Exchange, NoAnswer, NotSent, exchange

REFUSALS = (TwilioRestException, TwilioServiceException)
# An answer that is no JSON, or JSON of another shape, breaks the SDK in each of these ways.
UNREADABLE = (ValueError, TypeError, AttributeError, KeyError)

_CODES = range(10_000, 1_000_000)  # below, the SDK hands over the HTTP status where there is none
_TO_BE_CHECKED: MappingProxyType[int | None, str] = MappingProxyType(
    {
        401: "TWILIO_ACCOUNT_SID and TWILIO_AUTH_TOKEN",
        403: "TWILIO_ACCOUNT_SID and TWILIO_AUTH_TOKEN",
        404: "TWILIO_ACCOUNT_SID and TWILIO_API_URL",
    }
)
_PASSING = frozenset({408, 409, 425, 429})
_CLIENT_ERRORS = range(400, 500)


def error_code(given: object) -> int | None:
    """The carrier's error code; None where there is none, or what is there is none."""
    try:
        code = int(str(given))
    except ValueError:
        return None
    return code if code in _CODES else None


def refusal(error: TwilioException, followed: Exchange) -> Outcome:
    """What a refused send means: the HTTP status is the wire's, not what the body claims."""
    code = error_code(error.code)
    action = classify(code, followed.http_status)
    if action == "unknown":
        return Unknown(f"HTTP {followed.http_status}, code {code}")
    if action == "delay":
        told = followed.retry_after_seconds
        return Delay(code, delay_seconds(code) if told is None else told)
    return Refused(code, action)


def listed(record: Any) -> Listed:
    """One record of the carrier's log. Raises TypeError where it is not one."""
    if not isinstance(record.sid, str) or not isinstance(record.date_created, datetime):
        raise TypeError("a record without an id or a date")
    return Listed(
        sid=record.sid,
        to=str(record.to or ""),
        from_address=str(record.from_ or ""),
        body=str(record.body or ""),
        created_at=record.date_created.astimezone(UTC),
        status=str(record.status or ""),
        direction=str(record.direction or ""),
        service_sid=record.messaging_service_sid or None,
        error_code=error_code(record.error_code),
        media_count=int(record.num_media or 0),
    )


def webhooks(address: object, record: Any) -> NumberWebhooks:
    """What is set for a number or a short code."""
    return NumberWebhooks(
        address=str(address),
        sms_url=record.sms_url or "",
        sms_fallback_url=record.sms_fallback_url or "",
        sms_method=record.sms_method or "POST",
        sms_fallback_method=record.sms_fallback_method or "POST",
    )


def newest_first(
    records: Iterable[Any], direction: str, since: datetime, most_older: int | None = None
) -> list[Listed]:
    """Those of a log that go in a direction (`inbound`, or what begins with `outbound`), from
    `since` on. The log comes newest first, which nobody promises: so it is read whole, or until
    `most_older` of them in a row are older.
    """
    first = since.astimezone(UTC).replace(microsecond=0)
    found, older = [], 0
    for each in map(listed, records):
        if not each.direction.startswith(direction):
            continue  # what we sent may have waited at the carrier, and its order is another
        if each.created_at >= first:
            found.append(each)
            older = 0
            continue
        older += 1
        if older == most_older:
            break
    return sorted(found, key=lambda each: each.created_at, reverse=True)


@contextmanager
def asking(what: str) -> Iterator[None]:
    """Turn each failure of the requests made inside into a CarrierError without anyone's data."""
    with exchange() as followed:
        try:
            yield
        except (NotSent, NoAnswer) as lost:
            reason = f"cannot reach the carrier to {what} ({lost}): check TWILIO_API_URL"
            raise CarrierError(reason, temporary=True) from None
        except TwilioException:
            _fail(what, followed.http_status)
        except UNREADABLE:
            reason = (
                f"cannot {what}: the answer is not what Twilio's API gives: check TWILIO_API_URL"
            )
            raise CarrierError(reason, temporary=True) from None


def _fail(what: str, http_status: int | None) -> NoReturn:
    """Say why in our own words, for the carrier's may quote a number."""
    why = f"the carrier answered HTTP {http_status}"
    if http_status in _TO_BE_CHECKED:
        check = _TO_BE_CHECKED[http_status]
        raise AccountRefused(f"cannot {what}: {why}: check {check}") from None
    temporary = http_status in _PASSING or http_status not in _CLIENT_ERRORS
    raise CarrierError(f"cannot {what}: {why}", temporary=temporary) from None
