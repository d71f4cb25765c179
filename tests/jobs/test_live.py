"""The live feed: one subscription a process, each page hears of its own tenant."""

import time
from collections.abc import Iterator

import pytest

from router.flows.ripples import Ripples
from router.jobs.bell import Bell
from router.jobs.live import ANY, LiveFeed, Stream
from router.jobs.redis import connect
from tests.parts.valkey import TestValkey

SOON_SECONDS = 15.0


@pytest.fixture
def feed(redis_url: str) -> Iterator[LiveFeed]:
    opened = LiveFeed(redis_url)
    yield opened
    opened.close()


def _connected(stream: Stream) -> Stream:
    assert stream.wait(SOON_SECONDS) == {ANY}
    return stream


def test_a_page_hears_of_its_tenants_threads_alone(feed: LiveFeed, bell: Bell) -> None:
    with feed.listen("hotel") as hotel, feed.listen("clinic") as clinic:
        _connected(hotel)
        bell.ring(Ripples(threads=frozenset({("hotel", "t1")})))
        assert hotel.wait(SOON_SECONDS) == {"t1"}
        assert "t1" not in clinic.wait(0.1)


def test_news_that_comes_fast_is_told_at_once(feed: LiveFeed, bell: Bell) -> None:
    with feed.listen("hotel") as stream:
        _connected(stream)
        bell.ring(Ripples(threads=frozenset({("hotel", "t1"), ("hotel", "t2")})))
        assert bell.flush(SOON_SECONDS)
        heard: frozenset[str] = frozenset()
        deadline = time.monotonic() + SOON_SECONDS
        while heard != {"t1", "t2"}:
            assert time.monotonic() < deadline, heard
            heard |= stream.wait(0.2)


def test_a_page_that_left_is_not_counted(feed: LiveFeed) -> None:
    with feed.listen("hotel"):
        assert feed.size == 1
    assert feed.size == 0


def test_malformed_news_is_passed_over(feed: LiveFeed, redis_url: str, bell: Bell) -> None:
    with feed.listen("hotel") as stream, connect(redis_url, timeout_seconds=30) as client:
        _connected(stream)
        for news in (b"\xff", b"7", b'["hotel"]', b'[["a"], {}]'):
            client.publish("bellhop:live", news)
        bell.ring(Ripples(threads=frozenset({("hotel", "t1")})))
        assert stream.wait(SOON_SECONDS) == {"t1"}


def test_after_redis_was_away_pages_are_told_to_show_everything(own_valkey: TestValkey) -> None:
    feed = LiveFeed(own_valkey.url)
    with feed.listen("hotel") as stream:
        _connected(stream)
        own_valkey.kill()
        own_valkey.start()
        assert stream.wait(SOON_SECONDS) == {ANY}
    feed.close()
