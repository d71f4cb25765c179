"""The carrier's error codes: what to do about each, and what to tell staff.

Adding a code is one row of the table. Source: Twilio's error and warning dictionary.
"""

from dataclasses import dataclass
from types import MappingProxyType
from typing import Literal

from router.carrier.api import Refusal

Action = Literal["delay", "unknown"] | Refusal

_REQUEST_TIMEOUT, _TOO_MANY = 408, 429
_ACCOUNT_REFUSALS = frozenset({401, 403, 404})
_CLIENT_ERRORS, _SERVER_ERRORS = range(400, 500), range(500, 600)


_CALL = "Call them if it matters."
_LATER = "Call them, or write again later."
_OPERATOR = "Whoever runs Bellhop has to"


@dataclass(frozen=True, slots=True)
class ErrorRow:
    """One code: what the program does, and words for staff: why it failed, and what they can do
    where that helps. A delay has its length (seconds).
    """

    action: Action
    words: str
    advice: str = ""
    delay_seconds: float = 0.0


def _delay(words: str, seconds: float) -> ErrorRow:
    return ErrorRow("delay", words, delay_seconds=seconds)


ERRORS = MappingProxyType(
    {
        20429: _delay("the carrier asks us to slow down", 1),
        63017: _delay("the channel asks us to slow down", 5),
        63018: _delay("the channel takes no more texts from us for the moment", 5),
        30022: _delay("the mobile networks take no more texts from us for the moment", 60),
        30001: _delay("too many texts from our number wait at the carrier", 300),
        21611: _delay("too many texts from our number wait at the carrier", 300),
        20500: ErrorRow("unknown", "the carrier failed while it took the text"),
        30003: ErrorRow("retry_once", "the phone is off or out of reach", _LATER),
        30008: ErrorRow("retry_once", "the mobile network did not say why", _CALL),
        30036: ErrorRow("retry_once", "the text could not be delivered in time", _LATER),
        21610: ErrorRow(
            "suppress",
            "this person has opted out at the carrier (STOP)",
            "Only their own START to this number brings texts back.",
        ),
        21211: ErrorRow(
            "suppress", "this is no phone number that can exist", "Ask them for their number."
        ),
        21614: ErrorRow("suppress", "this number cannot receive texts", _CALL),
        21635: ErrorRow("suppress", "this number is a landline", _CALL),
        30005: ErrorRow(
            "suppress",
            "this number does not exist, or is no longer in use",
            "Ask them for their number.",
        ),
        30006: ErrorRow(
            "suppress", "this number is a landline, or its network cannot be reached", _CALL
        ),
        21408: ErrorRow(
            "permanent",
            "our account may not send to this country",
            f"{_OPERATOR} allow the country at the carrier.",
        ),
        21606: ErrorRow("permanent", "our number cannot send texts to theirs", _CALL),
        21608: ErrorRow(
            "permanent",
            "a trial account sends to verified numbers only",
            f"{_OPERATOR} upgrade the account at the carrier.",
        ),
        21612: ErrorRow("permanent", "there is no way from our number to theirs", _CALL),
        30004: ErrorRow("permanent", "their phone or their mobile network blocks our texts", _CALL),
        30007: ErrorRow(
            "permanent",
            "the mobile network took it for spam",
            "Say it in other words and without links, or call them.",
        ),
        30032: ErrorRow(
            "permanent",
            "our toll-free number is not verified",
            f"{_OPERATOR} have it verified at the carrier: nothing arrives before that.",
        ),
        30034: ErrorRow(
            "permanent",
            "our number is not registered for business texts",
            f"{_OPERATOR} register it at the carrier (A2P 10DLC): nothing arrives before that.",
        ),
        63016: ErrorRow(
            "permanent",
            "their last text is more than a day old, and this channel takes only templates then",
            "They have to write first, or call them.",
        ),
        20003: ErrorRow(
            "stop_sender",
            "the carrier refuses our account",
            f"{_OPERATOR} check TWILIO_ACCOUNT_SID and TWILIO_AUTH_TOKEN.",
        ),
        30002: ErrorRow(
            "stop_sender",
            "the carrier has suspended our account",
            f"{_OPERATOR} settle it with the carrier.",
        ),
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
    return row.words if row else f"the carrier says no more than its error {code}"


def advise(code: int | None) -> str:
    """What staff can do about a text that did not arrive, in a sentence; empty: nothing helps."""
    row = ERRORS.get(code) if code is not None else None
    return row.advice if row else _CALL


def explain_stop(code: int | None) -> str:
    """Why nothing leaves at all, and what is to be done about it: in two sentences."""
    row = ERRORS.get(code) if code is not None else None
    if row is None or row.action != "stop_sender":
        row = ERRORS[20003]
    said = f" (error {code})" if code is not None else ""
    return f"{row.words[0].upper()}{row.words[1:]}{said}. {row.advice}"
