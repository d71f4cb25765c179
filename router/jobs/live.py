"""News for live pages: "thread X changed", published through Redis, fanned out in each process."""

import json
import threading
from collections.abc import Iterable, Iterator
from contextlib import contextmanager

import structlog
from redis import Redis
from redis.client import PubSub
from redis.exceptions import RedisError

from router.jobs.redis import connect

CHANNEL = "bellhop:live"
ANY = "*"
POLL_SECONDS = 1.0
AWAY_SECONDS = 1.0

log = structlog.get_logger()


def announce(redis: Redis, threads: Iterable[tuple[str, str]]) -> None:
    """Publish that these (tenant id, thread id) changed. RedisError where Redis is away."""
    pipeline = redis.pipeline(transaction=False)
    for tenant_id, thread_id in threads:
        pipeline.publish(CHANNEL, json.dumps([tenant_id, thread_id]))
    pipeline.execute()


class Stream:
    """What one page has not been told yet. Made by `LiveFeed.listen`."""

    def __init__(self, tenant_id: str) -> None:
        self.tenant_id = tenant_id
        self._changed: set[str] = set()
        self._news = threading.Condition()

    def wait(self, timeout_seconds: float) -> frozenset[str]:
        """Ids of the threads that changed since the last call; empty after a quiet timeout.

        `ANY` among them: news may have been missed, so show everything afresh.
        """
        with self._news:
            self._news.wait_for(lambda: bool(self._changed), timeout_seconds)
            changed = frozenset(self._changed)
            self._changed.clear()
            return changed

    def tell(self, thread_id: str) -> None:
        """Leave news and wake who waits."""
        with self._news:
            self._changed.add(thread_id)
            self._news.notify_all()


class LiveFeed:
    """One subscription of this process, shared by all of its pages; outlives Redis being away."""

    def __init__(self, redis_url: str) -> None:
        self._url = redis_url
        self._streams: set[Stream] = set()
        self._lock = threading.Lock()
        self._stopped = threading.Event()
        self._thread: threading.Thread | None = None

    @contextmanager
    def listen(self, tenant_id: str) -> Iterator[Stream]:
        """A stream of the tenant's news, until the block ends."""
        stream = Stream(tenant_id)
        with self._lock:
            self._streams.add(stream)
            self._start()
        try:
            yield stream
        finally:
            with self._lock:
                self._streams.discard(stream)

    @property
    def size(self) -> int:
        """How many streams listen now."""
        with self._lock:
            return len(self._streams)

    def close(self) -> None:
        """Stop listening; streams hear nothing more."""
        self._stopped.set()
        if self._thread is not None:
            self._thread.join(2 * POLL_SECONDS)

    def _start(self) -> None:
        if self._thread is None or not self._thread.is_alive():
            self._thread = threading.Thread(target=self._run, name="live-feed", daemon=True)
            self._thread.start()

    def _run(self) -> None:
        redis = connect(self._url)
        try:
            while not self._stopped.is_set():
                try:
                    self._follow(redis)
                except RedisError as error:
                    log.warning("live_feed_away", error=error)
                    self._stopped.wait(AWAY_SECONDS)
        finally:
            redis.close()

    def _follow(self, redis: Redis) -> None:
        subscription: PubSub = redis.pubsub(ignore_subscribe_messages=True)  # type: ignore[no-untyped-call]  # redis-py leaves it untyped
        with subscription:
            subscription.subscribe(CHANNEL)
            self._tell_all(ANY)
            while not self._stopped.is_set():
                message = subscription.get_message(timeout=POLL_SECONDS)
                if message is not None:
                    self._pass_on(message["data"])

    def _pass_on(self, data: bytes) -> None:
        match _read(data):
            case [str(tenant_id), str(thread_id)]:
                self._tell(tenant_id, thread_id)
            case _:
                log.warning("live_news_malformed")

    def _tell(self, tenant_id: str, thread_id: str) -> None:
        with self._lock:
            streams = [stream for stream in self._streams if stream.tenant_id == tenant_id]
        for stream in streams:
            stream.tell(thread_id)

    def _tell_all(self, thread_id: str) -> None:
        with self._lock:
            streams = list(self._streams)
        for stream in streams:
            stream.tell(thread_id)


def _read(data: bytes) -> object:
    try:
        return json.loads(data)
    except ValueError:
        return None
