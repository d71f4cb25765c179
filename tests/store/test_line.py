"""The line: first come, first served."""

import threading

import pytest

from router.store.line import Line

SOON = 30.0


def _wait_until_waiting(line: Line, number: int) -> None:
    while len(line._waiting) < number:
        threading.Event().wait(0.001)


def test_those_who_wait_are_let_in_in_the_order_they_came() -> None:
    line, order = Line(), list[int]()

    def stand(number: int) -> None:
        assert line.enter(SOON)
        order.append(number)
        line.leave()

    assert line.enter(SOON)
    threads = []
    for number in range(5):
        threads.append(threading.Thread(target=stand, args=(number,)))
        threads[-1].start()
        _wait_until_waiting(line, number + 1)
    line.leave()
    for thread in threads:
        thread.join(SOON)
    assert order == [0, 1, 2, 3, 4]


def test_whose_patience_is_over_is_not_let_in_and_holds_up_nobody() -> None:
    line = Line()
    assert line.enter(SOON)
    assert not line.enter(0.01)
    line.leave()
    assert line.enter(0)


def test_a_place_is_passed_on_only_to_somebody_who_waits() -> None:
    line = Line()
    assert line.enter(SOON)
    assert not line.pass_on()
    assert not line.enter(0)  # one is still inside
    thread = threading.Thread(target=line.enter, args=(SOON,))
    thread.start()
    _wait_until_waiting(line, 1)
    assert line.pass_on()
    thread.join(SOON)
    assert not line.enter(0)  # now the other is


class Interrupted(BaseException):
    """As a signal's handler raises it, which runs once a call has returned."""


class Interrupting:
    """A lock at whose next release a signal comes."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._is_over = False

    def __enter__(self) -> None:
        self._lock.acquire()

    def __exit__(self, *_: object) -> None:
        self._lock.release()
        if not self._is_over:
            self._is_over = True
            raise Interrupted


@pytest.mark.parametrize("is_free", [True, False])
def test_who_is_interrupted_while_it_enters_holds_up_nobody(
    monkeypatch: pytest.MonkeyPatch, *, is_free: bool
) -> None:
    line = Line(1 if is_free else 0)
    monkeypatch.setattr(line, "_lock", Interrupting())
    with pytest.raises(Interrupted):
        line.enter(SOON)
    if not is_free:
        line.leave()
    assert line.enter(0)
