"""What a well-formed rulebook would still do wrong: each check adds its findings."""

from collections.abc import Iterator
from difflib import get_close_matches

from keywords.classify import classify
from keywords.reading import Meaning
from rules.actions import Escalation
from rules.builtin import RESERVED, has_language
from rules.carriers import DEMANDED, WELCOME, missing_from
from rules.codes import fold_code
from rules.compliance import GO_ON
from rules.decision import Assign
from rules.findings import Place
from rules.model import Dialog, Phrase, Rule, Rulebook
from rules.scope import Scope
from rules.source import Scalar
from rules.templates import placeholders

_FILLED = frozenset({"name", "contact", "frequency", "code", "receipt"})
_INVITATIONS = frozenset({"CANCEL", "END", "QUIT", "UNSUBSCRIBE", "STOPALL", "REVOKE", "OPTOUT"})


def lint(book: Rulebook, scope: Scope) -> None:
    """Add every finding about a book, which may be one with errors."""
    for rule in _rules(book):
        _check_phrases(rule, scope)
        _check_escalations(rule, scope)
    for dialog in book.dialogs.values():
        _check_dialog(dialog, scope)
    _check_codes(scope)
    _check_texts(book, scope)
    _check_languages(book, scope)
    if not scope.problems.blocked:  # else a name with a typing error would be called unused as well
        _check_unused(scope)


def _rules(book: Rulebook) -> Iterator[Rule]:
    yield from (*book.protect, *book.enrich, *book.routes, book.fallback)


def _check_phrases(rule: Rule, scope: Scope) -> None:
    """A whole text that a built-in word takes never reaches a rule."""
    for condition in rule.match:
        if condition.key == "message_is":
            for phrase in condition.value:
                if classify(phrase.text).meaning not in GO_ON:
                    _taken(phrase.text, condition, scope)


def _taken(text: str, place: Place, scope: Scope) -> None:
    meaning = classify(text).meaning.value
    message = f"'{text}' is a built-in word ({meaning}), which acts before this"
    scope.add("BH407", place, message)


def _check_escalations(rule: Rule, scope: Scope) -> None:
    assigned = [action.value for action in rule.do if action.key == "assign"]
    for action in rule.do:
        if action.key == "escalate" and any(_same(action.value, to) for to in assigned):
            who = action.value.to.team or action.value.to.staff
            scope.add("BH416", action, f"{who} has the thread already when this escalates to it")


def _same(escalation: Escalation, to: Assign) -> bool:
    return (escalation.to.team, escalation.to.staff) == (to.team, to.staff)


def _check_dialog(dialog: Dialog, scope: Scope) -> None:
    for step in dialog.steps:
        for phrase in (phrase for phrases in step.choices.values() for phrase in phrases):
            _check_choice(phrase, step, scope)
        for template, _, text in scope.texts:
            invited = _INVITATIONS.intersection(text.text.replace(".", " ").split())
            if template == step.ask and invited:
                scope.add("BH408", text, f"this question invites {min(invited)}, which opts out")


def _check_choice(phrase: Phrase, place: Place, scope: Scope) -> None:
    meaning = classify(phrase.text).meaning
    if meaning is Meaning.OPT_OUT:
        scope.add("BH408", place, f"the choice '{phrase.text}' opts people out; word it otherwise")
    elif meaning is not Meaning.NONE:
        _taken(phrase.text, place, scope)


def _check_codes(scope: Scope) -> None:
    seen: dict[str, str] = {}
    for code, key in scope.declared["enrollments"].items():
        reading, folded = classify(code), fold_code(code)
        if reading.meaning is not Meaning.NONE:
            _taken(code, key, scope)
        elif reading.answer:
            scope.add("BH407", key, f"'{code}' is an answer to a question, so it cannot be a code")
        if folded in seen:
            scope.add("BH302", key, f"people could not tell '{code}' from '{seen[folded]}'")
        seen.setdefault(folded, code)


def _check_texts(book: Rulebook, scope: Scope) -> None:
    welcomes = {enrollment.welcome for enrollment in book.enrollments.values()}
    for template, _, text in scope.texts:
        demanded = DEMANDED.get(template, WELCOME if template in welcomes else ())
        if lacking := missing_from(text.text, demanded, book):
            scope.add("BH409", text, f"'{template}' lacks {', '.join(lacking)}")
        known = _FILLED if template in RESERVED else frozenset(scope.saves)
        for name in placeholders(text.text):
            if name not in known:
                _unknown_placeholder(name, known, text, scope)


def _unknown_placeholder(name: str, known: frozenset[str], text: Scalar, scope: Scope) -> None:
    near = [word for word in get_close_matches(name, known, cutoff=0.7) if _one_edit(name, word)]
    if near:
        scope.add("BH411", text, f"{{{{ {name} }}}} names nothing; did you mean '{near[0]}'?")
    else:
        scope.add("BH502", text, f"{{{{ {name} }}}} is saved by no dialog and may read as nothing")


def _one_edit(a: str, b: str) -> bool:
    """Whether two words differ by one letter added, dropped, changed or swapped with the next."""
    if len(a) > len(b):
        a, b = b, a
    start = next((i for i, (x, y) in enumerate(zip(a, b, strict=False)) if x != y), len(a))
    if len(a) != len(b):
        return a[start:] == b[start + 1 :]
    swapped = a[:start] + a[start + 1 : start + 2] + a[start : start + 1] + a[start + 2 :]
    return a[start + 1 :] == b[start + 1 :] or swapped == b


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
