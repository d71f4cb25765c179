"""What a well-formed rulebook would still do wrong: each check adds its findings."""

from collections.abc import Iterator
from functools import lru_cache

from keywords.classify import classify
from keywords.reading import Meaning
from rules.actions import Escalation
from rules.builtin import RESERVED, has_language
from rules.codes import fold_code
from rules.compliance import GO_ON
from rules.decision import Assign
from rules.enrolling import names_code
from rules.findings import Place
from rules.model import Condition, Dialog, Phrase, Rule, Rulebook
from rules.scope import Scope
from rules.wording import check_texts


def lint(book: Rulebook, scope: Scope) -> None:
    """Add every finding about a book, which may be one with errors."""
    for rule in _rules(book):
        _check_phrases(rule.match, rule, book, scope)
        _check_escalations(rule, scope)
    for dialog in book.dialogs.values():
        _check_dialog(dialog, scope)
    _check_codes(scope)
    _check_fallback(book.fallback, scope)
    check_texts(book, scope)
    _check_languages(book, scope)
    if not scope.problems.blocked:  # else a name with a typing error would be called unused as well
        _check_unused(scope)


def _rules(book: Rulebook) -> Iterator[Rule]:
    yield from (*book.protect, *book.enrich, *book.routes, book.fallback)


def _check_phrases(match: tuple[Condition, ...], rule: Rule, book: Rulebook, scope: Scope) -> None:
    """A whole text that a built-in word or a code takes never reaches a rule."""
    for condition in match:
        if condition.key == "any":
            for conditions in condition.value:
                _check_phrases(conditions, rule, book, scope)
        elif condition.key == "message_is":
            for phrase in condition.value:
                if _meaning(phrase.text) not in GO_ON:
                    _taken(phrase.text, condition, scope)
            if (
                rule.section == "routes"
                and condition.value
                and all(names_code(book, phrase.text) for phrase in condition.value)
            ):
                message = "every such text is an enrollment code, which acts before this"
                scope.add("BH420", condition, message)


@lru_cache(maxsize=65_536)  # keywords are named by many rules
def _meaning(text: str) -> Meaning:
    return classify(text).meaning


def _taken(text: str, place: Place, scope: Scope) -> None:
    meanings = (classify(text).meaning, classify(fold_code(text)).meaning)
    meaning = next(meaning for meaning in meanings if meaning is not Meaning.NONE)
    message = f"'{text}' is a built-in word ({meaning.value}), which acts before this"
    scope.add("BH407", place, message)


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


def _check_dialog(dialog: Dialog, scope: Scope) -> None:
    for step in dialog.steps:
        for phrase in (phrase for phrases in step.choices.values() for phrase in phrases):
            _check_choice(phrase, step, scope)


def _check_choice(phrase: Phrase, place: Place, scope: Scope) -> None:
    meaning = _meaning(phrase.text)
    if meaning is Meaning.OPT_OUT:
        scope.add("BH408", place, f"the choice '{phrase.text}' opts people out; word it otherwise")
    elif meaning is not Meaning.NONE:
        _taken(phrase.text, place, scope)


def _check_codes(scope: Scope) -> None:
    seen: dict[str, str] = {}
    for code, key in scope.declared["enrollments"].items():
        folded = fold_code(code)
        readings = (classify(code), classify(folded))  # people type it either way
        if any(reading.meaning is not Meaning.NONE for reading in readings):
            _taken(code, key, scope)
        elif any(reading.answer for reading in readings):
            scope.add("BH407", key, f"'{code}' is an answer to a question, so it cannot be a code")
        if folded in seen:
            scope.add("BH302", key, f"people could not tell '{code}' from '{seen[folded]}'")
        seen.setdefault(folded, code)


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
