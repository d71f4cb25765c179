"""Names that nobody uses, and names that are nearly those that the book sets."""

from rules.file.scope import Scope
from rules.file.spelling import Spelling
from rules.model import Action, Rulebook
from rules.texts.builtin import RESERVED

_MEANT_FOR_USE = {
    "templates": "the template '{}' is used nowhere",
    "hours": "the hours '{}' are used nowhere",
    "keywords": "no rule names the keyword '{}'",
    "dialogs": "nothing starts the dialog '{}'",
    "webhooks": "no rule tells the webhook '{}'",
}


def check_usage(book: Rulebook, scope: Scope) -> None:
    """Note what is declared and used nowhere, and names that are one letter off."""
    for section, message in _MEANT_FOR_USE.items():
        for name, key in scope.declared[section].items():
            is_built_in = section == "templates" and name in RESERVED
            if not is_built_in and (section, name) not in scope.used:
                scope.add("BH501", key, message.format(name))
    _check_names("tag", _tags_set(book), scope)
    _check_names("group", {one.group for one in book.enrollments.values()}, scope)
    _check_names("attribute", scope.saves, scope)


def _check_names(kind: str, given: set[str], scope: Scope) -> None:
    """Staff and imports give names as well: one is doubted only where it is nearly another."""
    spelling = Spelling(given)
    for node in scope.mentioned.get(kind, ()):
        if node.text not in given and (near := spelling.nearest(node.text)):
            message = f"nothing here gives the {kind} '{node.text}'; did you mean '{near}'?"
            scope.add("BH506", node, message)


def _tags_set(book: Rulebook) -> set[str]:
    rules = (*book.protect, *book.enrich, *book.routes, book.fallback)
    lists: list[tuple[Action, ...]] = [
        *(rule.do for rule in rules),
        *(dialog.done for dialog in book.dialogs.values()),
    ]
    return {tag for do in lists for one in do if one.key == "tag" for tag in one.value}
