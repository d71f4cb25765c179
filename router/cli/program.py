"""The program and its commands. A command's module is imported when it is called, not before."""

from importlib import import_module
from types import MappingProxyType

import click

from router.logs import leave_stdout_alone

COMMANDS = MappingProxyType(
    {
        "web": "router.cli.serve:web",
        "worker": "router.cli.serve:worker",
        "clock": "router.cli.serve:clock",
        "demo": "router.cli.demo.command:demo",
        "rules": "router.cli.rules:rules",
        "keywords": "router.cli.keywords:keywords",
        "db": "router.cli.db:db",
        "keygen": "router.cli.keygen:keygen",
        "staff": "router.cli.staff:staff",
        "show": "router.cli.show:show_contact",
        "contacts": "router.cli.contacts:contacts",
        "suppressions": "router.cli.suppressions:suppressions",
        "doctor": "router.cli.doctor:doctor",
    }
)


class Program(click.Group):
    """A group that knows its commands by name and imports the one that is wanted."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002 (click's signature)
        """The names, in the order of the table."""
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002 (likewise)
        """The command of that name; None where there is none."""
        place = COMMANDS.get(cmd_name)
        if place is None:
            return None
        module, _, attribute = place.partition(":")
        command = getattr(import_module(module), attribute)
        return command if isinstance(command, click.Command) else None


@click.group(cls=Program)
@click.version_option("0.1.0", prog_name="bellhop")
def bellhop() -> None:
    """Bellhop: an SMS conversation router that keeps its promises about consent and privacy.

    \b
    Example:
      bellhop rules check rules/books/grand-hotel.yaml

    Exit codes: 0 fine, 1 problems found, 2 wrong use.
    """
    leave_stdout_alone()
