"""Log lines, as a process writes them."""

import json
import subprocess
import sys

LINES = """
import threading
import structlog
from router.logs import set_up_logs

set_up_logs("clock")
log = structlog.get_logger()
log.info("of_the_main_thread", id="1")
thread = threading.Thread(target=lambda: log.info("of_another_thread", id="2"))
thread.start()
thread.join()
"""


def test_every_thread_marks_its_lines_with_the_process() -> None:
    done = subprocess.run([sys.executable, "-c", LINES], stderr=subprocess.PIPE, check=True)
    lines = [json.loads(line) for line in done.stderr.splitlines()]
    assert [(one["event"], one["process"], one["id"]) for one in lines] == [
        ("of_the_main_thread", "clock", "1"),
        ("of_another_thread", "clock", "2"),
    ]
