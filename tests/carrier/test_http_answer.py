"""Reading an HTTP answer: as the standard library does where it is whole, and never half of one."""

import http.client
import io
from collections.abc import Callable, Iterator
from typing import Any, cast

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from router.carrier.http_answer import LARGEST_BODY, BadAnswer, read_answer

OK = b"HTTP/1.1 200 OK\r\n"
BODIES = st.binary(max_size=60)
PIECES = st.lists(st.integers(1, 40), max_size=20)


def coming(*pieces: bytes) -> Callable[[], bytes]:
    """What gives these pieces one by one, and then the end."""
    left = iter(pieces)
    return lambda: next(left, b"")


def torn(whole: bytes, lengths: list[int]) -> Iterator[bytes]:
    """The same bytes in pieces of these lengths; the rest at once."""
    for length in lengths:
        if whole[:length]:
            yield whole[:length]
        whole = whole[length:]
    if whole:
        yield whole


class Whole:
    """As much of a socket as the standard library's reader wants."""

    def __init__(self, whole: bytes) -> None:
        self._whole = whole

    def makefile(self, *_: object) -> io.BytesIO:
        return io.BytesIO(self._whole)


def in_chunks(body: bytes, size: int) -> bytes:
    parts = [body[place : place + size] for place in range(0, len(body), size)]
    return b"".join(b"%x;x=1\r\n%b\r\n" % (len(part), part) for part in parts) + b"0\r\n\r\n"


@st.composite
def answers(draw: st.DrawFn) -> bytes:
    body = draw(BODIES)
    framed = draw(
        st.sampled_from(
            [
                b"Content-Length: %d\r\n\r\n%b" % (len(body), body),
                b"\r\n" + body,
                b"Transfer-Encoding: chunked\r\n\r\n" + in_chunks(body, draw(st.integers(1, 9))),
            ]
        )
    )
    status = draw(st.sampled_from([b"200 OK", b"201", b"429 Too Many", b"503 "]))
    more = draw(st.sampled_from([b"", b"Retry-After:  7 \r\n", b"X-A: 1\r\nX-a:2\r\n"]))
    return b"HTTP/1.1 " + status + b"\r\n" + more + framed


@settings(max_examples=60)
@given(answers(), PIECES)
def test_a_whole_answer_is_read_as_the_standard_library_reads_it(
    whole: bytes, lengths: list[int]
) -> None:
    theirs = http.client.HTTPResponse(cast("Any", Whole(whole)))
    theirs.begin()
    read = read_answer(coming(*torn(whole, lengths)))
    assert (read.status, read.body) == (theirs.status, theirs.read())
    assert read.headers == {
        name.lower(): ", ".join(map(str.strip, theirs.headers.get_all(name, [])))
        for name in theirs.headers
    }


@settings(max_examples=60)
@given(answers(), st.data())
def test_half_of_an_answer_is_none(whole: bytes, data: st.DataObject) -> None:
    is_framed = b"Content-Length" in whole or b"Transfer-Encoding" in whole
    end = len(whole) if is_framed else whole.index(b"\r\n\r\n") + 4
    cut = data.draw(st.integers(0, end - 1))
    with pytest.raises(BadAnswer):
        read_answer(coming(whole[:cut]))


@pytest.mark.parametrize(
    "said",
    [
        b"SSH-2.0-OpenSSH\r\n\r\n",
        b"HTTP/2 200 OK\r\n\r\n",
        b"HTTP/1.1 20 OK\r\n\r\n",
        OK + b"no header\r\n\r\n",
        OK + b"Content-Length : 2\r\n\r\nok",
        OK + b" folded: 1\r\n\r\n",
        OK + b"Content-Length: 2\r\nContent-Length: 1\r\n\r\nok",
        OK + b"Content-Length: +2\r\n\r\nok",
        OK + b"Content-Length: 2\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
        OK + b"Transfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n",
        OK + b"Transfer-Encoding: chunked\r\n\r\n-1\r\n\r\n",
        OK + b"Transfer-Encoding: chunked\r\n\r\n1\r\nab\r\n0\r\n\r\n",
        OK + b"Content-Length: %d\r\n\r\n" % (2 * LARGEST_BODY),
    ],
)
def test_what_is_framed_in_a_doubtful_way_is_no_answer(said: bytes) -> None:
    with pytest.raises(BadAnswer):
        read_answer(coming(said))


@pytest.mark.parametrize("framing", [b"", b"\r\n", b"Transfer-Encoding: chunked\r\n\r\n"])
def test_an_answer_without_an_end_is_given_up(framing: bytes) -> None:
    piece = b"ffff\r\n" + b"x" * 0xFFFF + b"\r\n"
    begun = iter([OK + framing])
    with pytest.raises(BadAnswer):
        read_answer(lambda: next(begun, piece))


def test_what_is_only_on_the_way_to_an_answer_is_passed_over() -> None:
    early = b"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early Hints\r\nLink: x\r\n\r\n"
    answer = read_answer(coming(early + OK + b"Content-Length: 2\r\n\r\nok"))
    assert (answer.status, answer.body, answer.headers) == (200, b"ok", {"content-length": "2"})


@pytest.mark.parametrize(
    ("said", "is_last"),
    [
        (OK + b"Content-Length: 0\r\n\r\n", False),
        (b"HTTP/1.1 204 No Content\r\n\r\n", False),
        (OK + b"Content-Length: 0\r\nConnection: close\r\n\r\n", True),
        (b"HTTP/1.0 200 OK\r\nContent-Length: 0\r\n\r\n", True),
        (OK + b"\r\nuntil it ends", True),
        (OK + b"Content-Length: 0\r\n\r\nmore than was promised", True),
    ],
)
def test_it_is_known_whether_the_connection_takes_another_request(
    said: bytes, is_last: bool
) -> None:
    assert read_answer(coming(said)).is_last == is_last
