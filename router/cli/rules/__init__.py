"""`bellhop rules`: what can be done with rulebooks. A command a file and a row of `COMMANDS`."""

import click

from router.cli.rules.check import check_books
from router.cli.rules.explain import explain_text
from router.cli.rules.replay.command import replay
from router.cli.rules.revisions import rollback, show_history
from router.cli.rules.schema import print_schema
from router.cli.rules.test import run_books

COMMANDS = (check_books, run_books, explain_text, replay, show_history, rollback, print_schema)


@click.group(commands=COMMANDS)
def rules() -> None:
    """Rulebooks: what a business wants done with a text."""
