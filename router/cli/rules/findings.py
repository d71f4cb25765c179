"""Reading rulebooks so that every fault becomes a finding, and telling findings."""

import json
from dataclasses import asdict
from datetime import datetime
from pathlib import Path

import click

from router.cli.rulebooks import read_text
from router.cli.start import fail
from rules.file.findings import Finding
from rules.load import Loaded, load
from rules.model import Rulebook


def load_file(file: Path, now: datetime | None = None) -> Loaded:
    """A rulebook; of a file that cannot be read, the finding that says so."""
    text = read_file(file)
    return Loaded(None, (text,)) if isinstance(text, Finding) else load(text, str(file), now)


def read_file(file: Path) -> str | Finding:
    """A file's text, or the finding that it cannot be read: the other files are still looked at."""
    try:
        return file.read_text(encoding="utf-8")
    except UnicodeDecodeError:
        why = "this file is not UTF-8; save it as UTF-8 text"
    except OSError as error:
        why = f"this file cannot be read: {error.strerror}"
    return Finding(str(file), 1, 1, "BH111", why)


def load_book(file: Path) -> tuple[Rulebook, str]:
    """A rulebook that must load, and its text; every finding and exit code 1 where it does not."""
    text = read_text(file)
    loaded = load(text, str(file))
    if loaded.book is None:
        fail("\n".join(map(line_of, loaded.findings)))
    return loaded.book, text


def tell_findings(findings: list[Finding], as_json: bool) -> None:
    """Print findings, one a line."""
    for finding in findings:
        click.echo(json.dumps(asdict(finding)) if as_json else line_of(finding))


def line_of(finding: Finding) -> str:
    """A finding as one line that says whether it blocks the file."""
    return f"{finding}" if finding.severity == "error" else f"{finding} (warning)"
