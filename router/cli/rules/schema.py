"""`bellhop rules schema`: what editors complete and check rulebooks with."""

import json

import click

from rules.schema.documents import schema_of_rulebooks, schema_of_tests


@click.command("schema")
@click.option("--tests", "of_tests", is_flag=True, help="That of *.test.yaml instead.")
def print_schema(of_tests: bool) -> None:
    """Print the JSON Schema of rulebooks, for editors: completion, explanations, early warnings.

    A rulebook that begins with this line is completed in every editor with yaml-language-server:

    \b
      # yaml-language-server: $schema=schema/rulebook.json

    \b
    Example:
      bellhop rules schema > schema/rulebook.json
      bellhop rules schema --tests > schema/tests.json
    """
    schema = schema_of_tests() if of_tests else schema_of_rulebooks()
    click.echo(json.dumps(schema, ensure_ascii=False, indent=1))
