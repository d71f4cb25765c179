"""What the carrier posts to us, read into values: texts, and news of the texts that we sent.

https://www.twilio.com/docs/messaging/guides/webhook-request
"""

import re
from collections.abc import Iterator
from urllib.parse import urlencode

from werkzeug.datastructures import MultiDict

from router.carrier.addresses import channel_of, is_address
from router.carrier.api import Inbound, Listed, Media, StatusUpdate
from router.carrier.filter_words import filter_word

__all__ = [
    "EMPTY_ANSWER",
    "EMPTY_ANSWER_TYPE",
    "OVERRIDES",
    "BadWebhook",
    "callback_url",
    "channel_of",
    "filter_word",
    "late_inbound",
    "parse_inbound",
    "parse_status",
]

# A bodyless 200 to an inbound text is the carrier's error 11200.
EMPTY_ANSWER = '<?xml version="1.0" encoding="UTF-8"?><Response/>'
EMPTY_ANSWER_TYPE = "text/xml"
# What a URL of ours asks of the carrier in its fragment: up to three retries, whatever failed.
OVERRIDES = "rc=3&rp=all&rt=5000"

_MOST_MEDIA = 10
_LONGEST_STATUS = 32
_SID = re.compile(r"[A-Za-z0-9_-]{1,64}")
_OPAQUE = re.compile(r"[A-Za-z0-9_.-]{1,100}")
_UNSTORABLE = re.compile("[\x00\ud800-\udfff]")


class BadWebhook(Exception):
    """A webhook that cannot be read; says which parameter and why, never what it held."""

    def __init__(self, parameter: str, why: str) -> None:
        super().__init__(f"{parameter} {why}")
        self.parameter = parameter
        self.why = why


def parse_inbound(form: MultiDict[str, str]) -> Inbound:
    """The text that a person wrote. Raises BadWebhook; what is merely odd never loses the text."""
    opt_out_type = (_one(form, "OptOutType") or "").upper()
    return Inbound(
        sid=_sid(form),
        from_address=_address(form, "From"),
        to_address=_address(form, "To"),
        service_sid=_opaque(_one(form, "MessagingServiceSid")),
        body=_UNSTORABLE.sub("\ufffd", _one(form, "Body") or ""),
        media=tuple(_media(form)),
        opt_out_type=opt_out_type if opt_out_type in {"STOP", "START", "HELP"} else None,
    )


def parse_status(form: MultiDict[str, str], query: MultiDict[str, str]) -> StatusUpdate:
    """News of a text that we sent; `query` is that of the URL from `callback_url`.

    A status that is not known is passed on as it is: `rank` gives it no place. Raises BadWebhook.
    """
    status = _one(form, "MessageStatus") or _one(form, "SmsStatus")
    if (_one(form, "EventType") or "").upper() == "READ":
        status = "read"
    if not status:
        raise BadWebhook("MessageStatus", "is missing")
    return StatusUpdate(
        sid=_sid(form),
        status=_UNSTORABLE.sub("", status).lower()[:_LONGEST_STATUS],
        error_code=_number(_one(form, "ErrorCode")),
        message_id=_opaque(query.get("message")),
        attempt=_number(query.get("attempt")),
        tenant=_opaque(query.get("tenant")),
        from_address=_one(form, "From") or "",
    )


def callback_url(public_url: str, *, tenant: str, message_id: str, attempt: int) -> str:
    """Where the carrier is to report on one attempt, again where that meets an error: opaque ids
    only, read by `parse_status`.
    """
    ids = urlencode({"tenant": tenant, "message": message_id, "attempt": attempt})
    return f"{public_url.rstrip('/')}/twilio/status?{ids}#{OVERRIDES}"


def late_inbound(listed: Listed, media: tuple[Media, ...] = ()) -> Inbound:
    """A text found in the carrier's log, as its webhook would have told it."""
    return Inbound(
        sid=listed.sid,
        from_address=listed.from_address,
        to_address=listed.to,
        service_sid=listed.service_sid,
        body=_UNSTORABLE.sub("\ufffd", listed.body),
        media=media,
        received_late=True,
        sent_at=listed.created_at,
    )


def _one(form: MultiDict[str, str], name: str) -> str | None:
    given = form.getlist(name)
    if len(given) > 1:
        raise BadWebhook(name, "is given more than once")
    return given[0] if given else None


def _sid(form: MultiDict[str, str]) -> str:
    sid = _one(form, "MessageSid")
    if not sid:
        raise BadWebhook("MessageSid", "is missing")
    if not _SID.fullmatch(sid):
        raise BadWebhook("MessageSid", "is not the id of a message")
    return sid


def _address(form: MultiDict[str, str], name: str) -> str:
    address = _one(form, name)
    if not address:
        raise BadWebhook(name, "is missing")
    if not is_address(address):
        raise BadWebhook(name, "is neither a number (+1…), a short code nor a channel's address")
    return address


def _media(form: MultiDict[str, str]) -> Iterator[Media]:
    """The media in order; NumMedia is not needed, and what is no web address is left out."""
    for place in range(_MOST_MEDIA):
        url = _one(form, f"MediaUrl{place}")
        if url and url.startswith(("https://", "http://")):
            yield Media(url, _one(form, f"MediaContentType{place}") or "application/octet-stream")


def _number(text: str | None) -> int | None:
    return int(text) if text and re.fullmatch(r"[0-9]{1,9}", text) else None


def _opaque(text: str | None) -> str | None:
    return text if text and _OPAQUE.fullmatch(text) else None
