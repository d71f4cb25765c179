"""Runs a command that must not outlive whoever started it, not even after a kill -9.

    python tether.py LIFELINE ENVIRONMENT COMMAND…

LIFELINE is the number of a pipe's reading end whose writing end the starter alone holds: when it
closes, the command gets SIGTERM and, after a while, the whole process group SIGKILL. ENVIRONMENT
is a file of NAME=value lines to add to the command's environment. A script of its own, so that it
costs little; the environment is written here, never read.
"""

import os
import signal
import subprocess
import sys
import threading
from contextlib import suppress
from pathlib import Path
from types import FrameType

GRACE_SECONDS = 12.0


def main(lifeline: int, environment: str, command: list[str]) -> int:
    """Run the command to its end; its exit code, 128 + n where signal n ended it."""
    for line in Path(environment).read_text().splitlines():
        name, separator, value = line.partition("=")
        if separator:
            os.putenv(name, value)
    child = subprocess.Popen(command)  # noqa: S603 (the starter's own command)

    def pass_on(signum: int, _frame: FrameType | None) -> None:
        child.send_signal(signum)

    signal.signal(signal.SIGTERM, pass_on)
    signal.signal(signal.SIGINT, pass_on)
    threading.Thread(target=_watch, args=(lifeline, child), daemon=True).start()
    code = child.wait()
    return code if code >= 0 else 128 - code


def _watch(lifeline: int, child: "subprocess.Popen[bytes]") -> None:
    while os.read(lifeline, 1):
        pass
    child.terminate()
    with suppress(subprocess.TimeoutExpired):
        child.wait(GRACE_SECONDS)
    os.killpg(0, signal.SIGKILL)


if __name__ == "__main__":
    sys.exit(main(int(sys.argv[1]), sys.argv[2], sys.argv[3:]))
