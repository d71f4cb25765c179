"""Notes each request for the access log: off its path, in batches, without a person in it.

No query is noted, and of a path only what the application itself knows: where a part of it is no
opaque id, the rule stands there instead, so that nothing that a stranger has typed is kept.
Referrer, user agent and body are not looked at.
"""

import os
import re
import threading
import time
from collections import deque
from datetime import timedelta
from functools import cache
from typing import NamedTuple

import structlog
from flask import Flask, Request, Response, request

from router.now import Now
from router.store.access_log import AccessLog, Line
from router.store.ids import is_id

WRITE_SECONDS = 0.25
_BEGAN = "bellhop.began"
METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "DELETE", "OPTIONS", "PATCH"})
MOST = 50_000  # requests that wait to be written: more than a full disk is worth

log = structlog.get_logger()


class _Note(NamedTuple):
    ended: float  # of time.monotonic
    method: str
    path: str
    status: int
    seconds: float
    ip: str


class AccessNotes:
    """What was noted and is not written yet; a thread of this process writes it down."""

    def __init__(self, access_log: AccessLog, now: Now, process: str = "web") -> None:
        self._log = access_log
        self._now = now
        self._process = f"{process}-{os.getpid()}"
        self._notes: deque[_Note] = deque(maxlen=MOST)
        self._stopped = threading.Event()
        self._thread = threading.Thread(target=self._run, name="access-log", daemon=True)

    def start(self) -> "AccessNotes":
        """Begin; gives itself back."""
        self._thread.start()
        return self

    def close(self) -> None:
        """Write down what was noted last, and end."""
        self._stopped.set()
        self._thread.join()

    def add_to(self, app: Flask) -> None:
        """Have every request of `app` noted. To be called before any other hook is added."""

        @app.before_request
        def begin() -> None:
            request.environ[_BEGAN] = time.monotonic()

        @app.after_request
        def note(response: Response) -> Response:
            ended = time.monotonic()
            asked: Request = request._get_current_object()  # type: ignore[attr-defined]  # once, not by the proxy eight times
            self._notes.append(
                _Note(
                    ended,
                    asked.method if asked.method in METHODS else "?",
                    _path(asked, response.status_code),
                    response.status_code,
                    ended - asked.environ.get(_BEGAN, ended),
                    asked.remote_addr or "?",
                )
            )
            return response

    def _run(self) -> None:
        while not self._stopped.wait(WRITE_SECONDS):
            self._write()
        self._write()

    def _write(self) -> None:
        notes = [self._notes.popleft() for _ in range(len(self._notes))]
        if not notes:
            return
        now, since = self._now(), time.monotonic()
        lines = [
            Line(
                at=now - timedelta(seconds=since - note.ended),
                process=self._process,
                method=note.method,
                path=note.path,
                status=note.status,
                milliseconds=note.seconds * 1000,
                ip=note.ip,
            )
            for note in notes
        ]
        try:
            self._log.append(lines, now)
        except OSError as error:  # a full disk: requests are answered all the same
            log.warning("access_log_not_written", error=error, requests=len(lines))


_FOUND = (200, 304)  # a file of ours has that name, so that nobody else has made it up


def _path(asked: Request, status: int) -> str:
    rule, parts = asked.url_rule, asked.view_args
    if rule is None:
        return "unknown"
    if not parts or (rule.endpoint == "static" and status in _FOUND):
        return asked.path
    is_plain = all(is_id(str(part)) or part in _words(rule.rule) for part in parts.values())
    return asked.path if is_plain else rule.rule


@cache
def _words(rule: str) -> frozenset[str]:
    """What a rule itself may name: the views of `<any(open, closed):view>`."""
    return frozenset(re.findall(r"\w+", rule))
