"""How the simulated carrier fails when it was told to, and refuses when it should."""

from collections.abc import Callable, Iterator

from flask import Response, jsonify

from router.carrier.simulator.faults import Fault, Place
from router.carrier.simulator.payloads import error_payload
from router.carrier.simulator.switchboard import Switchboard

_RFC9457_CODE, _CODE_DIGITS = 21211, 5
_STATUS_OF_CODE = {20429: 429, 20500: 500}
_DONE_FIRST = frozenset({"500_after", "timeout", "reset", "bad_json", "empty", "no_sid"})


def refuse(http_status: int, code: int, message: str) -> Response:
    """A refusal as Twilio words it."""
    answer = jsonify(error_payload(http_status, code, message))
    answer.status_code = http_status
    return answer


def answer(board: Switchboard, place: Place, act: Callable[[], Response]) -> Response:
    """Do what was asked and answer, with the fault that waits for this place."""
    fault = board.faults.take(place)
    if fault is None:
        return act()
    if fault.kind == "late":
        board.closing.wait(fault.seconds)
        return act()
    if fault.kind in _DONE_FIRST:
        return _spoil(board, fault, act())
    return _fail(board, fault)


def _fail(board: Switchboard, fault: Fault) -> Response:
    """An answer to something that was not done."""
    if len(fault.kind) == _CODE_DIGITS and fault.kind.isdigit():
        return refuse(400, int(fault.kind), "told to refuse")
    if fault.kind == "429":
        return _too_many(fault)
    if fault.kind == "401":
        return refuse(401, 20003, "Authenticate")
    if fault.kind == "502_html":
        return Response("<html>Bad gateway</html>", 502, content_type="text/html")
    if fault.kind == "rfc9457":
        return _problem(fault.code or _RFC9457_CODE)
    if fault.kind == "hang":
        board.closing.wait(fault.seconds)
    return refuse(500, 20500, "told to fail")


def _spoil(board: Switchboard, fault: Fault, done: Response) -> Response:
    """A broken answer to something that was done."""
    if fault.kind == "timeout":
        board.closing.wait(fault.seconds)
        return done
    if fault.kind == "500_after":
        return refuse(500, 20500, "told to fail")
    if fault.kind == "reset":
        return Response(_break_off(), done.status_code, {"Content-Length": "1000"})
    text = {"bad_json": '{"sid": "SM', "empty": "", "no_sid": "{}"}[fault.kind]
    return Response(text, done.status_code, content_type="application/json")


def _break_off() -> Iterator[bytes]:
    yield b'{"sid": "SM'
    raise ConnectionResetError("told to reset")


def _too_many(fault: Fault) -> Response:
    refused = refuse(429, 20429, "Too Many Requests")
    if fault.retry_after is not None:
        refused.headers["Retry-After"] = f"{fault.retry_after:g}"
    return refused


def _problem(code: int) -> Response:
    http_status = _STATUS_OF_CODE.get(code, 400)
    problem = {
        "type": f"https://www.twilio.com/docs/errors/{code}",
        "title": "told to refuse",
        "status": http_status,
        "code": code,
    }
    refused = jsonify(problem)
    refused.status_code, refused.content_type = http_status, "application/problem+json"
    return refused
