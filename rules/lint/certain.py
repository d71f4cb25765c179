"""Which rules take a text whatever its surroundings: those whose conditions the text decides."""

from collections.abc import Iterator
from dataclasses import replace

from rules.case import Case, open_case
from rules.conditions.table import CONDITIONS
from rules.index import Index
from rules.model import Condition, Rule, Rulebook


class Certain:
    """The rules of `protect` and `routes`, by the words that a text needs for them to match."""

    def __init__(self, book: Rulebook) -> None:
        self._finder = book.finder or Index(book)

    def first_above(self, rule: Rule, case: Case) -> Rule | None:
        """The first rule above this one that takes the text whatever the surroundings.

        Rules that go on, that are in shadow mode or not in force for everybody take it from none.
        """
        for earlier in self._above(rule, case):
            stands_aside = earlier.goes_on or earlier.may_be_absent
            if not stands_aside and verdict_all(earlier.match, case) is True:
                return earlier
        return None

    def _above(self, rule: Rule, case: Case) -> Iterator[Rule]:
        for section in ("protect", "routes"):
            for earlier in self._finder.candidates(section, case.heard):
                if earlier is rule:
                    return
                yield earlier
            if section == rule.section:
                return


def verdict_all(conditions: tuple[Condition, ...], case: Case) -> bool | None:
    """Whether all hold; None where the text alone does not tell."""
    certain = True
    for condition in conditions:
        verdict = _verdict(condition, case)
        if verdict is False:
            return False
        certain = certain and verdict is True
    return True if certain else None


def _verdict(condition: Condition, case: Case) -> bool | None:
    if condition.key == "not":
        inner = verdict_all(condition.value, case)
        return None if inner is None else not inner
    if condition.key == "any":
        verdicts = [verdict_all(conditions, case) for conditions in condition.value]
        return True if True in verdicts else (None if None in verdicts else False)
    if condition.key == "language":
        return _verdict_of_language(condition, case)
    kind = CONDITIONS[condition.key]
    return kind.holds(condition.value, case) if kind.of_text else None


def _verdict_of_language(condition: Condition, case: Case) -> bool | None:
    """Decided where the words tell the same, whichever language is stored for the contact."""
    holds = CONDITIONS[condition.key].holds
    verdicts = set()
    for stored in (None, *case.book.languages):
        facts = replace(case.facts, language=stored)
        stored_case = open_case(case.book, case.reading, case.heard.text, facts)
        verdicts.add(holds(condition.value, stored_case))
    return verdicts.pop() if len(verdicts) == 1 else None
