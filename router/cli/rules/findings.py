"""Reading rulebooks so that every fault becomes a finding, and telling findings."""

import json
from dataclasses import asdict
from pathlib import Path

import click

from rules.file.findings import Finding
from rules.load import Loaded, load


def load_file(file: Path) -> Loaded:
    """A rulebook; of a file that cannot be read, the finding that says so."""
    text = read_file(file)
    return Loaded(None, (text,)) if isinstance(text, Finding) else load(text, str(file))


def read_file(file: Path) -> str | Finding:
    """A file's text, or the finding that it cannot be read: the other files are still looked at."""
    try:
        return file.read_text(encoding="utf-8")
    except UnicodeDecodeError:
        why = "this file is not UTF-8; save it as UTF-8 text"
    except OSError as error:
        why = f"this file cannot be read: {error.strerror}"
    return Finding(str(file), 1, 1, "BH111", why)


def tell_findings(findings: list[Finding], as_json: bool) -> None:
    """Print findings, one a line."""
    for finding in findings:
        click.echo(json.dumps(asdict(finding)) if as_json else line_of(finding))


def line_of(finding: Finding) -> str:
    """A finding as one line that says whether it blocks the file."""
    return f"{finding}" if finding.severity == "error" else f"{finding} (warning)"
