"""What a well-formed rulebook would still do wrong: each check adds its findings."""

from collections.abc import Iterator

from rules.actions.handing import Escalation
from rules.decision import Assign
from rules.file.scope import Scope
from rules.lint.proofs import check_proofs
from rules.lint.taken import Taken
from rules.lint.wording import check_texts
from rules.model import Rule, Rulebook
from rules.texts.builtin import RESERVED, has_language


def lint(book: Rulebook, scope: Scope) -> None:
    """Add every finding about a book, which may be one with errors."""
    taken = Taken(book, scope)
    for rule in _rules(book):
        taken.check_rule(rule, rule.match)
        _check_escalations(rule, scope)
    for dialog in book.dialogs.values():
        taken.check_dialog(dialog)
    taken.check_codes()
    taken.check_topics()
    _check_fallback(book.fallback, scope)
    check_proofs(book, scope)
    check_texts(book, scope)
    _check_languages(book, scope)
    if not scope.problems.blocked:  # else a name with a typing error would be called unused as well
        _check_unused(scope)


def _rules(book: Rulebook) -> Iterator[Rule]:
    yield from (*book.protect, *book.enrich, *book.routes, book.fallback)


def _check_escalations(rule: Rule, scope: Scope) -> None:
    assigned = [action.value for action in rule.do if action.key == "assign"]
    for action in rule.do:
        if action.key == "escalate" and any(_same(action.value, to) for to in assigned):
            who = action.value.to.team or action.value.to.staff
            scope.add("BH416", action, f"{who} has the thread already when this escalates to it")


def _check_fallback(fallback: Rule, scope: Scope) -> None:
    """No text is left with nobody."""
    if fallback.do and all(action.key != "assign" for action in fallback.do):
        message = "the fallback needs an `assign`, so that every text is with someone"
        scope.add("BH418", fallback, message)


def _same(escalation: Escalation, to: Assign) -> bool:
    return (escalation.to.team, escalation.to.staff) == (to.team, to.staff)


def _check_unused(scope: Scope) -> None:
    for name, key in scope.declared["templates"].items():
        if name not in RESERVED and ("templates", name) not in scope.used:
            scope.add("BH501", key, f"the template '{name}' is used nowhere")


def _check_languages(book: Rulebook, scope: Scope) -> None:
    if scope.languages_node is None:
        return
    for language in book.languages:
        missing = [name for name in RESERVED if name not in book.templates]
        if missing and not has_language(language):
            message = f"no built-in answers in '{language}': English stands in for "
            scope.add("BH503", scope.languages_node, message + ", ".join(missing))
