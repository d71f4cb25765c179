"""The examples of rules, checked whenever a file loads.

`yes`: in the whole book, with the rule's other conditions taken as true, the rule acts on the text.
`no`: the rule does not match it. Conditions that the text alone decides are decided; of others it
is only known that they hold for the rule whose example it is.
"""

from datetime import UTC, datetime

from keywords.classify import classify
from rules.case import Case, open_case
from rules.compliance import GO_ON
from rules.conditions import CONDITIONS
from rules.decision import Facts
from rules.enrolling import names_code
from rules.model import Condition, Rule, Rulebook
from rules.scope import Scope

_ANY_TIME = datetime(2000, 1, 1, tzinfo=UTC)


def check_examples(book: Rulebook, scope: Scope) -> None:
    """Note every example that does not hold."""
    for rule in (*book.protect, *book.enrich, *book.routes):
        for example in rule.examples:
            case = open_case(book, classify(example.text), example.text, Facts(_ANY_TIME, ""))
            if example.acts and (why := _why_not(rule, case)):
                scope.add("BH412", example, f"'{rule.id}' does not act on '{example.text}': {why}")
            elif not example.acts and _verdict_all(rule.match, case) is not False:
                scope.add("BH413", example, f"'{rule.id}' matches '{example.text}'")


def _why_not(rule: Rule, case: Case) -> str:
    """What keeps a rule from acting on a text; empty where nothing does."""
    reading = case.reading
    wish = next((w for w in (reading.meaning, *reading.also) if w not in GO_ON), None)
    if wish is not None:
        return f"it is a built-in word ({wish.value})"
    if _verdict_all(rule.match, case) is False:
        return "its words do not match"
    if rule.section == "enrich":
        return ""
    earlier = _first_certain(case.book, rule, case)
    if earlier is not None:
        return f"'{earlier.id}' in line {earlier.line} takes it first"
    if rule.section == "routes" and names_code(case.book, case.heard.text):
        return "it is an enrollment code"
    return ""


def _first_certain(book: Rulebook, rule: Rule, case: Case) -> Rule | None:
    """The first rule above this one that takes the text whatever the surroundings."""
    above = book.protect if rule.section == "protect" else (*book.protect, *book.routes)
    for earlier in above:
        if earlier is rule:
            return None
        if _verdict_all(earlier.match, case) is True:
            return earlier
    return None


def _verdict_all(conditions: tuple[Condition, ...], case: Case) -> bool | None:
    """Whether all hold; None where the text alone does not tell."""
    verdicts = [_verdict(condition, case) for condition in conditions]
    if False in verdicts:
        return False
    return None if None in verdicts else True


def _verdict(condition: Condition, case: Case) -> bool | None:
    if condition.key == "not":
        inner = _verdict_all(condition.value, case)
        return None if inner is None else not inner
    if condition.key == "any":
        verdicts = [_verdict_all(conditions, case) for conditions in condition.value]
        return True if True in verdicts else (None if None in verdicts else False)
    kind = CONDITIONS[condition.key]
    return kind.holds(condition.value, case) if kind.of_text else None
