"""Event streams: they tell what changed, and never take all of the server."""

from collections.abc import Callable, Iterator

import pytest
from flask import Flask
from werkzeug.test import TestResponse

from router.flows.ripples import Ripples
from router.flows.world import World
from router.web.parts import Parts
from tests.web.visitor import Visitor

EVENTS = {"Accept": "text/event-stream"}


@pytest.fixture
def small_app(make_app: Callable[..., Flask], businesses: World) -> Flask:
    """An app with room for four streams."""
    return make_app(businesses, max_streams=4)


@pytest.fixture
def listen(small_app: Flask) -> Iterator[Callable[[str], TestResponse]]:
    """Opens a stream of somebody of the staff."""
    opened: list[TestResponse] = []

    def open_stream(name: str) -> TestResponse:
        person = Visitor(small_app.test_client())
        person.sign_in(name)
        answer = person.get("/inbox/live", headers=EVENTS, buffered=False)
        opened.append(answer)
        return answer

    yield open_stream
    for answer in opened:
        answer.close()


def _parts(app: Flask) -> Parts:
    parts: Parts = app.extensions["bellhop"]
    return parts


def _next(stream: TestResponse) -> str:
    return next(stream.iter_encoded()).decode()


def test_a_stream_begins_by_having_the_page_show_everything_afresh(
    listen: Callable[[str], TestResponse],
) -> None:
    stream = listen("alice")
    assert stream.mimetype == "text/event-stream"
    assert "event: ready\ndata: *" in _next(stream)


def test_a_stream_tells_of_its_own_tenant_s_threads_only(
    small_app: Flask, listen: Callable[[str], TestResponse]
) -> None:
    stream = listen("alice")
    events = stream.iter_encoded()
    next(events)
    first = next(events).decode()  # the subscription has begun
    assert "data: *" in first
    foreign, ours = ("clinic", "thread-1"), ("grand-hotel", "thread-2")
    _parts(small_app).bell.ring(Ripples(threads=frozenset({foreign})))
    assert _parts(small_app).bell.flush(15)
    _parts(small_app).bell.ring(Ripples(threads=frozenset({ours})))
    assert next(events).decode() == "event: changed\ndata: thread-2\n\n"


def test_a_stranger_gets_no_stream(small_app: Flask) -> None:
    answer = small_app.test_client().get("/inbox/live", headers=EVENTS)
    assert answer.status_code == 401


def test_past_the_cap_a_page_is_told_to_poll(
    small_app: Flask, listen: Callable[[str], TestResponse]
) -> None:
    seats = _parts(small_app).seats
    taken = [seats.take(f"somebody/{number}") for number in range(4)]
    assert listen("alice").status_code == 204
    assert taken[0] is not None
    seats.release(taken[0])
    assert listen("alice").status_code == 200


def test_one_person_s_fourth_stream_ends_the_oldest(
    small_app: Flask, listen: Callable[[str], TestResponse]
) -> None:
    streams = [listen("alice") for _ in range(3)]
    oldest = streams[0].iter_encoded()
    next(oldest)
    assert listen("alice").status_code == 200
    assert not [event for event in oldest if "still here" in event.decode()]
    assert listen("bob").status_code == 200


def test_a_page_that_leaves_gives_its_seat_back(
    small_app: Flask, listen: Callable[[str], TestResponse]
) -> None:
    stream = listen("alice")
    _next(stream)
    assert _parts(small_app).seats.taken == 1
    stream.close()
    assert _parts(small_app).seats.taken == 0
    assert _parts(small_app).live.size == 0
