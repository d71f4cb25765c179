"""All conditions of `match`, in one table: reading them, asking them, telling them.

To add a condition, write its kind (schema, evaluation, explanation) and add a row to a table.
"""

from collections.abc import Mapping
from types import MappingProxyType

from rules.case import Case
from rules.conditions import around, sender, words
from rules.conditions.kind import Kind
from rules.file.scope import Scope
from rules.file.shape import Shape, read_fields, read_one_or_more
from rules.file.source import Node, Table
from rules.model import Condition
from rules.schema import forms

Conditions = tuple[Condition, ...]
_NOT = "`not`"
_NO_REASON_ALONE = "within"  # every thread is active as it is written to


def match_all(conditions: Conditions, case: Case) -> bool:
    """Whether all of these conditions hold."""
    return all(CONDITIONS[condition.key].holds(condition.value, case) for condition in conditions)


def want_words(conditions: Conditions) -> bool:
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


def read_conditions(node: Node, scope: Scope, what: str = "`match`") -> Conditions:
    """The conditions of one map; an empty map is an error, since it would take every text."""
    fields = read_fields(node, Shape(what, tuple(CONDITIONS)), scope)
    if not isinstance(node, Table):
        return ()
    if not node.entries:
        scope.add("BH401", node, f"{what} is empty and would take every text; use the fallback")
    if list(node.entries) == [_NO_REASON_ALONE] and what != _NOT:
        key = node.entries[_NO_REASON_ALONE][0]
        scope.add("BH424", key, f"`within` alone in {what} says too little; add another condition")
    keys = {name: entry[0] for name, entry in node.entries.items()}
    return tuple(
        Condition(name, CONDITIONS[name].read(value, scope), keys[name].line, keys[name].col)
        for name, value in fields.items()
    )


def _read_any(node: Node, scope: Scope) -> tuple[Conditions, ...]:
    items = read_one_or_more(node, "any", scope)
    return tuple(read_conditions(item, scope, "each item of `any`") for item in items)


def _all_of(conditions: Conditions) -> str:
    return " and ".join(describe(condition) for condition in conditions)


CONDITIONS: Mapping[str, Kind] = MappingProxyType(
    {
        **words.KINDS,
        **around.KINDS,
        **sender.KINDS,
        "any": Kind(
            "At least one of these maps of conditions holds.",
            _read_any,
            lambda maps, case: any(match_all(one, case) for one in maps),
            lambda maps: f"any of ({'; '.join(_all_of(one) for one in maps)})",
            form=forms.one_or_more(forms.shared("conditions")),
        ),
        "not": Kind(
            "This map of conditions does not hold as a whole.",
            lambda node, scope: read_conditions(node, scope, _NOT),
            lambda conditions, case: not match_all(conditions, case),
            lambda conditions: f"not ({_all_of(conditions)})",
            form=forms.shared("conditions"),
        ),
    }
)
