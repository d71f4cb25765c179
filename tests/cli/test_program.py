"""The program as a whole: help with examples, exit codes, faults told all at once."""

import click
import pytest
from click.testing import CliRunner

from router.cli.program import COMMANDS, bellhop
from router.flows.world import World
from tests.cli.conftest import Process, Program
from tests.parts.later_schema import LATER, later_schema


def _leaves(command: click.Command, *path: str) -> list[tuple[str, ...]]:
    if not isinstance(command, click.Group):
        return [path]
    context = click.Context(command)
    return [
        leaf
        for name in command.list_commands(context)
        for leaf in _leaves(command.get_command(context, name) or command, *path, name)
    ]


@pytest.mark.parametrize("path", _leaves(bellhop), ids=" ".join)
def test_each_command_explains_itself_with_an_example(path: tuple[str, ...]) -> None:
    shown = CliRunner().invoke(bellhop, [*path, "--help"])
    assert shown.exit_code == 0
    assert "Example:" in shown.output


def test_every_command_of_the_table_is_one() -> None:
    shown = CliRunner().invoke(bellhop, ["--help"])
    assert all(name in shown.output for name in COMMANDS)


def test_an_unknown_command_is_wrong_use() -> None:
    assert CliRunner().invoke(bellhop, ["nonsense"]).exit_code == 2


def test_every_fault_of_the_settings_is_told_at_once(process: Process) -> None:
    done = process(
        "doctor",
        MASTER_KEY="",
        TWILIO_AUTH_TOKEN=",",
        SECRET_KEY="short",
        PUBLIC_URL="x",
        SMTP_URL="ftp://mail",
        WEBHOOK_SECRET_PMS="short",
    )
    assert done.returncode == 2
    for name in (
        "MASTER_KEY",
        "TWILIO_AUTH_TOKEN",
        "SECRET_KEY",
        "PUBLIC_URL",
        "SMTP_URL",
        "WEBHOOK_SECRET_PMS",
    ):
        assert name in done.stderr
    assert "Traceback" not in done.stderr


def test_a_malformed_master_key_is_told(program: Program) -> None:
    done = program("show", "--tenant", "t", "--from", "+1", MASTER_KEY="not base64")
    assert done.exit_code == 2
    assert "bellhop keygen" in done.stderr


def test_a_database_that_is_down_is_told(program: Program) -> None:
    down = "postgresql://nobody@127.0.0.1:1/none"
    done = program("show", "--tenant", "t", "--from", "+15555550100", DATABASE_URL=down)
    assert done.exit_code == 1
    assert "DATABASE_URL" in done.stderr


def test_a_schema_of_a_later_version_is_not_upgraded(world: World, program: Program) -> None:
    with later_schema(world.store):
        done = program("db", "upgrade")
    assert (done.exit_code, done.stdout) == (1, "")
    assert f"{LATER}, of a later version" in done.stderr


def test_keygen_makes_keys_that_settings_take(program: Program) -> None:
    made = program("keygen").stdout
    keys = dict(line.split("=", 1) for line in made.splitlines())
    assert set(keys) == {"SECRET_KEY", "MASTER_KEY"}
    assert program("db", "upgrade", **keys).exit_code == 0
