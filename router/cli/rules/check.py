"""`bellhop rules check`: every problem of rulebooks at once."""

from pathlib import Path

import click

from router.cli.rulebooks import book_files
from router.cli.rules.arguments import AS_JSON, FILES
from router.cli.rules.findings import load_file, tell_findings
from router.cli.start import PROBLEMS, WRONG_USE, fail
from router.now import real_now
from rules.file.findings import CODES
from rules.lint.explaining import explain_code
from rules.lint.shared_numbers import find_shared_numbers


@click.command("check")
@FILES
@AS_JSON
@click.option("--explain", "code", help="Explain a finding's code instead: BH102.")
def check_books(files: tuple[Path, ...], as_json: bool, code: str | None) -> None:
    """Find every problem of rulebooks (files or folders). Warnings do not block a file.

    \b
    Example:
      bellhop rules check rules/books/grand-hotel.yaml
      bellhop rules check --explain BH102
    """
    if code is not None:
        _explain_code(code)
        return
    loaded = {str(file): load_file(file, real_now()) for file in book_files(files)}
    books = {file: one.book for file, one in loaded.items() if one.book is not None}
    findings = [finding for one in loaded.values() for finding in one.findings]
    findings += find_shared_numbers(books)
    tell_findings(findings, as_json)
    if any(finding.severity == "error" for finding in findings):
        raise SystemExit(PROBLEMS)
    if not as_json and not findings:
        click.echo("no problems")


def _explain_code(code: str) -> None:
    if code.upper() not in CODES:
        fail(f"there is no code {code}; they run from {min(CODES)} to {max(CODES)}", WRONG_USE)
    click.echo(explain_code(code.upper()).as_text())
