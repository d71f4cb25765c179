"""Whether a rulebook may go live: it loads, its examples hold and its tests pass."""

import re
from dataclasses import dataclass

from router.flows.rulebooks.files import Candidate, tests_of
from rules.load import load
from rules.model import Rulebook
from rules.rehearsal.testing import run_tests

MOST_FINDINGS = 100
_TENANT = re.compile(r"^tenant:[ \t]*[\"']?([a-z0-9-]+)", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Checked:
    """The rulebook where nothing is wrong with it; else None, and what is wrong."""

    book: Rulebook | None
    findings: tuple[str, ...] = ()


def check(candidate: Candidate) -> Checked:
    """Load it and run its tests. Never raises: a fault of ours is a finding of this file alone."""
    try:
        return _check(candidate)
    except Exception as error:  # noqa: BLE001 (told here, so that no other file waits)
        why = f"{candidate.file}:1:1: cannot be checked ({error!r}): please report this file"
        return Checked(None, (why,))


def tenant_named(text: str) -> str | None:
    """Whose rulebook a text says it is, even where nothing else of it can be read."""
    found = _TENANT.search(text)
    return found[1] if found else None


def cut(findings: tuple[str, ...]) -> list[str]:
    """As many findings as are kept, and how many there were."""
    more = len(findings) - MOST_FINDINGS
    return [*findings[:MOST_FINDINGS], *([f"… and {more} more"] if more > 0 else [])]


def _check(candidate: Candidate) -> Checked:
    loaded = load(candidate.text, candidate.file)
    if loaded.book is None:
        return Checked(None, tuple(str(f) for f in loaded.findings if f.severity == "error"))
    if candidate.tests is not None:
        report = run_tests(loaded.book, candidate.tests, tests_of(candidate.file))
        if report.failures:
            return Checked(None, tuple(map(str, report.failures)))
    return Checked(loaded.book)
