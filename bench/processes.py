"""The processes of a bench: each ends when the bench does, however the bench ends."""

import http.client
import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bench.load import Slice
from bench.traffic import INBOUND_PATH
from router.cli.demo.children import TETHER
from router.cli.demo.valkey import server_command, socket_path, wait_until

PROJECT = Path(__file__).parents[1]
STOP_SECONDS = 15.0
START_SECONDS = 60.0
PORTS = range(10_000, 32_768)  # from there on Linux gives them to connections
PORTS_OF_ONE = 100


class BenchError(Exception):
    """A part of the bench did not come up; says which, and where its log is."""


@dataclass(frozen=True, slots=True)
class Running:
    """A command that runs: the id of the process that holds it on its tether, and its log."""

    pid: int
    log: Path


@contextmanager
def running(command: list[str], folder: Path, environment: Mapping[str, str]) -> Iterator[Running]:
    """Run a command of this project with `environment` added."""
    folder.mkdir(parents=True, exist_ok=True)
    variables, log = folder / "environment", folder / "log"
    variables.write_text("".join(f"{name}={value}\n" for name, value in environment.items()))
    reading_end, writing_end = os.pipe()
    tether = [sys.executable, "-I", "-S", str(TETHER), str(reading_end), str(variables)]
    with log.open("ab") as out:
        process = subprocess.Popen(
            [*tether, *command],
            stdin=subprocess.DEVNULL,
            stdout=out,
            stderr=out,
            pass_fds=(reading_end,),
            start_new_session=True,
            cwd=PROJECT,
        )
    try:
        yield Running(process.pid, log)
    finally:
        _stop(process)
        os.close(writing_end)
        os.close(reading_end)


@contextmanager
def valkey(folder: Path) -> Iterator[str]:
    """An empty Valkey, persistent as the demo's is; yields its URL."""
    url = f"unix://{socket_path(folder)}"
    with running(server_command(folder), folder / "valkey-process", {}) as server:
        if not wait_until(url, answers=True):
            raise BenchError(f"Valkey did not start: see {server.log}")
        yield url


@contextmanager
def web(
    command: list[str], folder: Path, environment: Mapping[str, str], first: bytes
) -> Iterator[int]:
    """A web server at a port of its own, answering `first` with 200; yields the port."""
    port = free_port()
    with running(command, folder, {**environment, "PORT": str(port)}) as server:
        _wait_for_answer(port, first, server.log)
        yield port


class LoadGenerator:
    """The process that makes the load; see load.py."""

    def __init__(self, process: "subprocess.Popen[str]") -> None:
        self._process = process

    def run(self, port: int, seconds: float, first: int, *, over_again: bool) -> Slice:
        """One slice of load on `port`, from the request numbered `first`."""
        order: dict[str, Any] = {"port": port, "seconds": seconds, "first": first}
        order["cycle"] = over_again
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write(json.dumps(order) + "\n")
        self._process.stdin.flush()
        answer = self._process.stdout.readline()
        if not answer:
            raise BenchError("the load generator ended early: see what it wrote above")
        return Slice(**json.loads(answer))


@contextmanager
def load_generator(requests: Path, connections: int) -> Iterator[LoadGenerator]:
    """A load generator with these requests; it ends with its stdin, so with the bench."""
    command = [sys.executable, "-m", "bench.load", str(requests), str(connections)]
    pipe = subprocess.PIPE
    with subprocess.Popen(command, stdin=pipe, stdout=pipe, text=True, cwd=PROJECT) as process:
        yield LoadGenerator(process)
        assert process.stdin is not None
        process.stdin.close()


def _stop(process: "subprocess.Popen[bytes]") -> None:
    process.send_signal(signal.SIGTERM)
    try:
        process.wait(STOP_SECONDS)
    except subprocess.TimeoutExpired:
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()


def free_port() -> int:
    """A port that nobody listens on; never the same twice."""
    for port in _untried:
        with socket.socket() as probe, suppress(OSError):
            probe.bind(("127.0.0.1", port))
            return port
    raise BenchError("no port is free")


def _own_ports() -> Iterator[int]:
    """Ports that no connection is given; each process begins at another place."""
    first = os.getpid() * PORTS_OF_ONE
    for step in range(len(PORTS)):
        yield PORTS[(first + step) % len(PORTS)]


_untried = _own_ports()


def _wait_for_answer(port: int, request: bytes, log: Path) -> None:
    deadline = time.monotonic() + START_SECONDS
    seen: object = "nothing"
    while time.monotonic() < deadline:
        try:
            seen = _post(port, request)
        except OSError as error:
            seen = error
        if seen == http.client.OK:
            return
        time.sleep(0.1)
    raise BenchError(f"the server at port {port} answered {seen}: see {log}")


def _post(port: int, request: bytes) -> int:
    head, _, body = request.partition(b"\r\n\r\n")
    fields = dict(line.split(": ", 1) for line in head.decode().split("\r\n")[1:])
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
    try:
        connection.request("POST", INBOUND_PATH, body, fields)
        return connection.getresponse().status
    finally:
        connection.close()
