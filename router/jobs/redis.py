"""Connections to Redis or Valkey that never make anyone wait for long."""

from redis import Redis
from redis.backoff import NoBackoff
from redis.retry import Retry

TIMEOUT_SECONDS = 1.0


def connect(url: str, timeout_seconds: float | None = TIMEOUT_SECONDS) -> Redis:
    """A client that gives up after `timeout_seconds` and never retries; connects on first use."""
    return Redis.from_url(
        url.replace("valkey+unix://", "unix://").replace("valkey://", "redis://"),
        socket_timeout=timeout_seconds,
        socket_connect_timeout=TIMEOUT_SECONDS,
        retry=Retry(NoBackoff(), 0),
    )
