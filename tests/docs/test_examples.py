"""The commands that pages mark as runnable (```console run) are run, and say what the page says."""

import re
import shlex
import subprocess
import sys

import pytest

from tests.docs.pages import ROOT, pages

BELLHOP = f"{shlex.quote(sys.executable)} -m router.cli"
COMMAND = re.compile(r"^\$ (.+)\n((?:(?!\$ ).*\n)*)", re.MULTILINE)
RUNNABLE = [
    pytest.param(command, said, id=f"{page.name}: {command[:50]}")
    for page in pages()
    for block in page.code("console run")
    for command, said in COMMAND.findall(block)
]


def test_there_are_runnable_examples() -> None:
    assert len(RUNNABLE) > 5


@pytest.mark.parametrize(("command", "said"), RUNNABLE)
def test_a_command_does_what_the_page_says(command: str, said: str) -> None:
    done = subprocess.run(
        ["sh", "-c", command.replace("./run", BELLHOP)],
        cwd=ROOT, capture_output=True, text=True, timeout=60, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    lines = done.stdout.splitlines()
    assert [line for line in said.splitlines() if line and line not in lines] == []
