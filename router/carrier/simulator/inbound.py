"""A text that a phone sends: filtered, written into the log, posted to the app."""

from dataclasses import dataclass
from secrets import token_hex

import smsutil  # type: ignore[import-untyped]  # smsutil ships no type information

from router.carrier.addresses import is_toll_free
from router.carrier.filter_words import filter_word
from router.carrier.simulator.records import Record, StoredMedia
from router.carrier.simulator.switchboard import Switchboard, bubble_of, confirmation

INBOUND_PATH, FALLBACK_PATH = "/twilio/inbound", "/twilio/fallback"

_STOPPED = "You have been unsubscribed and will get no more texts from us. START to resubscribe."
_STARTED = "You are subscribed again. HELP for help, STOP to unsubscribe. Msg&data rates may apply."
_WEBHOOK_FAILED = "11200"
_FINE = range(200, 300)


@dataclass(frozen=True, slots=True)
class Attachment:
    """What a phone attaches: content, or the URL where it lies already."""

    content_type: str
    url: str | None = None
    data: bytes | None = None


@dataclass(frozen=True, slots=True)
class _Text:
    handset: str
    number: str
    body: str
    attachments: tuple[Attachment, ...]
    sid: str | None


@dataclass(frozen=True, slots=True)
class Delivered:
    """What became of a text: the HTTP status of each webhook, None where there was no answer."""

    sid: str
    status: int | None
    fallback_status: int | None = None


def receive(
    board: Switchboard,
    *,
    handset: str,
    number: str,
    body: str,
    attachments: tuple[Attachment, ...] = (),
    sid: str | None = None,
) -> Delivered:
    """Take a text from a phone to the app. A `sid` of the log is posted again, as it was."""
    record = board.records.get(sid) if sid else None
    if record is None:
        record = _write(board, _Text(handset, number, body, attachments, sid))
        _filter(board, record)
    form = _form(board, record, attachments)
    fault = board.faults.take("webhook")
    if fault and fault.kind == "drop":
        return Delivered(record.sid, None)
    if fault:
        board.posts.post(board.posts.url(INBOUND_PATH), form)
    return _post(board, record.sid, form)


def _write(board: Switchboard, text: _Text) -> Record:
    at = board.now()
    record = Record(
        sid=text.sid or ("MM" if text.attachments else "SM") + token_hex(16),
        direction="inbound",
        from_address=text.handset,
        to_address=text.number,
        body=text.body,
        status="received",
        error_code=None,
        service_sid=board.number(text.number).service_sid,
        callback_url=None,
        created_at=at,
        sent_at=at,
    )
    board.records.add(record)
    for each in text.attachments:
        if each.data is not None:
            media = StoredMedia("ME" + token_hex(16), record.sid, each.content_type, each.data)
            board.records.add_media(media)
    types = tuple(each.content_type for each in text.attachments)
    board.handsets.show(bubble_of(record, types))
    return record


def _filter(board: Switchboard, record: Record) -> None:
    """Twilio's own filter: it blocks or lifts, and says so once; HELP is left to the app."""
    handset, number = record.from_address, record.to_address
    if board.number(number).opt_out_by != "carrier":
        return
    word = filter_word(record.body, toll_free=is_toll_free(number))
    words = ""
    if word == "STOP" and board.records.block(handset, number):
        words = _STOPPED
    if word == "START" and board.records.unblock(handset, number):
        words = _STARTED
    if words:
        board.handsets.show(confirmation(number, handset, words, board.now()))


def _post(board: Switchboard, sid: str, form: dict[str, str]) -> Delivered:
    url = board.posts.url(INBOUND_PATH)
    status = board.posts.post(url, form)
    if status in _FINE:
        return Delivered(sid, status)
    trouble = {"ErrorCode": _WEBHOOK_FAILED, "ErrorUrl": url}
    return Delivered(
        sid, status, board.posts.post(board.posts.url(FALLBACK_PATH), {**form, **trouble})
    )


def _form(
    board: Switchboard, record: Record, attachments: tuple[Attachment, ...]
) -> dict[str, str]:
    media = _media(board, record, attachments)
    form = {
        "AccountSid": board.settings.twilio_account_sid,
        "ApiVersion": "2010-04-01",
        "Body": record.body,
        "From": record.from_address,
        "MessageSid": record.sid,
        "NumMedia": str(len(media)),
        "NumSegments": str(max(1, len(smsutil.split(record.body).parts))),
        "SmsMessageSid": record.sid,
        "SmsSid": record.sid,
        "SmsStatus": "received",
        "To": record.to_address,
    }
    if record.service_sid:
        form["MessagingServiceSid"] = record.service_sid
    for place, (url, content_type) in enumerate(media):
        form[f"MediaUrl{place}"] = url
        form[f"MediaContentType{place}"] = content_type
    return form


def _media(
    board: Switchboard, record: Record, attachments: tuple[Attachment, ...]
) -> list[tuple[str, str]]:
    account = f"/2010-04-01/Accounts/{board.settings.twilio_account_sid}"
    kept = f"{board.settings.twilio_api_url}{account}/Messages/{record.sid}/Media/"
    return [
        *((each.url, each.content_type) for each in attachments if each.url),
        *((kept + each.sid, each.content_type) for each in board.records.media_of(record.sid)),
    ]
