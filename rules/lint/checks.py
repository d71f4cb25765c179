"""What a well-formed rulebook would still do wrong: each check adds its findings."""

from datetime import datetime

from rules.file.scope import Scope
from rules.lint.contradictions import check_actions
from rules.lint.conversations import check_dialogs
from rules.lint.ended import check_ended
from rules.lint.proofs import check_proofs
from rules.lint.taken import Taken
from rules.lint.usage import check_usage
from rules.lint.wording import check_texts
from rules.model import Rulebook
from rules.texts.builtin import RESERVED, has_language


def lint(book: Rulebook, scope: Scope, now: datetime | None = None) -> None:
    """Add every finding about a book, which may be one with errors; with `now`, what has ended."""
    _check_taken(book, scope)
    check_actions(book, scope)
    check_dialogs(book, scope)
    check_proofs(book, scope)
    check_texts(book, scope)
    _check_languages(book, scope)
    if now is not None:
        check_ended(book, now, scope)
    if not scope.problems.blocked:  # else a name with a typing error would be called unused as well
        check_usage(book, scope)


def _check_taken(book: Rulebook, scope: Scope) -> None:
    taken = Taken(book, scope)
    for rule in (*book.protect, *book.enrich, *book.routes):
        taken.check_rule(rule)
    for dialog in book.dialogs.values():
        taken.check_dialog(dialog)
    taken.check_codes()
    taken.check_topics()


def _check_languages(book: Rulebook, scope: Scope) -> None:
    if scope.languages_node is None:
        return
    for language in book.languages:
        missing = [name for name in RESERVED if name not in book.templates]
        if missing and not has_language(language):
            message = f"no built-in answers in '{language}': English stands in for "
            scope.add("BH503", scope.languages_node, message + ", ".join(missing))
