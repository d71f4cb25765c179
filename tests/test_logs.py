"""Log lines: the process is named on each, and of a fault its type and its place alone."""

import json
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[1]
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


def test_every_thread_marks_its_lines_with_the_process() -> None:
    done = subprocess.run([sys.executable, "-c", LINES], stderr=subprocess.PIPE, check=True)
    lines = [json.loads(line) for line in done.stderr.splitlines()]
    assert [(one["event"], one["process"], one["id"]) for one in lines] == [
        ("of_the_main_thread", "clock", "1"),
        ("of_another_thread", "clock", "2"),
    ]


COMMAND = """
import click, structlog
from router.cli.program import bellhop

@click.command()
def tell():
    structlog.get_logger().warning("heard")
    click.echo("[]")

bellhop.get_command = lambda *_: tell
bellhop(["tell"])
"""


def test_what_a_command_logs_is_not_in_its_answer() -> None:
    done = subprocess.run(
        [sys.executable, "-c", COMMAND], cwd=ROOT, capture_output=True, text=True, check=True
    )
    assert done.stdout == "[]\n"
    assert "heard" in done.stderr
