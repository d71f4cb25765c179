"""What conditions about the surroundings of a text say of one another."""

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any

from keywords.normalize import words
from rules.conditions.sender import ANYBODY, Attributes
from rules.model import Condition
from rules.proving.forms import covers_all_media

Names = tuple[str, ...]
Test = Callable[[Any, Any], bool]


def implies(one: Condition, other: Condition) -> bool:
    """Whether `other` holds wherever `one` does; both are of the same key."""
    return _IMPLIES[one.key](one.value, other.value)


def excludes(one: Condition, other: Condition) -> bool:
    """Whether the two never hold together."""
    keys = (one.key, other.key)
    if keys in _APART:
        return _APART[keys](one.value, other.value)
    if keys[::-1] in _APART:
        return _APART[keys[::-1]](other.value, one.value)
    return False


def _within_names(one: Names, other: Names) -> bool:
    return set(one) <= set(other)


def _no_common_name(one: Names, other: Names) -> bool:
    return set(one).isdisjoint(other)


def _implies_person(one: Names, other: Names) -> bool:
    return ANYBODY in other or _within_names(one, other)


def _other_person(one: Names, other: Names) -> bool:
    return ANYBODY not in (*one, *other) and _no_common_name(one, other)


def _implies_media(one: Names, other: Names) -> bool:
    if "none" in one and "none" not in other:
        return False
    kinds = set(one) - {"none"}
    return not kinds or covers_all_media(other) or ("any" not in kinds and kinds <= set(other))


def _other_media(one: Names, other: Names) -> bool:
    """One asks for nothing, the other for something: what comes can be of many kinds at once."""
    nothing = "none" in one and "none" in other
    return not nothing and (set(one) == {"none"} or set(other) == {"none"})


def _implies_sender(one: Attributes, other: Attributes) -> bool:
    return all(name in one and _values(one[name]) <= _values(other[name]) for name in other)


def _other_sender(one: Attributes, other: Attributes) -> bool:
    return any(_values(one[name]).isdisjoint(_values(other[name])) for name in one if name in other)


def _values(values: Names) -> set[Names]:
    return {words(value) for value in values}


def _is_new(states: Names) -> bool:
    return set(states) == {"new"}


_IMPLIES: Mapping[str, Test] = MappingProxyType(
    {
        "to": _within_names,
        "channel": _within_names,
        "language": _within_names,
        "thread": _within_names,
        "group": _within_names,
        "tag": _within_names,
        "during": _within_names,
        "outside": lambda one, other: _within_names(other, one),
        "last_assignee": _implies_person,
        "media": _implies_media,
        "sender": _implies_sender,
        "first_contact": lambda one, other: one is other,
        "within": lambda one, other: one <= other,
        "message_regex": lambda one, other: (
            {pattern.text for pattern in one} <= {pattern.text for pattern in other}
        ),
    }
)
_APART: Mapping[tuple[str, str], Test] = MappingProxyType(
    {
        ("to", "to"): _no_common_name,
        ("channel", "channel"): _no_common_name,
        ("language", "language"): _no_common_name,
        ("thread", "thread"): _no_common_name,
        ("last_assignee", "last_assignee"): _other_person,
        ("media", "media"): _other_media,
        ("sender", "sender"): _other_sender,
        ("first_contact", "first_contact"): lambda one, other: one is not other,
        ("during", "outside"): _within_names,
        # a thread is new until the first thing happens to it
        ("thread", "within"): lambda states, _: _is_new(states),
        ("thread", "last_assignee"): lambda states, _: _is_new(states),
        # nothing has been closed before somebody's first text
        ("thread", "first_contact"): lambda states, first: first and set(states) == {"closed"},
    }
)
