"""Every setting, command and option is documented, and no other."""

import re
from collections.abc import Iterator

import click
import pytest

from router.cli.program import bellhop
from router.settings import WEBHOOK_SECRET, Settings
from tests.docs.pages import ROOT, Page
from tests.docs.settings_table import settings_table

OPERATIONS = Page(ROOT / "docs" / "operations.md").text
COMMANDS = Page(ROOT / "docs" / "cli.md").text
HEADING = re.compile(r"^### `([^`]+)`\n(.*?)(?=^##|\Z)", re.MULTILINE | re.DOTALL)
SECTIONS = dict(HEADING.findall(COMMANDS))
UPPER_NAME = re.compile(r"`([A-Z]+_[A-Z_]+)`")


def test_the_table_of_settings_is_the_one_of_the_settings() -> None:
    """If not: put what `python -m tests.docs.settings_table` prints between the two marks."""
    found = re.search(r"<!-- settings -->\n(.*?)\n<!-- /settings -->", OPERATIONS, re.DOTALL)
    assert found is not None
    assert found[1] == settings_table()


def test_no_page_speaks_of_a_setting_that_does_not_exist() -> None:
    known = {name.upper() for name in Settings.model_fields}
    named = {
        name for page in ("README.md", "docs/operations.md", "docs/privacy.md", "docs/cli.md")
        for name in UPPER_NAME.findall(Page(ROOT / page).text)
    }  # fmt: skip
    assert {name for name in named if not name.startswith(WEBHOOK_SECRET)} <= known


def commands(
    command: click.Command = bellhop, name: str = ""
) -> Iterator[tuple[str, click.Command]]:
    """Every command that does something, by its words: `rules check`."""
    if not isinstance(command, click.Group):
        yield name, command
        return
    context = click.Context(command)
    for word in command.list_commands(context):
        inner = command.get_command(context, word)
        assert inner is not None
        yield from commands(inner, f"{name} {word}".strip())


FOUND = dict(commands())


def test_every_command_has_its_heading_and_no_other_has_one() -> None:
    assert set(SECTIONS) == set(FOUND)


@pytest.mark.parametrize("name", FOUND)
def test_its_options_are_named(name: str) -> None:
    options = {flag for parameter in FOUND[name].params for flag in parameter.opts}
    wanted = {flag for flag in options if flag.startswith("--")}
    assert set(re.findall(r"`(--[a-z-]+)", SECTIONS[name])) == wanted


@pytest.mark.parametrize("name", FOUND)
def test_its_help_has_an_example(name: str) -> None:
    assert "Example:" in (FOUND[name].help or "")
