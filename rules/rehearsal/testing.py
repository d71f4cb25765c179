"""Run the test file of a rulebook: conversations under a frozen clock, with rule coverage."""

from collections import Counter
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import PurePath
from typing import Literal, cast

from rules.conditions.around import channel_of
from rules.decision import Facts, RuleRef, ThreadState
from rules.file.scalars import E164
from rules.model import Rulebook
from rules.rehearsal.casefile import LoadedTests, TestCase, TestStep, load_tests, parse_instant
from rules.rehearsal.coverage import Reach, measure
from rules.rehearsal.expectations import EXPECTED
from rules.rehearsal.known_names import known_names, wrong_name
from rules.rehearsal.pretending import Outcome, PretendedThread

_MONDAY_NOON = datetime(2026, 1, 5, 12)  # noqa: DTZ001 - the tenant's own clock


_SUFFIX = ".test.yaml"
_HANDLES = ("on_shift", "last_assignee")


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
    """How a test file went. `passed` counts texts and waits; `reached` has every rule, by line."""

    passed: int
    failures: tuple[Failure, ...]
    reached: tuple[Reach, ...]

    @property
    def unreached(self) -> tuple[RuleRef, ...]:
        """The rules that acted in no test."""
        return tuple(RuleRef(r.id, r.section, r.line) for r in self.reached if not r.texts)

    @property
    def ok(self) -> bool:
        """Whether nothing failed."""
        return not self.failures


def run_tests(book: Rulebook, text: str, file: str, *, book_is_named: bool = False) -> Report:
    """Run every case of a test file; what is wrong with the file itself fails too.

    The book is the one beside the file, and no case is run if its `rules` names another; with
    `book_is_named` the book is the one that `rules` names.
    """
    tests = load_tests(text, file)
    if not book_is_named and (why := _names_another(tests, file)):
        failure = Failure(file, tests.rules_line, why)
        return Report(0, (failure,), measure(book, {}))
    failures = [Failure(file, f.line, f"{f.code} {f.message}") for f in tests.findings]
    acted: Counter[str] = Counter()
    passed = 0
    known = known_names(book)
    for case in tests.cases:
        if wrong := list(_wrong_names(case, known)):
            failures += [Failure(file, line, f"{case.name}: {why}") for line, why in wrong]
            continue
        for outcome, problems in _converse(book, case):
            acted.update(_reached(outcome))
            failures += [Failure(file, line, f"{case.name}: {why}") for line, why in problems]
            passed += not problems
    return Report(passed, tuple(sorted(failures)), measure(book, acted))


def _names_another(tests: LoadedTests, file: str) -> str:
    """What is wrong with `rules` of tests that are run for the book beside them, if anything."""
    name = PurePath(file).name
    beside = name.removesuffix(_SUFFIX) + ".yaml"
    is_beside = name.endswith(_SUFFIX)
    if tests.rules is None or not is_beside or PurePath(tests.rules) == PurePath(beside):
        return ""
    return f"`rules` names {tests.rules}, so these are no tests of {beside}, the file beside them"


def _reached(outcome: Outcome) -> set[str]:
    """The rules that acted on a text, and those in shadow mode that would have."""
    decision = outcome.decision
    return {rule.id for rule in (*decision.rules, *decision.shadow)} if decision else set()


def _wrong_names(case: TestCase, known: Mapping[str, Collection[str]]) -> Iterator[tuple[int, str]]:
    """What a case speaks of that the rulebook does not have, each at its line."""
    given = [(case.line, case.given), *((step.line, step.given) for step in case.steps)]
    handles = {h for _, one in given for key in _HANDLES for h in one.get(key, ())}
    tags = {tag for _, one in given for tag in one.get("tags", ())}
    known = {**known, "assign": {*known["assign"], *handles}, "tag": {*known["tag"], *tags}}
    said = [(line, key, values) for line, one in given for key, values in one.items()]
    for step in case.steps:
        said += [(expected.line, expected.key, expected.values) for expected in step.expect]
    for line, key, values in said:
        if why := wrong_name(key, values, known):
            yield line, why


def _converse(book: Rulebook, case: TestCase) -> Iterator[tuple[Outcome, list[tuple[int, str]]]]:
    thread = PretendedThread(book, _facts(book, _first_facts(book), case.given))
    thread.on_shift = frozenset(case.given.get("on_shift", ()))
    for step in case.steps:
        outcome = _take_step(thread, step, case)
        yield outcome, list(_check(step, outcome, book))


def _take_step(thread: PretendedThread, step: TestStep, case: TestCase) -> Outcome:
    """A text, or time that passes, with what is given. Pictures come with their own text alone."""
    passed = _pass_until(thread, step.given)
    pictures = case.given.get("media", ("none",))
    thread.facts = _facts(thread.book, thread.facts, {"media": pictures, **step.given})
    thread.on_shift = frozenset(step.given.get("on_shift", thread.on_shift))
    outcome = thread.wait(step.wait) if step.say is None else thread.say(step.say)
    if passed is None:
        return outcome
    return replace(outcome, before=passed.before, said=passed.said + outcome.said)


def _pass_until(thread: PretendedThread, given: Mapping[str, tuple[str, ...]]) -> Outcome | None:
    """Let time pass until the instant that a step gives, so that what is due by then happens."""
    at = _facts(thread.book, thread.facts, given).at
    return thread.wait(at - thread.facts.at) if at > thread.facts.at else None


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
            facts = replace(facts, to=_number_named(book, values[0]))
        elif key == "from":
            machine, channel = _is_machine(book, values[0]), channel_of(values[0])
            facts = replace(facts, machine=machine, channel=channel)
        elif key == "language":
            facts = replace(facts, language=values[0])
        elif key == "rollout":
            facts = replace(facts, left_out=values == ("out",))
        elif key == "media":
            facts = replace(facts, media=tuple(f"{kind}/*" for kind in values if kind != "none"))
        elif key == "group":
            facts = replace(facts, groups=frozenset(values))
        elif key == "sender":
            given_now = dict(value.partition("=")[::2] for value in values)
            facts = replace(facts, attributes={**facts.attributes, **given_now})
    if given.get("thread", ("new",)) != ("new",):
        facts = replace(facts, first_contact=False)
    return replace(facts, thread=_thread(facts.thread, given, facts.at))


def _thread(thread: ThreadState, given: Mapping[str, tuple[str, ...]], at: datetime) -> ThreadState:
    """The thread as a test gives it. One that is not new was active just now, else `within` could
    never hold in a test.
    """
    if "thread" in given:
        state = cast(Literal["new", "open", "closed", "snoozed"], given["thread"][0])
        since = thread.last_activity_at or at
        thread = replace(thread, state=state, last_activity_at=None if state == "new" else since)
    if "tags" in given:
        thread = replace(thread, tags=frozenset(given["tags"]))
    if "last_assignee" in given:
        last = given["last_assignee"][0]
        thread = replace(thread, last_assignee=None if last == "none" else last)
    return thread


def _number_named(book: Rulebook, written: str) -> str:
    """The name of a number that is given by its name or its address."""
    names = (name for name, number in book.numbers.items() if written in (name, number.address))
    return next(names, written)


def _is_machine(book: Rulebook, address: str) -> bool:
    """Whether an address is no person's: a short code, a sender name, a number of the tenant's."""
    if address in {number.address for number in book.numbers.values()}:
        return True
    return ":" not in address and E164.match(address) is None
