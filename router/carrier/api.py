"""What the rest of the program sees of the carrier: texts in, texts out, the `Carrier` itself."""

from dataclasses import dataclass
from datetime import datetime
from typing import Literal, Protocol

from router.carrier.statuses import rank, state_after

__all__ = [
    "Accepted",
    "Carrier",
    "CarrierError",
    "Delay",
    "Deleted",
    "Inbound",
    "Listed",
    "Media",
    "NumberWebhooks",
    "Outcome",
    "Outgoing",
    "Refusal",
    "Refused",
    "StatusUpdate",
    "Unknown",
    "rank",
    "state_after",
]

Refusal = Literal["suppress", "permanent", "retry_once", "stop_sender"]
Deleted = Literal["gone", "later"]


class CarrierError(Exception):
    """The carrier did not do what was asked (listing, fetching, redacting, deleting).

    The words carry no address and no text. `temporary` says that asking again later may help.
    """

    def __init__(self, reason: str, *, temporary: bool) -> None:
        super().__init__(reason)
        self.reason = reason
        self.temporary = temporary


class AccountRefused(CarrierError):
    """The carrier refuses our account, or knows none of that name: asking again helps once somebody
    has put that right.
    """

    def __init__(self, reason: str) -> None:
        super().__init__(reason, temporary=False)


@dataclass(frozen=True, slots=True)
class Media:
    """One picture, sound, film or file of a text: where it is fetched and its MIME type."""

    url: str
    content_type: str


@dataclass(frozen=True, slots=True)
class Inbound:
    """A text that a person wrote. `opt_out_type` is the carrier's own reading: STOP, START, HELP.

    `received_late` marks one that came by a detour: the spool, or the carrier's log after its
    webhook was lost; `sent_at` (aware UTC) says since when we might have known, for those alone.
    """

    sid: str
    from_address: str
    to_address: str
    service_sid: str | None
    body: str
    media: tuple[Media, ...] = ()
    opt_out_type: str | None = None
    received_late: bool = False
    sent_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class StatusUpdate:
    """News of a text that we sent. `message_id`, `attempt` and `tenant` come from the callback's
    URL where we wrote it; else the SID and the number that it came from (`from_address`) say which.
    """

    sid: str
    status: str
    error_code: int | None
    message_id: str | None = None
    attempt: int | None = None
    tenant: str | None = None
    from_address: str = ""


@dataclass(frozen=True, slots=True)
class Outgoing:
    """A text to send. Past `deadline` (of `steady_seconds`) not one byte of it is written.

    `callback_url` empty: no news of it is wanted.
    """

    to: str
    from_address: str
    body: str
    service_sid: str | None
    callback_url: str
    deadline: float


@dataclass(frozen=True, slots=True)
class Accepted:
    """The carrier has it, under `sid`; `error_code` where it failed there and then."""

    sid: str
    status: str
    error_code: int | None = None


@dataclass(frozen=True, slots=True)
class Delay:
    """It was not processed for certain: send it again, not before `seconds` from now."""

    code: int | None
    seconds: float


@dataclass(frozen=True, slots=True)
class Refused:
    """It was refused for certain. `code` is None where the carrier gave none."""

    code: int | None
    action: Refusal


@dataclass(frozen=True, slots=True)
class Unknown:
    """It may have been sent or not: never send it again before a callback or a listing told."""

    reason: str


Outcome = Accepted | Delay | Refused | Unknown


@dataclass(frozen=True, slots=True)
class Listed:
    """A text in the carrier's own log. `created_at` is aware UTC and whole seconds."""

    sid: str
    to: str
    from_address: str
    body: str
    created_at: datetime
    status: str
    direction: str
    service_sid: str | None = None
    error_code: int | None = None
    media_count: int = 0

    @property
    def was_requested(self) -> bool:
        """Whether a program had it sent, and not the carrier by itself as an answer."""
        return self.direction == "outbound-api"


@dataclass(frozen=True, slots=True)
class NumberWebhooks:
    """Where the carrier sends the texts that reach one of our numbers; empty where it is unset."""

    address: str
    sms_url: str
    sms_fallback_url: str
    sms_method: str = "POST"
    sms_fallback_method: str = "POST"


class Carrier(Protocol):
    """Sends texts and keeps a log of them. Safe to use from many threads.

    `send` never raises for what the carrier or the network does; the others raise CarrierError.
    """

    def send(self, outgoing: Outgoing) -> Outcome:
        """Hand a text over, once."""
        ...

    def list_sent(self, to: str, from_address: str, since: datetime) -> list[Listed]:
        """What we sent to `to` from `from_address` since then, newest first."""
        ...

    def find_listed(self, sid: str, to: str, from_address: str) -> Listed | None:
        """What the log shows of a text that is known to have been taken; None: nothing yet."""
        ...

    def list_received(self, since: datetime) -> list[Listed]:
        """What people sent to any of our numbers since then, newest first."""
        ...

    def list_written(self, from_address: str, since: datetime) -> list[Listed]:
        """What one person sent to any of our numbers since then, newest first."""
        ...

    def list_media(self, sid: str) -> tuple[Media, ...]:
        """The media of one text; none where the text is gone."""
        ...

    def fetch(self, sid: str) -> Listed | None:
        """One text of the log; None where it is gone."""
        ...

    def redact(self, sid: str) -> None:
        """Empty the body at the carrier. A text that is gone counts as done."""
        ...

    def delete(self, sid: str) -> Deleted:
        """Remove the text and its media: `gone`, or `later` while the carrier is not done."""
        ...

    def check_account(self) -> str | None:
        """What is wrong with the account or the way to it, in plain words; None where nothing."""
        ...

    def numbers_webhooks(self, *, short_codes: bool = False) -> list[NumberWebhooks]:
        """The account's numbers, and its short codes, and the URLs that are set for each."""
        ...
