"""Log lines: what a library or a thread's end says holds a type and a place, and nobody's data."""

import json
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[1]
DYING = """
import threading
from router.logs import set_up_logs

def die():
    raise ValueError("+16125550001 asked for towels")

def leave():
    raise SystemExit

set_up_logs("worker")
for end in (die, leave):
    thread = threading.Thread(target=end)
    thread.start()
    thread.join()
"""


def test_a_thread_that_dies_tells_it_in_one_line_without_anyones_data() -> None:
    done = subprocess.run(
        [sys.executable, "-c", DYING], cwd=ROOT, capture_output=True, text=True, check=True
    )
    (line,) = map(json.loads, done.stderr.splitlines())
    assert line.pop("at")
    assert line == {
        "process": "worker",
        "event": "thread_died",
        "level": "error",
        "error": "ValueError at <string>:6",
    }
