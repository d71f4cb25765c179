"""A text that the app sends: taken, sent and delivered, with a callback for each step."""

import threading
from collections.abc import Callable
from functools import partial
from secrets import token_hex

from router.carrier.simulator.records import Record
from router.carrier.simulator.switchboard import Switchboard, bubble_of

_FIRST = ("queued", "accepted", "sending")
_LONGEST_WAIT_SECONDS = 5.0
_UNREACHABLE = 30003


def take(
    board: Switchboard,
    *,
    to: str,
    from_address: str,
    body: str,
    service_sid: str | None,
    callback_url: str | None,
) -> Record:
    """Write a text into the log and set it on its way; returns it as it is now: queued."""
    record = Record(
        sid="SM" + token_hex(16),
        direction="outbound-api",
        from_address=from_address,
        to_address=to,
        body=body,
        status="queued",
        error_code=None,
        service_sid=service_sid,
        callback_url=callback_url,
        created_at=board.now(),
        sent_at=None,
    )
    board.number(from_address)
    board.records.add(record)
    board.handsets.show(bubble_of(record))
    plan = board.faults.take("callback", "shuffle", "before_response")
    _set_off(board, record.sid, plan.kind if plan else "")
    return record


def resume(board: Switchboard) -> None:
    """Set off again what was on its way when the simulator stopped."""
    for record in board.records.newest_first():
        if record.direction != "inbound" and record.status in (*_FIRST, "sent"):
            _set_off(board, record.sid, "")


def _set_off(board: Switchboard, sid: str, plan: str) -> None:
    if plan == "before_response":
        done = threading.Event()
        board.background.later(0, partial(_finish_at_once, board, sid, done.set))
        done.wait(_LONGEST_WAIT_SECONDS)
    else:
        board.background.later(board.delay_seconds, partial(_step, board, sid, plan == "shuffle"))


def _finish_at_once(board: Switchboard, sid: str, tell: Callable[[], None]) -> None:
    try:
        _send(board, sid)
        _call_back(board, sid, "sent")
        _call_back(board, sid, _deliver(board, sid))
    finally:
        tell()


def _step(board: Switchboard, sid: str, is_shuffled: bool) -> None:
    """Sent now, delivered a moment later; shuffled: the callback of `sent` comes last."""
    _send(board, sid)
    if not is_shuffled:
        _call_back(board, sid, "sent")
    board.background.later(board.delay_seconds, partial(_last_step, board, sid, is_shuffled))


def _last_step(board: Switchboard, sid: str, is_shuffled: bool) -> None:
    _call_back(board, sid, _deliver(board, sid))
    if is_shuffled:
        _call_back(board, sid, "sent")


def _send(board: Switchboard, sid: str) -> None:
    _set_status(board, sid, "sent", None)


def _deliver(board: Switchboard, sid: str) -> str:
    fault = board.faults.take("delivery")
    if fault is None:
        _set_status(board, sid, "delivered", None)
        return "delivered"
    status = "undelivered" if fault.kind.isdigit() else fault.kind
    code = int(fault.kind) if fault.kind.isdigit() else fault.code or _UNREACHABLE
    _set_status(board, sid, status, code)
    return status


def _set_status(board: Switchboard, sid: str, status: str, error_code: int | None) -> None:
    record = board.records.get(sid)
    if record is None:
        return
    board.records.set_status(sid, status, error_code, board.now())
    board.handsets.update(record.to_address, sid, status, error_code)


def _call_back(board: Switchboard, sid: str, status: str) -> None:
    """Tell the app, unless it asked for nothing or has had the text deleted."""
    record = board.records.get(sid)
    if record is None or not record.callback_url:
        return
    fault = board.faults.take("callback", "drop", "duplicate")
    copies = 1 if fault is None else {"drop": 0}.get(fault.kind, fault.copies)
    for _ in range(copies):
        board.posts.post(record.callback_url, _news(board, record, status))


def _news(board: Switchboard, record: Record, status: str) -> dict[str, str]:
    news = {
        "AccountSid": board.settings.twilio_account_sid,
        "ApiVersion": "2010-04-01",
        "MessageSid": record.sid,
        "SmsSid": record.sid,
        "MessageStatus": status,
        "SmsStatus": status,
        "From": record.from_address,
        "To": record.to_address,
    }
    if record.service_sid:
        news["MessagingServiceSid"] = record.service_sid
    if record.error_code and status != "sent":
        news["ErrorCode"] = str(record.error_code)
    return news
