"""`bellhop rules test`: the tests and the examples of rulebooks, and what they do not reach."""

import json
from dataclasses import asdict
from pathlib import Path

import click

from router.cli.rulebooks import Tested, tested_files
from router.cli.rules.arguments import AS_JSON, FILES
from router.cli.rules.findings import load_file, read_file, tell_findings
from router.cli.start import PROBLEMS
from rules.decision import RuleRef
from rules.file.findings import Finding
from rules.rehearsal.coverage import summarize
from rules.rehearsal.testing import Report, run_tests


@click.command("test")
@FILES
@AS_JSON
def run_books(files: tuple[Path, ...], as_json: bool) -> None:
    """Run the tests and the examples of rulebooks, and name the rules that no test reached.

    \b
    Example:
      bellhop rules test rules/books/grand-hotel.yaml
      bellhop rules test rules/books/grand-hotel.test.yaml
    """
    good = [_test(tested, as_json) for tested in tested_files(files)]
    if not all(good):
        raise SystemExit(PROBLEMS)


def _test(tested: Tested, as_json: bool) -> bool:
    loaded = load_file(tested.book)
    if loaded.book is None:
        errors = [finding for finding in loaded.findings if finding.severity == "error"]
        tell_findings(errors, as_json)
        return False
    text = read_file(tested.tests)
    if isinstance(text, Finding):
        tell_findings([text], as_json)
        return False
    report = run_tests(loaded.book, text, str(tested.tests), book_is_named=tested.is_named)
    _tell(report, tested.book, as_json)
    return report.ok


def _tell(report: Report, file: Path, as_json: bool) -> None:
    if as_json:
        failures = [asdict(failure) for failure in report.failures]
        unreached = [asdict(rule) for rule in report.unreached]
        told = {"file": str(file), "passed": report.passed, "failures": failures}
        told |= {"unreached": unreached, "rules": [asdict(one) for one in report.reached]}
        click.echo(json.dumps(told, ensure_ascii=False))
        return
    for failure in report.failures:
        click.echo(str(failure))
    for rule in report.unreached:
        click.echo(_unreached(file, rule))
    counts = f"{report.passed} passed, {len(report.failures)} failed"
    click.echo(f"{file}: {counts}, {summarize(report.reached)}")


def _unreached(file: Path, rule: RuleRef) -> str:
    name = "the fallback" if rule.section == "fallback" else f"{rule.section} {rule.id}"
    return f"{file}:{rule.line}: no test reached {name}"
