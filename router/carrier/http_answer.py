"""One HTTP/1.1 answer, read off a connection: its status, its headers, a body of limited size.

Written here since the standard library's reader takes as long as all else that a request costs.
Strict: what is framed in any doubtful way is no answer (RFC 9112, section 6.3).
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass

LARGEST_HEAD = 64 * 1024
LARGEST_BODY = 16 * 1024 * 1024

_STATUS_LINE = re.compile(r"HTTP/1\.([0-9]) ([1-9][0-9]{2})(?: .*)?")
_NAME = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+")
_DIGITS, _HEX_DIGITS = re.compile(r"[0-9]{1,9}"), re.compile(rb"[0-9A-Fa-f]{1,8}")
_LINE_END, _HEAD_END = b"\r\n", b"\r\n\r\n"
_FIRST_FINAL = 200
_BODYLESS = frozenset({204, 304})

Receive = Callable[[], bytes]
"""Gives the next bytes of a connection; none at its end."""


class BadAnswer(Exception):
    """No whole answer came: it ended early, is too large, or is no HTTP."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What the server said. Names of `headers` are in lower case. `is_last`: the connection takes
    no other request.
    """

    status: int
    headers: Mapping[str, str]
    body: bytes
    is_last: bool


def read_answer(receive: Receive) -> Answer:
    """Read one answer to its end. Raises BadAnswer, and whatever `receive` does."""
    reader = _Reader(receive)
    minor, status, headers = _read_head(reader)
    while status < _FIRST_FINAL:  # 100 Continue and its kind: the answer is still to come
        minor, status, headers = _read_head(reader)
    is_last = minor == "0" or "close" in headers.get("connection", "").lower()
    body = _read_body(reader, status, headers)
    if body is None:
        return Answer(status, headers, reader.rest(), is_last=True)
    return Answer(status, headers, body, is_last or reader.has_more)


def _read_head(reader: "_Reader") -> tuple[str, int, dict[str, str]]:
    first, *lines = reader.until(_HEAD_END, LARGEST_HEAD).decode("latin-1").split("\r\n")
    found = _STATUS_LINE.fullmatch(first)
    if found is None:
        raise BadAnswer("no HTTP")
    headers: dict[str, str] = {}
    for line in lines:
        given, _, value = line.partition(":")
        if not _NAME.fullmatch(given):
            raise BadAnswer("no header")
        name, value = given.lower(), value.strip(" \t")
        headers[name] = f"{headers[name]}, {value}" if name in headers else value
    return found[1], int(found[2]), headers


def _read_body(reader: "_Reader", status: int, headers: Mapping[str, str]) -> bytes | None:
    """The body; None where it is all that comes until the connection ends."""
    if status in _BODYLESS:
        return b""
    coding, length = headers.get("transfer-encoding"), headers.get("content-length")
    if coding is not None:
        if coding.lower() != "chunked" or length is not None:
            raise BadAnswer("framed in a doubtful way")
        return _read_chunks(reader)
    if length is None:
        return None
    if not _DIGITS.fullmatch(length):
        raise BadAnswer("no length")
    return reader.exactly(int(length))


def _read_chunks(reader: "_Reader") -> bytes:
    body = bytearray()
    while size := _read_size(reader):
        body += reader.exactly(size)
        if reader.exactly(len(_LINE_END)) != _LINE_END:
            raise BadAnswer("a chunk without an end")
    while reader.until(_LINE_END, LARGEST_HEAD):
        pass  # trailers say nothing that is asked for
    return bytes(body)


def _read_size(reader: "_Reader") -> int:
    size = reader.until(_LINE_END, LARGEST_HEAD).partition(b";")[0].rstrip(b" \t")
    if not _HEX_DIGITS.fullmatch(size):
        raise BadAnswer("a chunk without a size")
    return int(size, 16)


class _Reader:
    """Bytes that came and were not used yet; never holds more than an answer may be large."""

    def __init__(self, receive: Receive) -> None:
        self._receive = receive
        self._held = bytearray()
        self._allowed = LARGEST_HEAD + LARGEST_BODY

    @property
    def has_more(self) -> bool:
        """Whether more came than was asked for."""
        return bool(self._held)

    def until(self, mark: bytes, most: int) -> bytes:
        """What stands before the next `mark`, which is passed over."""
        while (place := self._held.find(mark)) < 0:
            if len(self._held) > most or not self._fill():
                raise BadAnswer("it ends in its head, or that does not end")
        found = bytes(self._held[:place])
        del self._held[: place + len(mark)]
        return found

    def exactly(self, count: int) -> bytes:
        """The next `count` bytes."""
        if count > self._allowed + len(self._held):
            raise BadAnswer("it is too large")
        while len(self._held) < count:
            if not self._fill():
                raise BadAnswer("it ended early")
        found = bytes(self._held[:count])
        del self._held[:count]
        return found

    def rest(self) -> bytes:
        """Everything until the connection ends."""
        while self._fill():
            pass
        return bytes(self._held)

    def _fill(self) -> bool:
        more = self._receive()
        self._allowed -= len(more)
        if self._allowed < 0:
            raise BadAnswer("it is too large")
        self._held += more
        return bool(more)
