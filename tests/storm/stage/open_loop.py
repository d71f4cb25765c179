"""The load generator of the storms: posts on a fixed timetable, however slow the answers are.

    python -m tests.storm.stage.open_loop REQUESTS_FILE PORT

Each line of stdin is a stretch to run: {"first", "count", "a_second"}; without "a_second" all are
due at once. Each line of stdout is a status for each request ("0": no answer) and how long after
its due time the answer was whole. It ends with its stdin. It imports little, so as to cost little.
"""

import gc
import json
import resource
import selectors
import socket
import sys
import time
from dataclasses import dataclass
from pathlib import Path

from bench.load import is_whole, read_requests

PATIENCE_SECONDS = 20.0
LARGEST = 65_536


@dataclass(slots=True)
class Line:
    """One connection: which request is under way on it, and what has come back."""

    socket: socket.socket
    place: int = 0
    received: bytes = b""


class Stretch:
    """Some requests, each with the time at which it is due."""

    def __init__(self, port: int, requests: list[bytes], interval_seconds: float) -> None:
        self.statuses = ["0"] * len(requests)
        self.seconds = [PATIENCE_SECONDS] * len(requests)
        self._port = port
        self._requests = requests
        self._interval = interval_seconds
        self._began = time.perf_counter()
        self._next = 0
        self._idle: list[Line] = []
        self._selector = selectors.DefaultSelector()

    def run(self) -> None:
        """Send each when it is due, and wait for the answers as long as patience lasts."""
        while self._next < len(self._requests) or self._selector.get_map():
            self._send_due()
            if time.perf_counter() > self._due(len(self._requests)) + PATIENCE_SECONDS:
                break
            for key, _ in self._selector.select(self._pause()):
                self._receive(key.data)
        for key in list(self._selector.get_map().values()):
            key.data.socket.close()
        self._selector.close()

    def _due(self, place: int) -> float:
        return self._began + place * self._interval

    def _pause(self) -> float:
        if self._next == len(self._requests):
            return 0.1
        return max(0.0, self._due(self._next) - time.perf_counter())

    def _send_due(self) -> None:
        while self._next < len(self._requests) and self._due(self._next) <= time.perf_counter():
            line = self._take()
            line.place, line.received = self._next, b""
            self._selector.register(line.socket, selectors.EVENT_READ, line)
            line.socket.sendall(self._requests[self._next])
            self._next += 1

    def _take(self) -> Line:
        """An idle connection that the server has not ended, or a new one."""
        while self._idle:
            line = self._idle.pop()
            if not _is_ended(line.socket):
                return line
            line.socket.close()
        return self._connect()

    def _connect(self) -> Line:
        made = socket.create_connection(("127.0.0.1", self._port), PATIENCE_SECONDS)
        made.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        return Line(made)

    def _receive(self, line: Line) -> None:
        try:
            data = line.socket.recv(LARGEST)
        except OSError:
            data = b""
        line.received += data
        if data and not is_whole(line.received):
            return
        self._selector.unregister(line.socket)
        if not data:
            line.socket.close()
            return
        self.statuses[line.place] = line.received[9:12].decode()
        self.seconds[line.place] = time.perf_counter() - self._due(line.place)
        self._idle.append(line)


def _is_ended(connection: socket.socket) -> bool:
    connection.settimeout(0)
    try:
        connection.recv(1)  # nobody has asked for anything
    except BlockingIOError:
        connection.settimeout(PATIENCE_SECONDS)
        return False
    except OSError:
        pass
    return True


def main(file: Path, port: int) -> None:
    """Run the stretches that stdin asks for."""
    most = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))
    requests = read_requests(file)
    gc.disable()
    for line in sys.stdin:
        order = json.loads(line)
        wanted = requests[order["first"] :][: order["count"]]
        a_second = order.get("a_second")
        stretch = Stretch(port, wanted, 1 / a_second if a_second else 0.0)
        stretch.run()
        print(json.dumps({"statuses": stretch.statuses, "seconds": stretch.seconds}), flush=True)


if __name__ == "__main__":
    main(Path(sys.argv[1]), int(sys.argv[2]))
