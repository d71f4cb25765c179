"""`bellhop contacts`: people already known come in from a file, and go out again."""

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
from router.flows.people.contacts_in import import_contacts
from router.flows.people.contacts_out import export_contacts
from router.flows.people.outcome import ContactCounts


@click.group()
def contacts() -> None:
    """People already known: names, attributes, groups, and consent with its evidence."""


@contacts.command("import")
@FILE
@TENANT
@COUNTRY
@BY
@DRY_RUN
@AS_JSON
def take(**given: Any) -> None:
    """Add and update contacts from a CSV file: all of it, or nothing where a row is wrong.

    Columns: number, name, language, groups, attr:NAME, consent, consent_at, consent_how,
    consent_evidence, disclosure. Whoever has opted out stays so; whoever was erased stays away.

    \b
    Example:
      bellhop contacts import guests.csv --tenant grand-hotel --country US --dry-run
    """
    take_in(import_contacts, Wanted(counts=ContactCounts(), **given))


@contacts.command("export")
@TENANT
@OUTPUT
def give(tenant: str, output: Path | None) -> None:
    """Write all contacts as a CSV file that `contacts import` takes.

    \b
    Example:
      bellhop contacts export --tenant grand-hotel --output guests.csv
    """
    give_out(export_contacts, tenant, output, "contacts")
