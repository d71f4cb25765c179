"""`bellhop rules explain`: the story of one text under a rulebook."""

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import click

from router.cli.rules.arguments import AS_JSON
from router.cli.rules.findings import load_book
from router.cli.start import WRONG_USE, fail
from router.now import real_now
from rules.conditions.around import channel_of
from rules.decision import Facts
from rules.hearing import read
from rules.model import Rulebook
from rules.rehearsal.casefile import INSTANT, parse_instant
from rules.story.explain import explain


@click.command("explain")
@click.argument("file", type=click.Path(path_type=Path))
@click.argument("text")
@click.option("--from", "sender", default="+15555550100", help="Who writes; whatsapp:+1… likewise.")
@click.option("--to", help="Written to: a number's name or address. [default: the first one]")
@click.option("--at", help="When, on the tenant's own clock: '2026-11-10 10:00'. [default: now]")
@click.option("--language", help="The language that is stored for the contact.")
@AS_JSON
def explain_text(file: Path, text: str, as_json: bool, **given: Any) -> None:
    """Tell what a rulebook does with a text of a new contact: every rule, and why it did or not.

    \b
    Example:
      bellhop rules explain rules/books/grand-hotel.yaml "más toallas?" --at "2026-11-10 03:00"
    """
    book, _ = load_book(file)
    facts = _facts(book, **given)
    story = explain(book, read(book, text), text, facts)
    lines = [json.dumps(story.as_dict(), ensure_ascii=False)] if as_json else story.as_lines()
    click.echo("\n".join(lines))


def _facts(
    book: Rulebook, sender: str, to: str | None, at: str | None, language: str | None
) -> Facts:
    number = _number(book, to)
    if language not in (None, *book.languages):
        known = ", ".join(book.languages)
        fail(f"--language {language} is not in this rulebook; it has {known}", WRONG_USE)
    return Facts(at=_moment(book, at), to=number, channel=channel_of(sender), language=language)


def _moment(book: Rulebook, at: str | None) -> datetime:
    if at is None:
        return real_now()
    local = parse_instant(at)
    if local is None:
        fail(f"{INSTANT.format('--at')}, not {at!r}", WRONG_USE)
    return local.replace(tzinfo=book.timezone).astimezone(UTC)


def _number(book: Rulebook, to: str | None) -> str:
    names = [name for name, number in book.numbers.items() if to in (None, name, number.address)]
    if not names:
        known = ", ".join(book.numbers)
        fail(f"--to {to} is no number of this rulebook; it has {known}", WRONG_USE)
    return names[0]
