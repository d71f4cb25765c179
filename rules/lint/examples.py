"""The examples of rules, checked whenever a file loads.

`yes`: in the whole book, with the rule's other conditions taken as true, the rule acts on the text.
`no`: the rule does not match it. Conditions that the text alone decides are decided; of others it
is only known that they hold for the rule whose example it is.
"""

from datetime import UTC, datetime

from rules.case import Case, open_case
from rules.compliance import GO_ON
from rules.decision import Facts
from rules.enrolling import names_code
from rules.file.scope import Scope
from rules.hearing import read
from rules.lint.certain import Certain, verdict_all
from rules.model import Rule, Rulebook

_ANY_TIME = datetime(2000, 1, 1, tzinfo=UTC)


def check_examples(book: Rulebook, scope: Scope) -> None:
    """Note every example that does not hold."""
    certain = Certain(book)
    for rule in (*book.protect, *book.enrich, *book.routes):
        for example in rule.examples:
            case = open_case(book, read(book, example.text), example.text, Facts(_ANY_TIME, ""))
            if example.acts and (why := _why_not(rule, case, certain)):
                scope.add("BH412", example, f"'{rule.id}' does not act on '{example.text}': {why}")
            elif not example.acts and verdict_all(rule.match, case) is not False:
                scope.add("BH413", example, f"'{rule.id}' matches '{example.text}'")


def _why_not(rule: Rule, case: Case, certain: Certain) -> str:
    """What keeps a rule from acting on a text; empty where nothing does."""
    reading = case.reading
    wish = next((w for w in (reading.meaning, *reading.also) if w not in GO_ON), None)
    if wish is not None:
        return f"it is a built-in word ({wish.value})"
    if verdict_all(rule.match, case) is False:
        return "its words do not match"
    if rule.section == "enrich":
        return ""
    earlier = certain.first_above(rule, case)
    if earlier is not None:
        return f"'{earlier.id}' in line {earlier.line} takes it first"
    if rule.section == "routes" and names_code(case.book, case.heard.text):
        return "it is an enrollment code"
    return ""
