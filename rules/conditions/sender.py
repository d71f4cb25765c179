"""The conditions that look at who wrote, and at the thread as it was before."""

from collections.abc import Callable, Mapping
from datetime import timedelta
from types import MappingProxyType

from keywords.normalize import words
from rules.case import Case
from rules.conditions.kind import Kind, any_of, choice_kind
from rules.file.scalars import (
    ATTRIBUTE,
    NAME,
    read_duration,
    read_pattern,
    read_text,
    read_truth,
)
from rules.file.scope import Scope
from rules.file.shape import read_named, read_one_or_more
from rules.file.source import Node, Table
from rules.schema import forms, maps
from rules.units import in_units

THREAD_STATES = ("new", "open", "closed", "snoozed")
ANYBODY = "any"

Attributes = Mapping[str, tuple[str, ...]]
"""Attribute -> the values of which it must have one."""


def _names_read(what: str, about: str) -> Callable[[Node, Scope], tuple[str, ...]]:
    def read(node: Node, scope: Scope) -> tuple[str, ...]:
        items = read_one_or_more(node, what, scope)
        for item in items:
            scope.mention(what, item)
        return tuple(read_pattern(item, NAME, about, scope) for item in items)

    return read


def _read_sender(node: Node, scope: Scope) -> Attributes:
    if isinstance(node, Table) and not node.entries:
        scope.add("BH205", node, "sender must not be empty")
    for key, _ in read_named(node, "sender", scope):
        scope.mention("attribute", key)
    return {
        read_pattern(key, ATTRIBUTE, "the name of an attribute", scope): tuple(
            read_text(item, key.text, scope) for item in read_one_or_more(value, key.text, scope)
        )
        for key, value in read_named(node, "sender", scope)
    }


def _is_sender(wanted: Attributes, case: Case) -> bool:
    """Whether every attribute has one of its values, compared as words."""
    known = case.facts.attributes
    return all(
        name in known and words(known[name]) in [words(value) for value in values]
        for name, values in wanted.items()
    )


def _says_sender(wanted: Attributes) -> str:
    return " and ".join(f"the sender's {name} is {any_of(v)}" for name, v in wanted.items())


def _had(wanted: tuple[str, ...], case: Case) -> bool:
    last = case.facts.thread.last_assignee
    return last is not None and (ANYBODY in wanted or last in wanted)


def _is_within(length: timedelta, case: Case) -> bool:
    last = case.facts.thread.last_activity_at
    return last is not None and case.facts.at - last <= length


def _read_first(node: Node, scope: Scope) -> bool:
    return read_truth(node, "first_contact", scope)


def _says_within(length: timedelta) -> str:
    return f"the last activity was at most {in_units(length)} ago"


KINDS: Mapping[str, Kind] = MappingProxyType(
    {
        "group": Kind(
            "The sender is in one of these groups.",
            _names_read("group", "the name of a group"),
            lambda names, case: not case.facts.groups.isdisjoint(names),
            lambda names: f"the sender is in {any_of(names)}",
            form=forms.one_or_more(forms.name()),
        ),
        "sender": Kind(
            "Each of these attributes of the sender has one of its values.",
            _read_sender,
            _is_sender,
            _says_sender,
            form=maps.attributes(forms.one_or_more(forms.text())),
        ),
        "first_contact": Kind(
            "It is the first text that this sender ever wrote.",
            _read_first,
            lambda wanted, case: case.facts.first_contact is wanted,
            lambda wanted: "it is their first text" if wanted else "it is not their first text",
            form=forms.yes_or_no(),
        ),
        "thread": choice_kind(
            "The thread was in one of these states before this text.",
            "thread",
            THREAD_STATES,
            lambda states, case: case.facts.thread.state in states,
            lambda states: f"the thread was {any_of(states)}",
        ),
        "tag": Kind(
            "The thread has one of these tags.",
            _names_read("tag", "a tag of letters, digits, - and _"),
            lambda names, case: not case.facts.thread.tags.isdisjoint(names),
            lambda names: f"the thread has the tag {any_of(names)}",
            form=forms.one_or_more(forms.name()),
        ),
        "last_assignee": Kind(
            "One of these people (by handle; any) had the thread last.",
            _names_read("last_assignee", "the handle of a person, or any"),
            _had,
            lambda names: f"the last to have the thread was {any_of(names)}",
            form=forms.one_or_more(forms.name()),
        ),
        "within": Kind(
            "The thread's last activity is at most so long ago.",
            lambda node, scope: read_duration(node, "within", scope),
            _is_within,
            _says_within,
            form=forms.duration(example="14d"),
        ),
    }
)
