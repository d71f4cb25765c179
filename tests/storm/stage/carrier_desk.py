"""What a storm tells the simulated carrier, and reads in its log."""

import json
import sqlite3
import urllib.request
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

Fault = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Taken:
    """A text of ours that the carrier accepted: for which message, at which attempt."""

    sid: str
    message_id: str
    attempt: int
    status: str


@dataclass(frozen=True, slots=True)
class CarrierDesk:
    """The carrier at `url`, whose log is the file `log`."""

    url: str
    log: Path

    def make_faults(self, faults: Sequence[Fault]) -> None:
        """Have it make these faults, and no others."""
        self._call("faults", "DELETE")
        if faults:
            self._call("faults", "POST", list(faults))

    def faults_made(self) -> dict[str, int]:
        """How many faults it has made, by place and kind."""
        made: dict[str, int] = self._call("faults/made", "GET")
        return made

    def advance(self, by: timedelta) -> None:
        """Move the time of all processes."""
        self._call("clock", "POST", {"advance": f"{by.total_seconds():.0f}s"})

    def is_open(self) -> bool:
        """Whether it answers."""
        try:
            self._call("clock", "GET")
        except OSError:
            return False
        return True

    def taken(self) -> list[Taken]:
        """What it accepted, in the order in which it did."""
        connection = sqlite3.connect(f"file:{self.log}?mode=ro", uri=True, timeout=20)
        try:
            rows = connection.execute(
                "SELECT sid, callback_url, status FROM messages WHERE direction <> 'inbound' "
                "ORDER BY rowid"
            ).fetchall()
        finally:
            connection.close()
        return [_taken(*row) for row in rows]

    def _call(self, name: str, method: str, given: object = None) -> Any:
        data = None if given is None else json.dumps(given).encode()
        head = {"Content-Type": "application/json"}
        url = f"{self.url}/simulator/api/{name}"
        asked = urllib.request.Request(url, data, head, method=method)
        with urllib.request.urlopen(asked, timeout=30) as answer:
            return json.load(answer)


def always(on: str, kind: str, share: float = 1.0, **more: object) -> Fault:
    """A fault that is made in a share of all cases, for ever."""
    return {"on": on, "kind": kind, "share": share, "times": None, **more}


def lag(seconds: float) -> Fault:
    """The log shows a text only so long after it was accepted."""
    return always("list", "lag", seconds=seconds)


def _taken(sid: str, url: str, status: str) -> Taken:
    asked = parse_qs(urlsplit(url).query)
    return Taken(sid, asked["message"][0], int(asked["attempt"][0]), status)
