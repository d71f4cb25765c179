"""A Valkey of a test process's own, that ends with it."""

import shutil
import signal
import subprocess
import tempfile
import time
from pathlib import Path

from redis import Redis
from redis.exceptions import RedisError

from router.cli.demo.valkey import server_program

PATIENCE_SECONDS = 60.0


class TestValkey:
    """A server on a unix socket. It can be frozen, killed and started again empty."""

    __test__ = False

    def __init__(self) -> None:
        self.folder = Path(tempfile.mkdtemp(prefix="bh-", dir="/tmp"))
        self.socket = self.folder / "s"
        self.url = f"unix://{self.socket}"
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Start it empty and wait until it answers."""
        where = ["--port", "0", "--unixsocket", str(self.socket), "--dir", str(self.folder)]
        self._process = subprocess.Popen(
            [str(server_program()), *where, "--save", "", "--appendonly", "no"],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
        )
        self._wait_until_it_answers()

    def _wait_until_it_answers(self) -> None:
        deadline = time.monotonic() + PATIENCE_SECONDS
        with Redis.from_url(self.url) as client:
            while True:
                try:
                    client.ping()
                except RedisError:
                    assert time.monotonic() < deadline, "Valkey did not start"
                    time.sleep(0.02)
                else:
                    return

    def empty(self) -> None:
        """Remove every key."""
        with Redis.from_url(self.url) as client:
            client.flushall()

    def freeze(self) -> None:
        """Let it hang: it takes connections and never answers."""
        self._signal(signal.SIGSTOP)

    def thaw(self) -> None:
        """Let it go on."""
        self._signal(signal.SIGCONT)

    def kill(self) -> None:
        """kill -9; `start` brings it back empty."""
        self._signal(signal.SIGCONT)
        self._signal(signal.SIGKILL)
        assert self._process is not None
        self._process.wait(PATIENCE_SECONDS)

    def remove(self) -> None:
        """Stop it and remove what it left."""
        self.kill()
        shutil.rmtree(self.folder, ignore_errors=True)

    def _signal(self, number: signal.Signals) -> None:
        assert self._process is not None
        if self._process.poll() is None:
            self._process.send_signal(number)
