"""Twilio as our Carrier, through its own SDK; every outcome of a send is one of four values.

https://www.twilio.com/docs/messaging/api/message-resource
"""

from datetime import UTC, datetime, time, timedelta
from email.utils import parsedate_to_datetime
from typing import Any

# twilio ships no type information
from twilio.rest import Client  # type: ignore[import-untyped]

from router.carrier.answers import (
    REFUSALS,
    UNREADABLE,
    asking,
    error_code,
    listed,
    newest_first,
    refusal,
    webhooks,
)
from router.carrier.api import (
    Accepted,
    CarrierError,
    Delay,
    Deleted,
    Listed,
    Media,
    NumberWebhooks,
    Outcome,
    Outgoing,
    Unknown,
)
from router.carrier.transport import PooledClient
from router.carrier.wire import NoAnswer, NotSent, TooLate, exchange
from router.settings import Settings

_NOT_REACHED_SECONDS = 5.0
_LONGEST_READ_SECONDS = 15.0
_READ_SHARE = 8  # an answer is awaited for an eighth of the grace: less than a third of a lease
_PAGE_SIZE = 1000
_NOT_FOUND, _CONFLICT = 404, 409
_UNFINISHED = 20009


class TwilioCarrier:
    """A Carrier over Twilio's REST API, or whatever speaks it at TWILIO_API_URL. Thread-safe."""

    def __init__(
        self,
        settings: Settings,
        *,
        connect_seconds: float = 5.0,
        read_seconds: float | None = None,
        connections: int = 64,
    ) -> None:
        if read_seconds is None:
            read_seconds = min(_LONGEST_READ_SECONDS, settings.settle_after_seconds / _READ_SHARE)
        self._host = settings.twilio_api_url
        self._transport = PooledClient(
            settings.twilio_api_url,
            connect_seconds=connect_seconds,
            read_seconds=read_seconds,
            connections=connections,
        )
        account = Client(
            settings.twilio_account_sid,
            settings.twilio_auth_token[0].get_secret_value(),
            http_client=self._transport,
            environment={"TWILIO_REGION": ""},  # not empty, so that the SDK reads no other
        ).api.v2010.account
        self._account = account
        self._messages = account.messages

    def send(self, outgoing: Outgoing) -> Outcome:
        """Hand a text over, once; see Carrier."""
        with exchange(outgoing.deadline) as followed:
            try:
                return _accepted(self._messages.create(**_fields(outgoing)))
            except TooLate:
                return Delay(None, 0.0)
            except NotSent:
                return Delay(None, _NOT_REACHED_SECONDS)
            except NoAnswer as lost:
                return Unknown(f"no whole answer: {lost}")
            except REFUSALS as error:
                return refusal(error, followed)
            except UNREADABLE:
                return Unknown("the carrier took the text and its answer cannot be read")

    def list_sent(self, to: str, from_address: str, since: datetime) -> list[Listed]:
        """See Carrier. Not filtered by DateSent, which a text still in the queue does not have."""
        with asking("list what we sent"):
            found = self._messages.stream(to=to, from_=from_address, page_size=_PAGE_SIZE)
            return newest_first(found, "outbound", since)

    def find_listed(self, sid: str, to: str, from_address: str) -> Listed | None:
        """See Carrier."""
        with asking("list the texts between two addresses"):
            found = self._messages.stream(to=to, from_=from_address, page_size=_PAGE_SIZE)
            return next((listed(each) for each in found if each.sid == sid), None)

    def list_received(self, since: datetime) -> list[Listed]:
        """See Carrier."""
        first_day = datetime.combine(since.astimezone(UTC).date(), time(), UTC)
        with asking("list what people sent"):
            found = self._messages.stream(date_sent_after=first_day, page_size=_PAGE_SIZE)
            return newest_first(found, "inbound", since, most_older=2 * _PAGE_SIZE)

    def list_written(self, from_address: str, since: datetime) -> list[Listed]:
        """See Carrier."""
        with asking("list what a person sent"):
            found = self._messages.stream(from_=from_address, page_size=_PAGE_SIZE)
            return newest_first(found, "inbound", since)

    def list_media(self, sid: str) -> tuple[Media, ...]:
        """See Carrier."""
        with asking("list the media of a text"):
            return tuple(
                Media(self._host + str(each.uri).removesuffix(".json"), str(each.content_type))
                for each in self._messages(sid).media.stream()
            )

    def fetch(self, sid: str) -> Listed | None:
        """See Carrier."""
        with asking("fetch a text"):
            try:
                return listed(self._messages(sid).fetch())
            except REFUSALS as error:
                if error.status == _NOT_FOUND:
                    return None
                raise

    def redact(self, sid: str) -> None:
        """See Carrier."""
        with asking("redact a text"):
            try:
                self._messages(sid).update(body="")
            except REFUSALS as error:
                if error.status != _NOT_FOUND:
                    raise

    def delete(self, sid: str) -> Deleted:
        """See Carrier. Asking again is always safe, so whatever may pass is `later`."""
        try:
            with asking("delete a text"):
                return self._delete(sid)
        except CarrierError as error:
            if error.temporary:
                return "later"
            raise

    def check_account(self) -> str | None:
        """See Carrier."""
        try:
            with asking("read the account"):
                status = str(self._account.fetch().status)
        except CarrierError as error:
            return error.reason
        if status == "active":
            return None
        return f"the account is {status}: see the carrier's console"

    def clock_difference(self) -> timedelta | None:
        """By how much this machine's time is ahead of the carrier's; None where it does not say."""
        with asking("read the time"), exchange() as followed:
            self._account.fetch()
        try:
            theirs = parsedate_to_datetime(followed.date or "")
        except ValueError:
            return None
        return datetime.now(UTC) - theirs.replace(tzinfo=UTC)

    def numbers_webhooks(self, *, short_codes: bool = False) -> list[NumberWebhooks]:
        """See Carrier."""
        with asking("list our numbers"):
            numbers = self._account.incoming_phone_numbers.stream(page_size=_PAGE_SIZE)
            found = [webhooks(each.phone_number, each) for each in numbers]
            if short_codes:
                codes = self._account.short_codes.stream(page_size=_PAGE_SIZE)
                found += [webhooks(each.short_code, each) for each in codes]
            return found

    def close(self) -> None:
        """Close the idle connections."""
        self._transport.close()

    def _delete(self, sid: str) -> Deleted:
        try:
            self._messages(sid).delete()
        except REFUSALS as error:
            if error.status == _NOT_FOUND:
                return "gone"
            if error_code(error.code) == _UNFINISHED or error.status == _CONFLICT:
                return "later"
            raise
        return "gone"


def _accepted(created: Any) -> Accepted:
    """The answer to `create`. Raises ValueError where it names no message."""
    if not isinstance(created.sid, str) or not created.sid:
        raise ValueError("no sid")
    return Accepted(created.sid, str(created.status or "queued"), error_code(created.error_code))


def _fields(outgoing: Outgoing) -> dict[str, str]:
    """What `create` takes; beside a service its number is named, so that the reply leaves there."""
    fields = {
        "to": outgoing.to,
        "from_": outgoing.from_address,
        "body": outgoing.body,
    }
    if outgoing.callback_url:
        fields["status_callback"] = outgoing.callback_url
    if outgoing.service_sid:
        fields["messaging_service_sid"] = outgoing.service_sid
    return fields
