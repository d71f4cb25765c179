"""The simulated carrier's answers in Twilio's shapes."""

from datetime import datetime
from email.utils import format_datetime

from router.carrier.simulator.records import Record, StoredMedia

VERSION = "2010-04-01"


def text_payload(account: str, record: Record, media_count: int) -> dict[str, object]:
    """One text, as Messages gives it."""
    uri = f"/{VERSION}/Accounts/{account}/Messages/{record.sid}"
    return {
        "account_sid": account,
        "api_version": VERSION,
        "body": record.body,
        "date_created": _date(record.created_at),
        "date_sent": _date(record.sent_at),
        "date_updated": _date(record.sent_at or record.created_at),
        "direction": record.direction,
        "error_code": record.error_code,
        "error_message": None,
        "from": record.from_address,
        "messaging_service_sid": record.service_sid,
        "num_media": str(media_count),
        "num_segments": "1",
        "price": None,
        "price_unit": "USD",
        "sid": record.sid,
        "status": record.status,
        "subresource_uris": {"media": f"{uri}/Media.json"},
        "to": record.to_address,
        "uri": f"{uri}.json",
    }


def media_payload(account: str, media: StoredMedia) -> dict[str, object]:
    """One picture or file, as Media gives it."""
    return {
        "account_sid": account,
        "content_type": media.content_type,
        "date_created": None,
        "date_updated": None,
        "parent_sid": media.message_sid,
        "sid": media.sid,
        "uri": f"/{VERSION}/Accounts/{account}/Messages/{media.message_sid}/Media/{media.sid}.json",
    }


def page_payload(
    key: str,
    rows: list[dict[str, object]],
    *,
    uri: str,
    page: int,
    size: int,
    following: str | None,
) -> dict[str, object]:
    """One page of a list; `following` is the path of the next one."""
    return {
        key: rows,
        "end": page * size + len(rows) - 1,
        "first_page_uri": uri,
        "next_page_uri": following,
        "page": page,
        "page_size": size,
        "previous_page_uri": None,
        "start": page * size,
        "uri": uri,
    }


def error_payload(http_status: int, code: int, message: str) -> dict[str, object]:
    """A refusal."""
    return {
        "code": code,
        "message": message,
        "more_info": f"https://www.twilio.com/docs/errors/{code}",
        "status": http_status,
    }


def _date(moment: datetime | None) -> str | None:
    return format_datetime(moment) if moment else None
