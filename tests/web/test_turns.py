"""Requests that are let through in turns: how many at once, in which order, and not for ever."""

import threading
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from router.web import turns
from router.web.turns import InTurns

SOON = 10.0


class Desk:
    """An app that answers nobody before it is told to, and notes whom it has let in."""

    def __init__(self) -> None:
        self.seen: list[str] = []
        self.may_answer = threading.Event()
        self._changed = threading.Condition()

    def __call__(self, environ: dict[str, Any], _start: object) -> Iterable[bytes]:
        with self._changed:
            self.seen.append(environ["PATH_INFO"])
            self._changed.notify_all()
        self.may_answer.wait(SOON)
        return []

    def has_seen(self, count: int) -> bool:
        """Whether so many have come in, soon."""
        with self._changed:
            return self._changed.wait_for(lambda: len(self.seen) >= count, SOON)


def _ask(gate: InTurns, path: str) -> None:
    gate({"PATH_INFO": path}, lambda *_: lambda _: None)  # type: ignore[arg-type, return-value]  # nothing is written


def _wait_for_a_line(gate: InTurns, length: int) -> None:
    while len(gate._line._waiting) < length:
        threading.Event().wait(0.001)


def test_so_many_are_let_in_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(turns, "PATIENCE_SECONDS", SOON)
    desk = Desk()
    gate = InTurns(desk, at_once=2)
    with ThreadPoolExecutor(3) as pool:
        for path in ("/1", "/2", "/3"):
            pool.submit(_ask, gate, path)
        assert desk.has_seen(2)
        _wait_for_a_line(gate, 1)
        assert len(desk.seen) == 2
        desk.may_answer.set()
    assert len(desk.seen) == 3


def test_those_who_wait_are_let_in_in_the_order_they_came(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(turns, "PATIENCE_SECONDS", SOON)
    desk = Desk()
    gate = InTurns(desk, at_once=1)
    with ThreadPoolExecutor(4) as pool:
        pool.submit(_ask, gate, "/1")
        assert desk.has_seen(1)
        for place, path in enumerate(("/2", "/3", "/4"), 1):
            pool.submit(_ask, gate, path)
            _wait_for_a_line(gate, place)
        desk.may_answer.set()
    assert desk.seen == ["/1", "/2", "/3", "/4"]


def test_who_has_waited_for_long_is_let_in_all_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(turns, "PATIENCE_SECONDS", 0.01)
    desk = Desk()
    gate = InTurns(desk, at_once=1)
    with ThreadPoolExecutor(2) as pool:
        pool.submit(_ask, gate, "/1")
        assert desk.has_seen(1)
        pool.submit(_ask, gate, "/2")
        assert desk.has_seen(2)
        desk.may_answer.set()
