"""`bellhop suppressions`: lists of those who must not be written to."""

from pathlib import Path
from typing import Any

import click

from router.cli.exchange import (
    AS_JSON,
    BY,
    COUNTRY,
    DRY_RUN,
    FILE,
    OUTPUT,
    TENANT,
    Wanted,
    give_out,
    take_in,
)
from router.flows.people.outcome import SuppressionCounts
from router.flows.people.suppressions_in import import_suppressions
from router.flows.people.suppressions_out import export_suppressions


@click.group()
def suppressions() -> None:
    """Suppression lists: who must not be written to, whether a contact or not."""


@suppressions.command("import")
@FILE
@TENANT
@COUNTRY
@BY
@DRY_RUN
@AS_JSON
def take(**given: Any) -> None:
    """Suppress whom a CSV file lists: all of it, or nothing where a row is wrong.

    Columns: number (or the hash of an export), scope (all, topic:NAME, number:NAME), since,
    evidence. Importing a list again changes nothing.

    \b
    Example:
      bellhop suppressions import stopped.csv --tenant grand-hotel --country US
    """
    take_in(import_suppressions, Wanted(counts=SuppressionCounts(), **given))


@suppressions.command("export")
@TENANT
@OUTPUT
def give(tenant: str, output: Path | None) -> None:
    """Write the whole list as a CSV file that `suppressions import` takes.

    \b
    Example:
      bellhop suppressions export --tenant grand-hotel --output stopped.csv
    """
    give_out(export_suppressions, tenant, output, "suppressions")
