"""Test files of rulebooks: `*.test.yaml` into typed cases, every problem at its place."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from rules.conditions.sender import THREAD_STATES
from rules.file.findings import Finding, Problems
from rules.file.scalars import read_choice, read_duration, read_text, read_truth
from rules.file.scope import Scope
from rules.file.shape import (
    Fields,
    read_any_number,
    read_fields,
    read_list,
    read_one_or_more,
)
from rules.file.source import Items, Node, Scalar, Table, parse
from rules.rehearsal.shapes import CASE, EXPECT, FILE, GIVEN, KINDS, ROLLOUT, STEP

YEARS = range(2000, 2101)
INSTANT = f"{{}} must be an instant such as 2026-11-10 10:00, in {YEARS[0]} to {YEARS[-1]}"
MOST_STEPS = 2_000
_LONGEST = timedelta(days=3650)  # that a talk may wait in all
_MAY_BE_EMPTY = ("group", "tags", "on_shift")  # so that a case clears what the file gives
_TRUTHS = ("nothing", "close")
_ALLOWED = {
    "thread": THREAD_STATES,
    "media": KINDS,
    "rollout": ROLLOUT,
}


@dataclass(frozen=True, slots=True)
class Expectation:
    """One thing that must be so after a step: its key, the values wanted, and its line."""

    key: str
    values: tuple[str, ...]
    line: int


@dataclass(frozen=True, slots=True)
class TestStep:
    """A text that comes in, or (`say` is None) time that passes."""

    line: int
    say: str | None
    wait: timedelta = timedelta(0)
    given: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    expect: tuple[Expectation, ...] = ()


@dataclass(frozen=True, slots=True)
class TestCase:
    """A conversation on a fresh thread."""

    name: str
    line: int
    given: Mapping[str, tuple[str, ...]]
    steps: tuple[TestStep, ...]


@dataclass(frozen=True, slots=True)
class LoadedTests:
    """The cases of a test file, and what is wrong with it; with errors there are no cases.

    `rules` is the rulebook's file as written, relative to the folder of the tests; None: not said.
    """

    cases: tuple[TestCase, ...]
    rules: str | None
    findings: tuple[Finding, ...]
    rules_line: int = 1


def load_tests(text: str, file: str) -> LoadedTests:
    """Read a test file."""
    problems = Problems(file)
    root = parse(text, problems)
    if not isinstance(root, Table):
        if root is not None:
            problems.add("BH204", root, "a test file is a map with `cases`")
        return LoadedTests((), None, problems.sorted())
    scope = Scope(problems, root)
    fields = read_fields(root, FILE, scope)
    given = _read_given(fields, scope)
    items = read_list(fields["cases"], "cases", scope) if "cases" in fields else []
    if "cases" in fields and not items:
        scope.add("BH205", fields["cases"], "cases must not be empty")
    cases = tuple(case for item in items for case in _read_case(item, given, scope))
    _check_length(cases, fields, scope)
    rules = read_text(fields["rules"], "rules", scope) if "rules" in fields else None
    line = fields["rules"].line if rules else 1
    return LoadedTests(
        () if problems.blocked else cases, rules or None, problems.sorted(), rules_line=line
    )


def _check_length(cases: tuple[TestCase, ...], fields: Fields, scope: Scope) -> None:
    """So many can be run whenever the file is saved, without anyone waiting for it."""
    steps = sum(len(case.steps) for case in cases)
    if steps > MOST_STEPS:
        said = f"{steps:,} texts and waits; a test file holds {MOST_STEPS:,} at most"
        scope.add("BH113", fields["cases"], said)


def _read_case(node: Node, given: Mapping[str, tuple[str, ...]], scope: Scope) -> list[TestCase]:
    """The conversations of a case: one for each text of `say`, or the one of `talk`."""
    fields = read_fields(node, CASE, scope)
    name = read_text(fields["name"], "name", scope) if "name" in fields else ""
    given = {**given, **_read_given(fields, scope)}
    if isinstance(node, Table) and ("say" in fields) == ("talk" in fields):
        scope.add("BH203", node, "a case needs either `say` or `talk`")
    expect = _read_expect(fields, scope)
    if "talk" in fields:
        if "expect" in fields:
            scope.add("BH415", fields["expect"], "in a `talk` each step has its own `expect`")
        return [TestCase(name, node.line, given, _read_talk(fields["talk"], scope))]
    texts = read_one_or_more(fields["say"], "say", scope) if "say" in fields else []
    return [
        TestCase(name, node.line, given, (TestStep(t.line, _read_say(t, scope), expect=expect),))
        for t in texts
    ]


def _read_talk(node: Node, scope: Scope) -> tuple[TestStep, ...]:
    items = read_list(node, "talk", scope)
    steps = tuple(_read_step(item, scope) for item in items)
    if isinstance(node, Items) and not items:
        scope.add("BH205", node, "talk must not be empty")
    if sum((step.wait for step in steps), timedelta(0)) > _LONGEST:
        scope.add("BH206", node, f"a talk waits {_LONGEST.days}d in all at most")
    return steps


def _read_step(node: Node, scope: Scope) -> TestStep:
    fields = read_fields(node, STEP, scope)
    if isinstance(node, Table) and ("say" in fields) == ("wait" in fields):
        scope.add("BH203", node, "a step needs either `say` or `wait`")
    say = _read_say(fields["say"], scope) if "say" in fields else None
    wait = read_duration(fields["wait"], "wait", scope) if "wait" in fields else timedelta(0)
    return TestStep(node.line, say, wait, _read_given(fields, scope), _read_expect(fields, scope))


def _read_say(node: Node, scope: Scope) -> str:
    if isinstance(node, Scalar):
        return node.text
    return read_text(node, "say", scope)


def _read_given(fields: Fields, scope: Scope) -> dict[str, tuple[str, ...]]:
    node = fields.get("given")
    found = read_fields(node, GIVEN, scope) if node else {}
    given = {
        key: _read_values(value, key, scope) or (() if key in _MAY_BE_EMPTY else ("",))
        for key, value in found.items()
    }
    if "at" in given and parse_instant(given["at"][0]) is None:
        scope.add("BH206", found["at"], INSTANT.format("`at`"))
    for key, allowed in _ALLOWED.items():
        for item in read_one_or_more(found[key], key, scope) if key in found else []:
            read_choice(item, allowed, key, scope)
    return given


def parse_instant(text: str) -> datetime | None:
    """A day and a time of the tenant's own clock, without a zone; None outside of `YEARS`."""
    try:
        instant = datetime.strptime(text, "%Y-%m-%d %H:%M")  # noqa: DTZ007 - the zone is the book's
    except ValueError:
        return None
    return instant if instant.year in YEARS else None


def _read_expect(fields: Fields, scope: Scope) -> tuple[Expectation, ...]:
    node = fields.get("expect")
    found = read_fields(node, EXPECT, scope) if node else {}
    return tuple(
        Expectation(key, _read_values(value, key, scope), value.line)
        for key, value in found.items()
    )


def _read_values(node: Node, key: str, scope: Scope) -> tuple[str, ...]:
    """The words of a value, of a truth as `true` or `false`.

    Of a map (`set`, `sender`): `name=value` for each of its entries.
    """
    if isinstance(node, Table) and key in ("set", "sender"):
        if not node.entries:
            scope.add("BH205", node, f"{key} must not be empty")
        return tuple(
            f"{name}={read_text(value, name, scope)}" for name, (_, value) in node.entries.items()
        )
    if key in _TRUTHS:
        return ("true" if read_truth(node, key, scope) else "false",)
    may_be_empty = key in _MAY_BE_EMPTY
    items = read_any_number(node) if may_be_empty else read_one_or_more(node, key, scope)
    return tuple(read_text(item, key, scope) for item in items)
