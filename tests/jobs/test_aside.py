"""Errands aside: once at a time, again behind the others, and no task waits for another."""

import threading

import pytest

from router.jobs.aside import THREADS, Aside
from router.jobs.errand import Errand

SOON = 10.0
FIRST, SECOND = (Errand("settle_sender", (name,)) for name in ("a", "b"))


def test_errands_that_hang_keep_no_other_task_waiting() -> None:
    aside, goes_on, told = Aside(), threading.Event(), threading.Event()
    for number in range(THREADS + 1):
        aside.do(Errand("settle_sender", (str(number),)), lambda: assert_soon(goes_on))
    aside.do(Errand("send_dispatches", ("tenant",)), told.set)
    assert told.wait(SOON)
    goes_on.set()
    assert aside.finish(SOON)
    aside.close()


def test_what_is_wanted_again_while_it_runs_waits_behind_those_that_came_before(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("router.jobs.aside.THREADS", 1)
    aside, goes_on = Aside(), threading.Event()
    order: list[Errand] = []

    def run(errand: Errand) -> None:
        order.append(errand)
        assert_soon(goes_on)

    aside.do(FIRST, lambda: run(FIRST))
    while not order:
        goes_on.wait(0.001)
    for errand in (SECOND, FIRST, FIRST):
        aside.do(errand, lambda errand=errand: run(errand))
    goes_on.set()
    assert aside.finish(SOON)
    aside.close()
    assert order == [FIRST, SECOND, FIRST]


def test_an_errand_for_which_no_thread_could_be_had_is_done_when_it_is_wanted_again(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    aside, order, start = Aside(), list[Errand](), threading.Thread.start

    def refuse(_thread: threading.Thread) -> None:
        raise RuntimeError("can't start new thread")

    monkeypatch.setattr(threading.Thread, "start", refuse)
    aside.do(FIRST, lambda: order.append(FIRST))
    monkeypatch.setattr(threading.Thread, "start", start)
    assert aside.finish(0.0)
    aside.do(FIRST, lambda: order.append(FIRST))
    assert aside.finish(SOON)
    aside.close()
    assert order == [FIRST]


def assert_soon(event: threading.Event) -> None:
    assert event.wait(SOON)
