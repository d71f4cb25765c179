"""The conditions of `match`: each with its schema, its evaluation and its explanation together.

To add a condition, write its three functions and add one row to `CONDITIONS`.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

from rules.case import Case
from rules.file.scalars import read_choice
from rules.file.scope import Scope
from rules.file.shape import Shape, read_fields, read_one_or_more
from rules.file.source import Node, Table
from rules.model import Condition, Phrase
from rules.phrases import Heard, begins, is_all, occurs, read_phrases
from rules.times.hours import is_open

LATER = (
    "message_regex",
    "channel",
    "group",
    "tag",
    "sender",
    "last_assignee",
    "within",
    "first_contact",
    "media",
)
THREAD_STATES = ("new", "open", "closed", "snoozed")


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of condition. `says` tells what it asks for; `of_text`: the text alone decides it."""

    about: str
    read: Callable[[Node, Scope], Any]
    holds: Callable[[Any, Case], bool]
    says: Callable[[Any], str]
    of_text: bool = False


def match_all(conditions: tuple[Condition, ...], case: Case) -> bool:
    """Whether all of these conditions hold."""
    return all(CONDITIONS[condition.key].holds(condition.value, case) for condition in conditions)


def want_words(conditions: tuple[Condition, ...]) -> bool:
    """Whether these conditions ask for words in the text, and not for its surroundings alone."""
    return any(
        any(map(want_words, condition.value))
        if condition.key == "any"
        else CONDITIONS[condition.key].of_text
        for condition in conditions
    )


def describe(condition: Condition) -> str:
    """A condition in words."""
    return CONDITIONS[condition.key].says(condition.value)


def read_conditions(node: Node, scope: Scope, what: str = "`match`") -> tuple[Condition, ...]:
    """The conditions of one map; an empty map is an error, since it would take every text."""
    fields = read_fields(node, Shape(what, tuple(CONDITIONS), later=LATER), scope)
    if isinstance(node, Table) and not node.entries:
        scope.add("BH401", node, f"{what} is empty and would take every text; use the fallback")
    keys = {name: entry[0] for name, entry in node.entries.items()} if fields else {}  # type: ignore[union-attr]  # only a map has fields
    return tuple(
        Condition(name, CONDITIONS[name].read(value, scope), keys[name].line, keys[name].col)
        for name, value in fields.items()
    )


def _phrase_kind(about: str, verb: str, test: Callable[[Phrase, Heard], bool]) -> Kind:
    def holds(value: tuple[Phrase, ...], case: Case) -> bool:
        return any(test(phrase, case.heard) for phrase in value)

    def says(value: tuple[Phrase, ...]) -> str:
        return f"the text {verb} {_or([repr(phrase.text) for phrase in value])}"

    return Kind(about, lambda node, scope: read_phrases(node, "a phrase", scope), holds, says, True)


def _names_kind(
    about: str,
    section: str,
    holds: Callable[[tuple[str, ...], Case], bool],
    says: Callable[[tuple[str, ...]], str],
) -> Kind:
    def read(node: Node, scope: Scope) -> tuple[str, ...]:
        items = read_one_or_more(node, f"a name of `{section}`", scope)
        return tuple(scope.refer(section, item) for item in items)

    return Kind(about, read, holds, says)


def _read_languages(node: Node, scope: Scope) -> tuple[str, ...]:
    items = read_one_or_more(node, "language", scope)
    return tuple(read_choice(item, scope.languages, "language", scope) for item in items)


def _read_states(node: Node, scope: Scope) -> tuple[str, ...]:
    items = read_one_or_more(node, "thread", scope)
    return tuple(read_choice(item, THREAD_STATES, "thread", scope) for item in items)


def _read_any(node: Node, scope: Scope) -> tuple[tuple[Condition, ...], ...]:
    items = read_one_or_more(node, "any", scope)
    return tuple(read_conditions(item, scope, "each item of `any`") for item in items)


def _inside(names: tuple[str, ...], case: Case) -> bool:
    book = case.book
    return any(is_open(book.hours[name], case.facts.at, book.timezone) for name in names)


def _all_of(conditions: tuple[Condition, ...]) -> str:
    return " and ".join(describe(condition) for condition in conditions)


def _or(names: list[str] | tuple[str, ...], most: int = 6) -> str:
    shown = list(names[:most]) + ([f"{len(names) - most} more"] if len(names) > most else [])
    return " or ".join(shown)


CONDITIONS: Mapping[str, Kind] = MappingProxyType(
    {
        "message_is": _phrase_kind("The whole text is one of these phrases.", "is", is_all),
        "message_starts": _phrase_kind(
            "The text begins with one of these phrases.", "begins with", begins
        ),
        "message_has": _phrase_kind("One of these phrases stands in the text.", "has", occurs),
        "to": _names_kind(
            "The text came to one of these numbers.",
            "numbers",
            lambda names, case: case.facts.to in names,
            lambda names: f"it came to {_or(names)}",
        ),
        "language": Kind(
            "The text is in one of these languages.",
            _read_languages,
            lambda names, case: case.language in names,
            lambda names: f"its language is {_or(names)}",
        ),
        "during": _names_kind(
            "Any of these hours is open.",
            "hours",
            _inside,
            lambda names: f"{_or(names)} is open",
        ),
        "outside": _names_kind(
            "All of these hours are closed.",
            "hours",
            lambda names, case: not _inside(names, case),
            lambda names: f"{' and '.join(names)} is closed",
        ),
        "thread": Kind(
            "The thread was in one of these states before this text.",
            _read_states,
            lambda states, case: case.facts.thread.state in states,
            lambda states: f"the thread was {_or(states)}",
        ),
        "any": Kind(
            "At least one of these maps of conditions holds.",
            _read_any,
            lambda maps, case: any(match_all(one, case) for one in maps),
            lambda maps: f"any of ({'; '.join(_all_of(one) for one in maps)})",
        ),
        "not": Kind(
            "This map of conditions does not hold as a whole.",
            lambda node, scope: read_conditions(node, scope, "`not`"),
            lambda conditions, case: not match_all(conditions, case),
            lambda conditions: f"not ({_all_of(conditions)})",
        ),
    }
)
