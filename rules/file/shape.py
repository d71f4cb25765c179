"""Maps and lists as the schema wants them; unknown, missing and misplaced keys become findings."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field

from rules.file.scope import Scope
from rules.file.source import Items, Node, Scalar, Table

Fields = Mapping[str, Node]


@dataclass(frozen=True, slots=True)
class Shape:
    """The keys of one kind of map: those it takes, and those it needs.

    Where `keys` is a map, it leads from each key to the form of its value (rules/schema/forms.py).
    """

    what: str
    keys: Collection[str]
    required: Collection[str] = field(default=())


def read_fields(node: Node, shape: Shape, scope: Scope) -> Fields:
    """The values of a map by key; whatever does not fit its shape is noted and left out."""
    if not isinstance(node, Table):
        scope.add("BH204", node, f"{shape.what} must be a map of {', '.join(shape.keys)}")
        return {}
    fields: dict[str, Node] = {}
    for name, (key, value) in node.entries.items():
        if name in shape.keys:
            fields[name] = value
        elif name != "<<":
            _refuse(key, shape, scope)
    for name in shape.required:
        if name not in node.entries:
            scope.add("BH203", node, f"{shape.what} needs `{name}`")
    return fields


def _refuse(key: Scalar, shape: Shape, scope: Scope) -> None:
    hint = scope.suggest(key.text, shape.keys)
    scope.add("BH201", key, f"{shape.what} has no key `{key.text}`{hint}")


def read_named(node: Node | None, what: str, scope: Scope) -> list[tuple[Scalar, Node]]:
    """The entries of a map from names to things; none where there is no node."""
    if node is None:
        return []
    if not isinstance(node, Table):
        scope.add("BH204", node, f"{what} must be a map from names")
        return []
    return [entry for name, entry in node.entries.items() if name != "<<"]


def read_list(node: Node, what: str, scope: Scope) -> list[Node]:
    """The items of a list."""
    if isinstance(node, Items):
        return node.items
    scope.add("BH204", node, f"{what} must be a list")
    return []


def read_any_number(node: Node) -> list[Node]:
    """The items of a list, which may be empty, or the one value that stands alone."""
    return node.items if isinstance(node, Items) else [node]


def read_one_or_more(node: Node, what: str, scope: Scope) -> list[Node]:
    """The items of a list, or the one value that stands alone; at least one."""
    items = read_any_number(node)
    if not items:
        scope.add("BH205", node, f"{what} must not be empty")
    return items
