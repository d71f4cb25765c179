"""How large a form may be, checked before it is parsed: two million names parse for seconds."""

from flask import Response, request
from werkzeug.exceptions import RequestEntityTooLarge

LARGEST_BODY_BYTES = 1_000_000  # 100 KB of text where every byte is percent-encoded, and then some
MOST_PARAMETERS = 1000


def check_form() -> Response | None:
    """None where the body can be parsed at little cost; else an answer that says what is wrong."""
    try:
        body = request.get_data(cache=True)
    except RequestEntityTooLarge:
        return _refuse(f"The body is larger than {LARGEST_BODY_BYTES:,} bytes.", 413)
    try:
        body.decode()
    except UnicodeDecodeError:  # Flask would read such a form as an empty one
        return _refuse("The body holds bytes that are not UTF-8.", 400)
    if body.count(b"&") >= MOST_PARAMETERS:
        return _refuse(f"There are more than {MOST_PARAMETERS:,} parameters.", 413)
    return None


def _refuse(why: str, status: int) -> Response:
    return Response(f"{why} Nothing was stored.\n", status, mimetype="text/plain")
