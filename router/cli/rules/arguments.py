"""Arguments and options that several of the commands take."""

from pathlib import Path

import click

FILES = click.argument("files", nargs=-1, type=click.Path(path_type=Path))
AS_JSON = click.option("--json", "as_json", is_flag=True, help="One object a line.")
