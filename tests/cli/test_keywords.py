"""`bellhop keywords classify`."""

import json

from tests.cli.conftest import Process, Program


def test_one_object_a_text_and_nothing_is_stripped(process: Process) -> None:
    done = process("keywords", "classify", "--json", stdin="STOP⏎Sent from my phone\n\n towels? \n")
    told = [json.loads(line) for line in done.stdout.splitlines()]
    assert [one["class"] for one in told] == ["opt_out", "none", "none"]
    assert all(set(one) == {"class", "also", "language", "reason"} for one in told)


def test_a_last_line_without_its_end_counts(program: Program) -> None:
    assert program("keywords", "classify", stdin="HELP").stdout.startswith("help\t")
