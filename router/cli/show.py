"""`bellhop show`: one contact as stored."""

import json

import click

from router.cli.start import fail, opened_world
from router.flows.show import show


@click.command("show")
@click.option("--tenant", required=True, help="The tenant's id.")
@click.option("--from", "address", required=True, help="The contact's address: +16125550123.")
@click.option("--json", "as_json", is_flag=True, help="One object on one line.")
def show_contact(tenant: str, address: str, as_json: bool) -> None:
    """Show a contact as stored: consent, groups, attributes, thread, messages, timers, requests.

    \b
    Example:
      bellhop show --tenant grand-hotel --from +16125550123 --json
    """
    with opened_world() as world:
        found = show(world, tenant, address)
    if found is None:
        fail(f"{tenant} knows nobody at {address}")
    click.echo(json.dumps(found, ensure_ascii=False, indent=None if as_json else 2))
