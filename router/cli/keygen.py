"""`bellhop keygen`: fresh secrets."""

import json

import click

from router.store.sealing import new_key


@click.command()
@click.option("--json", "as_json", is_flag=True, help='One object: {"SECRET_KEY", "MASTER_KEY"}.')
def keygen(as_json: bool) -> None:
    """Print a fresh SECRET_KEY and MASTER_KEY, as lines for .env.

    Keep MASTER_KEY safe and apart from the database: without it nothing can be read again.

    \b
    Example:
      bellhop keygen >> .env
    """
    keys = {"SECRET_KEY": new_key(), "MASTER_KEY": new_key()}
    if as_json:
        click.echo(json.dumps(keys))
        return
    for name, key in keys.items():
        click.echo(f"{name}={key}")
