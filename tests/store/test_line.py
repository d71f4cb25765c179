"""The line: first come, first served."""

import threading

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
