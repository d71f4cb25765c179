"""The load generator: a process of its own that posts prepared requests over kept-alive sockets.

    python -m bench.load REQUESTS_FILE CONNECTIONS

REQUESTS_FILE holds requests, each behind its length (4 bytes, big-endian). Each line of stdin is a
slice to run: {"port", "seconds", "first", "cycle"}; each line of stdout is what came of it (see
`Slice`). It ends with its stdin. Imports little, so that it takes little of the cores.
"""

import gc
import json
import selectors
import socket
import struct
import sys
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import asdict, dataclass, field
from itertools import cycle, islice
from pathlib import Path

PATIENCE_SECONDS = 15.0
HEAD_END = b"\r\n\r\n"
LENGTH = b"content-length:"


@dataclass(frozen=True, slots=True)
class Slice:
    """Some seconds of load: answers by status ("closed", "hung" likewise), and how long each took.

    `used` counts the requests sent; p50, p99 and worst are milliseconds from send to last byte.
    """

    used: int
    seconds: float
    p50: float
    p99: float
    worst: float
    statuses: dict[str, int]

    @property
    def rate(self) -> float:
        """Answers of 200 a second."""
        return self.statuses.get("200", 0) / self.seconds

    @property
    def failures(self) -> int:
        """Whatever was not answered 200."""
        return sum(count for status, count in self.statuses.items() if status != "200")


@dataclass(slots=True)
class Line:
    """One connection: its socket, when its request was sent, and what has come back of it."""

    socket: socket.socket
    sent_at: float = 0.0
    received: bytes = b""


@dataclass(slots=True)
class Tally:
    """What a slice has seen so far."""

    used: int = 0
    seconds_each: list[float] = field(default_factory=list)
    statuses: Counter[str] = field(default_factory=Counter)


def run_slice(port: int, requests: Iterator[bytes], connections: int, seconds: float) -> Slice:
    """Keep `connections` requests under way for `seconds`, then wait for what is under way."""
    tally = Tally()
    with selectors.DefaultSelector() as selector:
        began = time.perf_counter()
        for _ in range(connections):
            line = Line(socket.create_connection(("127.0.0.1", port), PATIENCE_SECONDS))
            line.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            selector.register(line.socket, selectors.EVENT_READ, line)
            _send(selector, line, requests, tally)
        _turn(selector, requests, tally, began + seconds)
        took = time.perf_counter() - began
    return _sum_up(tally, took)


def _turn(
    selector: selectors.BaseSelector, requests: Iterator[bytes], tally: Tally, until: float
) -> None:
    nothing: Iterator[bytes] = iter(())
    while selector.get_map():
        ready = selector.select(PATIENCE_SECONDS)
        source = requests if time.perf_counter() < until else nothing
        for key, _ in ready:
            _receive(selector, key.data, source, tally)
        if not ready:
            tally.statuses["hung"] += len(selector.get_map())
            return


def _receive(
    selector: selectors.BaseSelector, line: Line, requests: Iterator[bytes], tally: Tally
) -> None:
    data = line.socket.recv(65_536)
    if not data:
        tally.statuses["closed"] += 1
        _close(selector, line)
        return
    line.received += data
    if not is_whole(line.received):
        return
    tally.seconds_each.append(time.perf_counter() - line.sent_at)
    tally.statuses[line.received[9:12].decode()] += 1
    _send(selector, line, requests, tally)


def _send(
    selector: selectors.BaseSelector, line: Line, requests: Iterator[bytes], tally: Tally
) -> None:
    request = next(requests, None)
    if request is None:
        _close(selector, line)
        return
    line.received = b""
    tally.used += 1
    line.sent_at = time.perf_counter()
    line.socket.sendall(request)


def _close(selector: selectors.BaseSelector, line: Line) -> None:
    selector.unregister(line.socket)
    line.socket.close()


def is_whole(received: bytes) -> bool:
    """Whether an answer has come to its end, as its Content-Length says."""
    end = received.find(HEAD_END)
    if end < 0:
        return False
    head = received[:end].lower()
    place = head.find(LENGTH)
    length = int(head[place + len(LENGTH) :].split(b"\r\n", 1)[0]) if place >= 0 else 0
    return len(received) >= end + len(HEAD_END) + length


def _sum_up(tally: Tally, took: float) -> Slice:
    ranked = sorted(tally.seconds_each) or [0.0]
    p50, p99 = (ranked[min(len(ranked) - 1, int(len(ranked) * share))] for share in (0.5, 0.99))
    return Slice(
        used=tally.used,
        seconds=took,
        p50=p50 * 1000,
        p99=p99 * 1000,
        worst=ranked[-1] * 1000,
        statuses=dict(tally.statuses),
    )


def read_requests(file: Path) -> list[bytes]:
    """The requests of a file."""
    whole, requests, place = file.read_bytes(), [], 0
    while place < len(whole):
        (length,) = struct.unpack_from(">I", whole, place)
        requests.append(whole[place + 4 : place + 4 + length])
        place += 4 + length
    return requests


def write_requests(file: Path, requests: Iterator[bytes]) -> None:
    """The inverse of `read_requests`."""
    with file.open("wb") as out:
        for request in requests:
            out.write(struct.pack(">I", len(request)) + request)


def main(file: Path, connections: int) -> None:
    """Run the slices that stdin asks for."""
    requests = read_requests(file)
    gc.disable()
    for line in sys.stdin:
        order = json.loads(line)
        first = order["first"]
        source = cycle(requests) if order["cycle"] else islice(requests, first, None)
        result = run_slice(order["port"], iter(source), connections, order["seconds"])
        print(json.dumps(asdict(result)), flush=True)


if __name__ == "__main__":
    main(Path(sys.argv[1]), int(sys.argv[2]))
