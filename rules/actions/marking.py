"""The actions that mark: tags of the thread, attributes of the contact."""

from collections.abc import Mapping
from types import MappingProxyType

from rules.actions.kind import Kind
from rules.draft import Draft
from rules.file.scalars import ATTRIBUTE, NAME, read_pattern, read_text
from rules.file.scope import Scope
from rules.file.shape import read_named, read_one_or_more
from rules.file.source import Items, Node, Table
from rules.schema import forms, maps


def _read_tags(node: Node, scope: Scope) -> tuple[str, ...]:
    items = read_one_or_more(node, "tag", scope)
    return tuple(
        read_pattern(item, NAME, "a tag of letters, digits, - and _", scope) for item in items
    )


def _read_untags(node: Node, scope: Scope) -> tuple[str, ...]:
    for item in node.items if isinstance(node, Items) else [node]:
        scope.mention("tag", item)
    return _read_tags(node, scope)


def _read_values(node: Node, scope: Scope) -> dict[str, str]:
    if isinstance(node, Table) and not node.entries:
        scope.add("BH205", node, "set must not be empty")
    values = {}
    for key, value in read_named(node, "set", scope):
        name = read_pattern(key, ATTRIBUTE, "a name of letters, digits and _", scope)
        values[name] = read_text(value, key.text, scope)
        scope.saves.add(name)
    return values


def _tag(names: tuple[str, ...], draft: Draft) -> None:
    for name in names:
        draft.tag(name)


def _untag(names: tuple[str, ...], draft: Draft) -> None:
    for name in names:
        draft.untag(name)


def _set(values: Mapping[str, str], draft: Draft) -> None:
    for name, value in values.items():
        draft.save(name, value)


KINDS: Mapping[str, Kind] = MappingProxyType(
    {
        "tag": Kind(
            "Put tags on the thread.",
            _read_tags,
            _tag,
            lambda names: f"tag {', '.join(names)}",
            forms.one_or_more(forms.name()),
        ),
        "untag": Kind(
            "Take tags off the thread.",
            _read_untags,
            _untag,
            lambda names: f"untag {', '.join(names)}",
            forms.one_or_more(forms.name()),
        ),
        "set": Kind(
            "Remember values as attributes of the contact.",
            _read_values,
            _set,
            lambda values: "set " + ", ".join(f"{name}: {value}" for name, value in values.items()),
            maps.attributes(forms.text()),
        ),
    }
)
