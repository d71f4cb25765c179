"""The names that a test may speak of: those that its rulebook has, so that none is misspelled."""

from collections.abc import Collection, Iterable, Iterator, Mapping

from keywords.reading import Meaning
from rules.decision import Assign
from rules.file.findings import suggest
from rules.model import Action, Condition, Rulebook
from rules.texts.builtin import RESERVED

_NONE = "none"  # that there is no such thing: an expectation, not a name


def known_names(book: Rulebook) -> Mapping[str, Collection[str]]:
    """For each key of `given` and `expect` that takes names, the names of this rulebook."""
    ids = {rule.id for rule in (*book.protect, *book.enrich, *book.routes, book.fallback)}
    holders = {*book.teams, *_people(book), _NONE}
    codes, dialogs = {*book.enrollments, _NONE}, {*book.dialogs, _NONE}
    return {
        "to": {*book.numbers, *(number.address for number in book.numbers.values())},
        "language": book.languages,
        "rule": {*ids, _NONE},
        "not_rule": ids,
        "keyword": {meaning.value for meaning in Meaning},
        "enrollment": codes,
        "enrolled": codes,
        "assign": holders,
        "escalate": holders,
        "notify": holders,
        "webhook": {*book.webhooks, _NONE},
        "untag": {*_tags(book, "untag"), _NONE},
        "reply": {*book.templates, *RESERVED, "inline", _NONE},
        "tag": {*_tags(book), *_asked_for(book), _NONE},
        "dialog": dialogs,
        "privacy": {"delete", "access", "correct", _NONE},
    }


def wrong_name(key: str, values: Collection[str], known: Mapping[str, Collection[str]]) -> str:
    """What is wrong with the names that a test gives for a key; empty where nothing is."""
    names = known.get(key)
    wrong = [value for value in values if names is not None and value not in names]
    if names is None or not wrong:
        return ""
    return f"`{key}: {wrong[0]}` is not in the rulebook{suggest(wrong[0], names)}"


def _actions(book: Rulebook) -> Iterator[Action]:
    for rule in (*book.protect, *book.enrich, *book.routes, book.fallback):
        yield from rule.do
    for dialog in book.dialogs.values():
        yield from dialog.done


def _people(book: Rulebook) -> Iterator[str]:
    """The handles of the people whom the rulebook assigns, escalates to or notifies."""
    for action in _actions(book):
        to = action.value.to if action.key in ("escalate", "notify") else action.value
        if isinstance(to, Assign) and to.staff:
            yield to.staff


def _tags(book: Rulebook, key: str = "tag") -> Iterator[str]:
    for action in _actions(book):
        if action.key == key:
            yield from action.value


def _asked_for(book: Rulebook) -> Iterator[str]:
    """The tags that conditions ask for: staff may put them on."""
    for rule in (*book.protect, *book.enrich, *book.routes):
        yield from _tags_of(rule.match)


def _tags_of(conditions: Iterable[Condition]) -> Iterator[str]:
    for condition in conditions:
        match condition.key:
            case "tag":
                yield from condition.value
            case "not":
                yield from _tags_of(condition.value)
            case "any":
                for branch in condition.value:
                    yield from _tags_of(branch)
