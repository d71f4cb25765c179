"""The commands that pages mark as runnable (```console run) are run, and say what the page says."""

import re
import shlex
import subprocess

import pytest
from click.testing import CliRunner

from router.cli.program import bellhop
from tests.docs.pages import ROOT, pages

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
def test_a_command_does_what_the_page_says(
    command: str, said: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(ROOT)
    before, _, ours = command.rpartition("./run ")
    piped = before.removesuffix("| ")
    given = subprocess.run(["sh", "-c", piped], capture_output=True, check=True).stdout
    done = CliRunner().invoke(bellhop, shlex.split(ours), input=given, catch_exceptions=False)
    assert done.exit_code == 0, done.stderr
    lines = done.stdout.splitlines()
    assert [line for line in said.splitlines() if line and line not in lines] == []
