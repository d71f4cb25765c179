"""Which rules take a text whatever its surroundings: those whose conditions the text decides."""

from collections.abc import Iterator

from rules.case import Case
from rules.conditions.table import CONDITIONS
from rules.heard import Phrase
from rules.model import Condition, Rule, Rulebook


class Certain:
    """The rules of `protect` and `routes`, by the words that a text needs for them to match."""

    def __init__(self, book: Rulebook) -> None:
        self._rules = (*book.protect, *book.routes)
        self._place = {rule.id: place for place, rule in enumerate(self._rules)}
        self._always: list[int] = []
        self._by_word: dict[str, list[int]] = {}
        for place, rule in enumerate(self._rules):
            needed = _needed_words(rule)
            if needed is None:
                self._always.append(place)
            for word in needed or ():
                self._by_word.setdefault(word, []).append(place)

    def first_above(self, rule: Rule, case: Case) -> Rule | None:
        """The first rule above this one that takes the text whatever the surroundings."""
        for place in sorted(set(self._candidates(case))):
            if place >= self._place[rule.id]:
                return None
            earlier = self._rules[place]
            if earlier.may_be_absent or earlier.goes_on:
                continue  # it leaves the text to the rules below, always or for some people
            if verdict_all(earlier.match, case) is True:
                return earlier
        return None

    def _candidates(self, case: Case) -> Iterator[int]:
        yield from self._always
        for word in {*case.heard.words, *case.heard.exact_run.split()}:
            yield from self._by_word.get(word, ())


def _needed_words(rule: Rule) -> frozenset[str] | None:
    """Words of which a text must have one for the rule to match; None where none is needed."""
    for condition in rule.match:
        if condition.key in ("message_is", "message_starts", "message_has"):
            phrases: tuple[Phrase, ...] = condition.value
            return frozenset(word for phrase in phrases for word in phrase.run.split()[:1])
    return None


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
    kind = CONDITIONS[condition.key]
    return kind.holds(condition.value, case) if kind.of_text else None
