"""Connections to Redis or Valkey that never make anyone wait for long."""

from dataclasses import dataclass
from typing import Any

from redis import Redis
from redis.backoff import NoBackoff
from redis.exceptions import ResponseError
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


@dataclass(frozen=True, slots=True)
class RedisItself:
    """What a server says of itself. `is_persistent`: it writes each change to a file."""

    server: str
    version: str
    most_bytes: int
    policy: str
    is_persistent: bool

    @property
    def evicts(self) -> bool:
        """Whether it throws keys away rather than to refuse new ones."""
        return self.most_bytes > 0 and self.policy != "noeviction"


def look_into(redis: Redis) -> RedisItself | None:
    """None where the server does not tell (some that are hosted do not). RedisError: it is away."""
    try:
        said: dict[str, Any] = redis.info()
    except ResponseError:
        return None
    return RedisItself(
        server=str(said.get("server_name", "redis")).title(),
        version=str(said.get("valkey_version", said.get("redis_version", "?"))),
        most_bytes=int(said.get("maxmemory", 0)),
        policy=str(said.get("maxmemory_policy", "noeviction")),
        is_persistent=bool(said.get("aof_enabled")),
    )
