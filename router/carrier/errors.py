"""The carrier's error codes: what to do about each, and what to tell staff.

Adding a code is one row of the table. Source: Twilio's error and warning dictionary.
"""

from dataclasses import dataclass
from types import MappingProxyType
from typing import Literal, get_args

from router.carrier.api import Refusal

Action = Literal["delay", "unknown"] | Refusal
REFUSALS: frozenset[str] = frozenset(get_args(Refusal))

_REQUEST_TIMEOUT, _TOO_MANY = 408, 429
_ACCOUNT_REFUSALS = frozenset({401, 403, 404})
_CLIENT_ERRORS, _SERVER_ERRORS = range(400, 500), range(500, 600)


@dataclass(frozen=True, slots=True)
class ErrorRow:
    """One code: what the program does, words for staff, and how long a delay is (seconds)."""

    action: Action
    words: str
    delay_seconds: float = 0.0


ERRORS = MappingProxyType(
    {
        20429: ErrorRow("delay", "the carrier asks us to slow down", 1),
        63017: ErrorRow("delay", "the channel asks us to slow down", 5),
        63018: ErrorRow("delay", "the channel's rate limit is reached", 5),
        30022: ErrorRow("delay", "the brand's rate limit is reached", 60),
        30001: ErrorRow("delay", "the carrier's queue for this number overflowed", 300),
        21611: ErrorRow("delay", "the carrier's queue for this number is full", 300),
        20500: ErrorRow("unknown", "the carrier failed while it took the text"),
        30003: ErrorRow("retry_once", "the phone is off or out of reach"),
        30008: ErrorRow("retry_once", "the carrier did not say why delivery failed"),
        30036: ErrorRow("retry_once", "the text was not delivered in time"),
        21610: ErrorRow("suppress", "this person has opted out at the carrier (STOP)"),
        21211: ErrorRow("suppress", "the number is not a valid phone number"),
        21614: ErrorRow("suppress", "the number cannot receive texts"),
        21635: ErrorRow("suppress", "the number is a landline"),
        30005: ErrorRow("suppress", "the number is unknown or no longer in use"),
        30006: ErrorRow("suppress", "the number is a landline or its carrier cannot be reached"),
        21408: ErrorRow("permanent", "the account may not send to this country"),
        21606: ErrorRow("permanent", "our number cannot send to this one"),
        21608: ErrorRow("permanent", "a trial account sends to verified numbers only"),
        21612: ErrorRow("permanent", "there is no route from our number to this one"),
        30004: ErrorRow("permanent", "the phone's carrier blocks the text"),
        30007: ErrorRow("permanent", "the text was filtered as unwanted"),
        30032: ErrorRow("permanent", "our toll-free number is not verified"),
        30034: ErrorRow("permanent", "our number is not registered for business texting (A2P)"),
        63016: ErrorRow("permanent", "the channel allows only templates at this time"),
        20003: ErrorRow("stop_sender", "the carrier refuses our account SID or auth token"),
        30002: ErrorRow("stop_sender", "the carrier has suspended our account"),
    }
)


def classify(code: int | None, http_status: int | None) -> Action:
    """What to do about a failed text.

    `http_status` is None for a code that came in a callback. A 5xx may have sent, whatever code it
    carries; a 429 was never processed. A code or refusal without a row is permanent.
    """
    if http_status == _TOO_MANY:
        return "delay"
    if http_status is not None and http_status not in _CLIENT_ERRORS:
        return "unknown"
    if code is not None and code in ERRORS:
        return ERRORS[code].action
    if http_status == _REQUEST_TIMEOUT or (http_status is None and code in _SERVER_ERRORS):
        return "unknown"
    return "stop_sender" if http_status in _ACCOUNT_REFUSALS else "permanent"


def delay_seconds(code: int | None) -> float:
    """How long to wait after a delay when the carrier itself names no time."""
    row = ERRORS.get(code) if code is not None else None
    return row.delay_seconds if row and row.action == "delay" else 1.0


def explain(code: int | None) -> str:
    """Words for staff: why a text did not arrive."""
    if code is None:
        return "the carrier gave no reason"
    row = ERRORS.get(code)
    return row.words if row else f"the carrier's error {code}"
