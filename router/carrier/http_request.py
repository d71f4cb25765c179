"""One HTTP/1.1 request, written out: to be handed to a connection as it is."""

from collections.abc import Mapping
from urllib.parse import SplitResult, quote, urlencode

_IN_A_TARGET = "/%:@!$&'()*+,;=~-._?"


class BadRequest(Exception):
    """It holds what no request may, such as a line's end within a header."""


def write_request(
    method: str, target: str, host: str, headers: Mapping[str, str], body: bytes = b""
) -> bytes:
    """Head and body. `target` is a path and query; what they may not hold is quoted in them.

    Raises BadRequest.
    """
    lines = [f"{method} {quote(target, safe=_IN_A_TARGET) or '/'} HTTP/1.1", f"Host: {host}"]
    lines += map(": ".join, headers.items())
    if body or method == "POST":
        lines.append(f"Content-Length: {len(body)}")
    head = "\r\n".join([*lines, "", ""])
    if head.count("\n") != len(lines) + 1 or head.count("\r") != len(lines) + 1:
        raise BadRequest("a line ends within a header")
    try:
        return head.encode("ascii") + body
    except UnicodeEncodeError:
        raise BadRequest("a header is not of ASCII alone") from None


def form_body(fields: Mapping[str, object]) -> bytes:
    """Fields as a form posts them; a list of values stands for a name that is repeated."""
    return urlencode(fields, doseq=True, errors="replace").encode()


def host_of(url: SplitResult) -> str:
    """What the header Host says: host and port, no name and password."""
    return url.netloc.rpartition("@")[2].encode("idna").decode()
