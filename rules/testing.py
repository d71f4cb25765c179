"""Run the test file of a rulebook: conversations under a frozen clock, with rule coverage."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Literal, cast

from rules.casefile import TestCase, TestStep, load_tests, parse_instant
from rules.decision import Facts, RuleRef
from rules.expectations import EXPECTED
from rules.findings import suggest
from rules.model import Rulebook
from rules.pretending import Outcome, PretendedThread

_MONDAY_NOON = datetime(2026, 1, 5, 12)  # noqa: DTZ001 - the tenant's own clock


@dataclass(frozen=True, slots=True, order=True)
class Failure:
    """Something that was not as a test expects, at a 1-based line of the test file."""

    file: str
    line: int
    message: str

    def __str__(self) -> str:
        """The failure as editors read it: `file:line: message`."""
        return f"{self.file}:{self.line}: {self.message}"


@dataclass(frozen=True, slots=True)
class Report:
    """How a test file went. `passed` counts texts and waits; `unreached` rules acted in no test."""

    passed: int
    failures: tuple[Failure, ...]
    unreached: tuple[RuleRef, ...]

    @property
    def ok(self) -> bool:
        """Whether nothing failed."""
        return not self.failures


def run_tests(book: Rulebook, text: str, file: str) -> Report:
    """Run every case of a test file; what is wrong with the file itself fails too."""
    tests = load_tests(text, file)
    failures = [Failure(file, f.line, f"{f.code} {f.message}") for f in tests.findings]
    reached: set[str] = set()
    passed = 0
    for case in tests.cases:
        if why := _wrong_given(book, case):
            failures.append(Failure(file, case.line, f"{case.name}: {why}"))
            continue
        for outcome, problems in _converse(book, case):
            reached |= {rule.id for rule in outcome.decision.rules} if outcome.decision else set()
            failures += [Failure(file, line, f"{case.name}: {why}") for line, why in problems]
            passed += not problems
    return Report(passed, tuple(sorted(failures)), _unreached(book, reached))


def _wrong_given(book: Rulebook, case: TestCase) -> str:
    """What a case gives that the rulebook does not have."""
    known = {"to": tuple(book.numbers), "language": book.languages}
    for given in (case.given, *(step.given for step in case.steps)):
        for key, names in known.items():
            value = given.get(key, names)[0]
            if value not in names:
                return f"`{key}: {value}` is not in the rulebook{suggest(value, names)}"
    return ""


def _converse(book: Rulebook, case: TestCase) -> Iterator[tuple[Outcome, list[tuple[int, str]]]]:
    thread = PretendedThread(book, _facts(book, _first_facts(book), case.given))
    for step in case.steps:
        thread.facts = _facts(book, thread.facts, step.given)
        outcome = thread.wait(step.wait) if step.say is None else thread.say(step.say)
        yield outcome, list(_check(step, outcome, book))


def _check(step: TestStep, outcome: Outcome, book: Rulebook) -> Iterator[tuple[int, str]]:
    what = f"after {step.say!r}" if step.say is not None else f"after waiting {step.wait}"
    for expectation in step.expect:
        if why := EXPECTED[expectation.key](expectation.values, outcome, book):
            yield expectation.line, f"{what}, {why}"


def _first_facts(book: Rulebook) -> Facts:
    at = _MONDAY_NOON.replace(tzinfo=book.timezone).astimezone(UTC)
    return Facts(at, next(iter(book.numbers)))


def _facts(book: Rulebook, facts: Facts, given: Mapping[str, tuple[str, ...]]) -> Facts:
    """The facts with what a test gives laid over them."""
    for key, values in given.items():
        if key == "at" and (local := parse_instant(values[0])):
            facts = replace(facts, at=local.replace(tzinfo=book.timezone).astimezone(UTC))
        elif key == "to":
            facts = replace(facts, to=values[0])
        elif key == "language":
            facts = replace(facts, language=values[0])
        elif key == "thread":
            state = cast(Literal["new", "open", "closed", "snoozed"], values[0])
            facts = replace(facts, thread=replace(facts.thread, state=state))
        elif key == "tags":
            facts = replace(facts, thread=replace(facts.thread, tags=frozenset(values)))
    return facts


def _unreached(book: Rulebook, reached: set[str]) -> tuple[RuleRef, ...]:
    rules = (*book.protect, *book.enrich, *book.routes, book.fallback)
    return tuple(RuleRef(r.id, r.section, r.line) for r in rules if r.id not in reached)
