"""The keeper: a process that starts all others of a storm, kills them, and outlives none.

    python -m tests.storm.stage.keeper

It has imported the whole program, and forks: a start costs a tenth of a second, not two. Each line
of stdin is an order (see `Orders`), each line of stdout its answer, both JSON. When its stdin ends,
whoever gave the orders is gone, and all that it started is killed.
"""

import ctypes
import gc
import json
import os
import pwd
import resource
import signal
import subprocess
import sys
import time
import traceback
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any, NoReturn

from keywords.classify import classify
from router import app
from router.cli import serve
from router.cli.program import bellhop
from tests.storm.stage import carrier_server

PROJECT = Path(__file__).parents[3]
LOOK_SECONDS = 0.01
PR_SET_PDEATHSIG = 1  # prctl(2)
IMPORTED = (app, serve)  # here, so that no start has to


class Orders:
    """What the keeper can be told. Each child leads a process group of its own."""

    def __init__(self) -> None:
        self._living: set[int] = set()
        self._mounted: list[str] = []

    def start(self, arguments: list[str], environment: dict[str, str], log: str) -> int:
        """Run `bellhop ARGUMENTS` with this environment and no other; its process id."""

        def run() -> object:
            sys.argv = ["bellhop", *arguments]
            return bellhop(arguments, prog_name="bellhop")

        return self._fork(log, lambda: _run(run, environment))

    def serve_carrier(self, environment: dict[str, str], log: str) -> int:
        """Run the simulated carrier; its process id."""
        return self._fork(log, lambda: _run(carrier_server.serve, environment))

    def execute(self, program: list[str], log: str, user: str | None) -> int:
        """Run another program, as another user where one is named; its process id."""
        return self._fork(log, lambda: _execute(program, user))

    def signal(self, pid: int, number: int) -> None:
        """Send a signal to a whole group."""
        if pid in self._living:
            os.killpg(pid, number)

    def end(self, pid: int, number: int, patience_seconds: float = 20.0) -> int | None:
        """Send a signal to a group and wait for its leader's end; by force once patience ends.

        Its exit code, below 0 for a signal; None where it had ended before.
        """
        if pid not in self._living:
            return None
        os.killpg(pid, number)
        until = time.monotonic() + patience_seconds
        while (code := self._reap(pid)) is None:
            if time.monotonic() > until:
                os.killpg(pid, signal.SIGKILL)
            time.sleep(LOOK_SECONDS)
        return code

    def kill_inner(self, pid: int) -> int:
        """kill -9 of what a process has started, and not of itself; how many there were."""
        found = Path(f"/proc/{pid}/task/{pid}/children")
        inner = found.read_text().split() if pid in self._living and found.exists() else []
        for each in inner:
            with suppress(ProcessLookupError):  # it may have ended by itself since
                os.kill(int(each), signal.SIGKILL)
        return len(inner)

    def ended(self) -> dict[int, int]:
        """Those that ended by themselves since this was last asked, with their exit codes."""
        found = {pid: self._reap(pid) for pid in list(self._living)}
        return {pid: code for pid, code in found.items() if code is not None}

    def mount(self, folder: str, size_bytes: int) -> bool:
        """Mount a small disk of its own; False where that is not allowed."""
        kind = ("-t", "tmpfs", "-o", f"size={size_bytes},mode=700")
        try:
            done = subprocess.run(
                ["mount", *kind, "none", folder], capture_output=True, check=False
            )
        except OSError:
            return False
        if done.returncode == 0:
            self._mounted.append(folder)
        return done.returncode == 0

    def leave_nothing(self) -> None:
        """Kill all that is left, and unmount what was mounted."""
        for pid in list(self._living):
            self.end(pid, signal.SIGKILL)
        while self._mounted:
            subprocess.run(["umount", "--lazy", self._mounted.pop()], check=False)

    def _reap(self, pid: int) -> int | None:
        done, status = os.waitpid(pid, os.WNOHANG)
        if not done:
            return None
        self._living.discard(pid)
        _kill_rest(pid)
        return os.waitstatus_to_exitcode(status)

    def _fork(self, log: str, run: Callable[[], NoReturn]) -> int:
        pid = os.fork()
        if pid == 0:
            _become_child(log)
            try:
                run()
            except BaseException:  # noqa: BLE001 (the fork must end here, whatever happened)
                traceback.print_exc()
                os._exit(70)
        with suppress(PermissionError, ProcessLookupError):  # it runs another program by now
            os.setpgid(pid, pid)  # here too, for it may be killed before it has come so far
        self._living.add(pid)
        return pid


def _kill_rest(group: int) -> None:
    """What a leader left behind when it ended by itself."""
    with suppress(ProcessLookupError):
        os.killpg(group, signal.SIGKILL)


def _become_child(log: str) -> None:
    os.setpgid(0, 0)
    signal.signal(signal.SIGINT, signal.default_int_handler)
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    Path(log).parent.mkdir(parents=True, exist_ok=True)
    nothing = os.open(os.devnull, os.O_RDONLY)
    out = os.open(log, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
    for here, there in ((nothing, 0), (out, 1), (out, 2)):
        os.dup2(here, there)
    os.closerange(3, 64)


def _die_with_the_keeper() -> None:
    """Also where the keeper is killed; on Linux only."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)


def _run(run: Callable[[], object], environment: dict[str, str]) -> NoReturn:
    kept = {name: os.environ[name] for name in ("PATH", "HOME", "TMPDIR") if name in os.environ}
    os.environ.clear()
    os.environ.update(kept | environment)
    os.chdir(PROJECT)
    _die_with_the_keeper()
    code = 0
    try:
        run()
    except SystemExit as ended:
        code = ended.code if isinstance(ended.code, int) else 1
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(code)


def _execute(program: list[str], user: str | None) -> NoReturn:
    if user is not None and os.geteuid() == 0:
        entry = pwd.getpwnam(user)
        os.setgroups([])
        os.setgid(entry.pw_gid)
        os.setuid(entry.pw_uid)
    os.chdir("/")
    _die_with_the_keeper()
    os.execv(program[0], program)


def main() -> None:
    """Carry out orders until stdin ends."""
    for number in (signal.SIGINT, signal.SIGTERM):  # its stdin alone ends it
        signal.signal(number, signal.SIG_IGN)
    most = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))
    classify("")  # reads its languages, which no child then has to
    gc.collect()
    gc.freeze()
    orders = Orders()
    try:
        for line in sys.stdin:
            order: dict[str, Any] = json.loads(line)
            answer = getattr(orders, order.pop("do"))(**order)
            sys.stdout.write(json.dumps(answer) + "\n")
            sys.stdout.flush()
    finally:
        orders.leave_nothing()


if __name__ == "__main__":
    main()
