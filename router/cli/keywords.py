"""`bellhop keywords`: what the keyword layer makes of a text."""

import json
import sys
from collections.abc import Iterator

import click

from keywords.classify import classify
from keywords.reading import Reading

NEWLINE = "⏎"


@click.group()
def keywords() -> None:
    """Words of consent and privacy: STOP, START, HELP, DELETE and their plain phrasings."""


@keywords.command("classify")
@click.option(
    "--json", "as_json", is_flag=True, help="One object a line: class, also, language, reason."
)
def classify_lines(as_json: bool) -> None:
    """Read one text a line from stdin and print what each means.

    A ⏎ stands for a newline inside a text; nothing is stripped.

    \b
    Example:
      printf 'stop please\\nSTOP⏎Sent from my phone\\n' | bellhop keywords classify --json
    """
    for text in _texts():
        reading = classify(text)
        click.echo(
            json.dumps(as_object(reading), ensure_ascii=False) if as_json else as_line(reading)
        )


def as_object(reading: Reading) -> dict[str, object]:
    """A reading as the JSON that programs read."""
    return {
        "class": reading.meaning.value,
        "also": [meaning.value for meaning in reading.also],
        "language": reading.language,
        "reason": reading.reason,
    }


def as_line(reading: Reading) -> str:
    """A reading as a line for people: class, also, language, reason, set apart by tabs."""
    also = ",".join(reading.also) or "-"
    return "\t".join((reading.meaning, also, reading.language or "-", reading.reason or "-"))


def _texts() -> Iterator[str]:
    for line in sys.stdin.buffer:
        yield line.removesuffix(b"\n").decode(errors="replace").replace(NEWLINE, "\n")
