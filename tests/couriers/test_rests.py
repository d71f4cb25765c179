"""Services that do not answer rest, each for itself, longer each time."""

from router.couriers.rests import FIRST_SECONDS, LONGEST_SECONDS, Rests


def test_a_silent_service_rests_twice_as_long_each_time_until_it_answers() -> None:
    now_seconds = [0.0]
    rests = Rests(lambda: now_seconds[0])
    for seconds in (FIRST_SECONDS, 2 * FIRST_SECONDS, 4 * FIRST_SECONDS):
        rests.is_silent("push.example")
        rests.is_silent("push.example")
        assert rests.left("push.example") == seconds
        now_seconds[0] += seconds
        assert rests.left("push.example") == 0.0
    rests.has_answered("push.example")
    rests.is_silent("push.example")
    assert rests.left("push.example") == FIRST_SECONDS
    assert rests.left("another.example") == 0.0


def test_no_service_rests_for_ever() -> None:
    now_seconds = [0.0]
    rests = Rests(lambda: now_seconds[0])
    for _ in range(20):
        rests.is_silent("push.example")
        now_seconds[0] += rests.left("push.example")
    rests.is_silent("push.example")
    assert rests.left("push.example") == LONGEST_SECONDS
