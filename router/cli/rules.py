"""`bellhop rules`: check a rulebook, run its tests, explain what it does with a text."""

import json
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import click

from router.cli.rulebooks import book_files, read_text, test_file_of
from router.cli.start import PROBLEMS, WRONG_USE, fail
from router.now import real_now
from rules.decision import Facts, RuleRef
from rules.file.findings import CODES, Finding
from rules.hearing import read
from rules.lint.explaining import explain_code
from rules.lint.shared_numbers import find_shared_numbers
from rules.load import Loaded, load
from rules.model import Rulebook
from rules.rehearsal.casefile import INSTANT, parse_instant
from rules.rehearsal.testing import Report, run_tests
from rules.story.explain import explain

FILES = click.argument("files", nargs=-1, type=click.Path(path_type=Path))
AS_JSON = click.option("--json", "as_json", is_flag=True, help="One object a line.")


@click.group()
def rules() -> None:
    """Rulebooks: what a business wants done with a text."""


@rules.command()
@FILES
@AS_JSON
@click.option("--explain", "code", help="Explain a finding's code instead: BH102.")
def check(files: tuple[Path, ...], as_json: bool, code: str | None) -> None:
    """Find every problem of rulebooks (files or folders). Warnings do not block a file.

    \b
    Example:
      bellhop rules check rules/books/grand-hotel.yaml
      bellhop rules check --explain BH102
    """
    if code is not None:
        _explain_code(code)
        return
    loaded = {str(file): _load(file, real_now()) for file in book_files(files)}
    books = {file: one.book for file, one in loaded.items() if one.book is not None}
    findings = [finding for one in loaded.values() for finding in one.findings]
    findings += find_shared_numbers(books)
    _tell_findings(findings, as_json)
    if any(finding.severity == "error" for finding in findings):
        raise SystemExit(PROBLEMS)
    if not as_json and not findings:
        click.echo("no problems")


@rules.command("test")
@FILES
@AS_JSON
def run(files: tuple[Path, ...], as_json: bool) -> None:
    """Run the tests and the examples of rulebooks, and name the rules that no test reached.

    \b
    Example:
      bellhop rules test rules/books/grand-hotel.yaml
    """
    good = [_test(file, as_json) for file in book_files(files)]
    if not all(good):
        raise SystemExit(PROBLEMS)


@rules.command("explain")
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
    book = _book(file)
    facts = _facts(book, **given)
    story = explain(book, read(book, text), text, facts)
    lines = [json.dumps(story.as_dict(), ensure_ascii=False)] if as_json else story.as_lines()
    click.echo("\n".join(lines))


def _explain_code(code: str) -> None:
    if code.upper() not in CODES:
        fail(f"there is no code {code}; they run from {min(CODES)} to {max(CODES)}", WRONG_USE)
    click.echo(explain_code(code.upper()).as_text())


def _line(finding: Finding) -> str:
    return f"{finding}" if finding.severity == "error" else f"{finding} (warning)"


def _test(file: Path, as_json: bool) -> bool:
    loaded = _load(file)
    tests = test_file_of(file)
    if loaded.book is None:
        errors = [finding for finding in loaded.findings if finding.severity == "error"]
        _tell_findings(errors, as_json)
        return False
    text = _read(tests)
    if isinstance(text, Finding):
        _tell_findings([text], as_json)
        return False
    report = run_tests(loaded.book, text, str(tests))
    _tell(report, file, as_json)
    return report.ok


def _load(file: Path, now: datetime | None = None) -> Loaded:
    """A rulebook; of a file that cannot be read, the finding that says so."""
    text = _read(file)
    return Loaded(None, (text,)) if isinstance(text, Finding) else load(text, str(file), now)


def _read(file: Path) -> str | Finding:
    """A file's text, or the finding that it cannot be read: the other files are still looked at."""
    try:
        return file.read_text(encoding="utf-8")
    except UnicodeDecodeError:
        why = "this file is not UTF-8; save it as UTF-8 text"
    except OSError as error:
        why = f"this file cannot be read: {error.strerror}"
    return Finding(str(file), 1, 1, "BH111", why)


def _tell_findings(findings: list[Finding], as_json: bool) -> None:
    for finding in findings:
        click.echo(json.dumps(asdict(finding)) if as_json else _line(finding))


def _tell(report: Report, file: Path, as_json: bool) -> None:
    if as_json:
        failures = [asdict(failure) for failure in report.failures]
        unreached = [asdict(rule) for rule in report.unreached]
        told = {"file": str(file), "passed": report.passed, "failures": failures}
        click.echo(json.dumps(told | {"unreached": unreached}, ensure_ascii=False))
        return
    for failure in report.failures:
        click.echo(str(failure))
    for rule in report.unreached:
        click.echo(_unreached(file, rule))
    click.echo(f"{file}: {report.passed} passed, {len(report.failures)} failed")


def _unreached(file: Path, rule: RuleRef) -> str:
    return f"{file}:{rule.line}: no test reached {rule.section} {rule.id}"


def _book(file: Path) -> Rulebook:
    loaded = load(read_text(file), str(file))
    if loaded.book is None:
        fail("\n".join(map(_line, loaded.findings)))
    return loaded.book


def _facts(
    book: Rulebook, sender: str, to: str | None, at: str | None, language: str | None
) -> Facts:
    number = _number(book, to)
    if language not in (None, *book.languages):
        known = ", ".join(book.languages)
        fail(f"--language {language} is not in this rulebook; it has {known}", WRONG_USE)
    return Facts(at=_moment(book, at), to=number, channel=_channel(sender), language=language)


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


def _channel(sender: str) -> str:
    prefix, separator, _ = sender.partition(":")
    return prefix if separator else "sms"
