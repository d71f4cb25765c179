"""All actions of `do`, in one table: reading them, running them, telling them.

To add an action, write its kind (schema, what it does to a draft, explanation) and add a row to a
table.
"""

from collections.abc import Mapping
from types import MappingProxyType

from rules.actions import handing, marking, saying
from rules.actions.kind import Kind
from rules.draft import Draft
from rules.file.scope import Scope
from rules.file.shape import Shape, read_fields, read_list
from rules.file.source import Node, Scalar, Table
from rules.model import Action

IN_ENRICH = tuple(marking.KINDS)
ASKS = ("start", "enroll")
"""Actions that end with a question, so that nothing may be said after them."""

ACTIONS: Mapping[str, Kind] = MappingProxyType({**saying.KINDS, **marking.KINDS, **handing.KINDS})


def perform(actions: tuple[Action, ...], draft: Draft) -> None:
    """Run actions in order."""
    for action in actions:
        ACTIONS[action.key].act(action.value, draft)


def describe(action: Action) -> str:
    """An action in words."""
    return ACTIONS[action.key].says(action.value)


def read_actions(node: Node, scope: Scope, *, section: str) -> tuple[Action, ...]:
    """A list of single-key maps, in the order in which they run."""
    items = read_list(node, "what is to be done", scope)  # under `do`, or `done` of a dialog
    if not items and not isinstance(node, Scalar | Table):
        scope.add("BH402", node, "this list of actions is empty")
    actions = [action for item in items for action in _read_action(item, scope, section)]
    _allow_one(("reply",), "BH403", "a text gets one reply", actions, scope)
    _allow_one(ASKS, "BH403", "a text starts one thing", actions, scope)
    _allow_one(("escalate",), "BH417", "a rule escalates once", actions, scope)
    _check_order(actions, scope)
    return tuple(actions)


def _allow_one(
    keys: tuple[str, ...], code: str, why: str, actions: list[Action], scope: Scope
) -> None:
    found = [action for action in actions if action.key in keys]
    for second in found[1:]:
        scope.add(code, second, f"{why}, and line {found[0].line} does already")


def _check_order(actions: list[Action], scope: Scope) -> None:
    """A welcome may stand before a question; after one, nothing is said."""
    asked = next((action for action in actions if action.key in ASKS), None)
    for action in actions[actions.index(asked) :] if asked else ():
        if action.key == "reply" and asked:
            message = f"`reply` must stand before `{asked.key}`, whose question comes last"
            scope.add("BH403", action, message)


def _read_action(node: Node, scope: Scope, section: str) -> list[Action]:
    fields = read_fields(node, Shape("an action", tuple(ACTIONS)), scope)
    if not isinstance(node, Table):
        return []
    if len(node.entries) != 1:
        scope.add("BH204", node, "an action is a map of one key; begin each with its own dash")
    found = []
    for name, value in fields.items():
        key = node.entries[name][0]
        if section == "enrich" and name not in IN_ENRICH:
            scope.add(
                "BH415", key, f"`{name}` is not allowed in enrich, only {', '.join(IN_ENRICH)}"
            )
        found.append(Action(name, ACTIONS[name].read(value, scope), key.line, key.col))
    return found
