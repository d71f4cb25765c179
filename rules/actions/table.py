"""The actions of `do`: each with its schema, what it does to a draft, and its explanation together.

To add an action, write its three functions and add one row to `ACTIONS`.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from types import MappingProxyType
from typing import Any

from rules.decision import Assign, Escalate, Tag
from rules.draft import Draft
from rules.file.scalars import NAME, read_choice, read_duration, read_pattern
from rules.file.scope import Scope
from rules.file.shape import Shape, read_fields, read_list, read_one_or_more
from rules.file.source import Node, Scalar, Table
from rules.model import Action, Texts
from rules.moves import stand_in
from rules.sections.named import read_texts
from rules.strategies import STRATEGIES

LATER = ("untag", "set", "start", "enroll", "notify", "privacy", "webhook", "snooze", "close")
IN_ENRICH = ("tag", "untag", "set")
_ASSIGN = Shape("assign", ("team", "staff", "strategy"))
_HOLDER = Shape("to", ("team", "staff"))
_ESCALATE = Shape("escalate", ("after", "unless", "to", "reply"), required=("after", "to"))
_TEXT = Shape("reply", ("text",), required=("text",))


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of action. `says` tells what it does."""

    about: str
    read: Callable[[Node, Scope], Any]
    act: Callable[[Any, Draft], None]
    says: Callable[[Any], str]


@dataclass(frozen=True, slots=True)
class Reply:
    """A template by name, or (`template` is `inline`) texts of the rule's own."""

    template: str
    texts: Texts | None = None


@dataclass(frozen=True, slots=True)
class Escalation:
    """What happens when staff has not replied in time."""

    after: timedelta
    to: Assign
    reply: Reply | None


def perform(actions: tuple[Action, ...], draft: Draft) -> None:
    """Run actions in order."""
    for action in actions:
        ACTIONS[action.key].act(action.value, draft)


def describe(action: Action) -> str:
    """An action in words."""
    return ACTIONS[action.key].says(action.value)


def read_actions(node: Node, scope: Scope, *, section: str) -> tuple[Action, ...]:
    """A list of single-key maps, in the order in which they run."""
    items = read_list(node, "`do`", scope)
    if not items and not isinstance(node, Scalar | Table):
        scope.add("BH402", node, "this list of actions is empty")
    actions = [action for item in items for action in _read_action(item, scope, section)]
    _allow_one("reply", "BH403", "a text gets one reply", actions, scope)
    _allow_one("escalate", "BH417", "a rule escalates once", actions, scope)
    return tuple(actions)


def _allow_one(key: str, code: str, why: str, actions: list[Action], scope: Scope) -> None:
    found = [action for action in actions if action.key == key]
    for second in found[1:]:
        scope.add(code, second, f"{why}, and line {found[0].line} does already")


def _read_action(node: Node, scope: Scope, section: str) -> list[Action]:
    fields = read_fields(node, Shape("an action", tuple(ACTIONS), later=LATER), scope)
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


def _read_reply(node: Node, scope: Scope) -> Reply:
    if isinstance(node, Table):
        text = read_fields(node, _TEXT, scope).get("text")
        return Reply("inline", read_texts("", text, scope) if text else {})
    return Reply(scope.refer("templates", node))


def _reply(value: Reply, draft: Draft) -> None:
    draft.reply(value.template, value.texts)


def _read_assign(node: Node, scope: Scope, shape: Shape = _ASSIGN) -> Assign:
    if isinstance(node, Scalar):
        return Assign(team=scope.refer("teams", node))
    fields = read_fields(node, shape, scope)
    if isinstance(node, Table) and ("team" in node.entries) == ("staff" in node.entries):
        hint = scope.suggest(next(iter(node.entries), ""), ("team", "staff"))
        scope.add("BH203", node, f"{shape.what} needs either `team` or `staff`{hint}")
    team, staff, strategy = (fields.get(name) for name in ("team", "staff", "strategy"))
    return Assign(
        scope.refer("teams", team) if team else None,
        read_pattern(staff, NAME, "the handle of a person", scope) if staff else None,
        read_choice(strategy, STRATEGIES, "strategy", scope) if strategy else None,
    )


def _says_assign(value: Assign) -> str:
    strategy = f" ({value.strategy})" if value.strategy else ""
    return f"assign {value.team or value.staff}{strategy}"


def _read_tags(node: Node, scope: Scope) -> tuple[str, ...]:
    items = read_one_or_more(node, "tag", scope)
    return tuple(
        read_pattern(item, NAME, "a tag of letters, digits, - and _", scope) for item in items
    )


def _tag(names: tuple[str, ...], draft: Draft) -> None:
    for name in names:
        draft.tag(Tag(name))


def _read_escalate(node: Node, scope: Scope) -> Escalation:
    fields = read_fields(node, _ESCALATE, scope)
    if "unless" in fields:
        read_choice(fields["unless"], ("staff_replied",), "unless", scope)
    return Escalation(
        read_duration(fields["after"], "after", scope) if "after" in fields else timedelta(hours=1),
        _read_assign(fields["to"], scope, _HOLDER) if "to" in fields else Assign(),
        _read_reply(fields["reply"], scope) if "reply" in fields else None,
    )


def _escalate(value: Escalation, draft: Draft) -> None:
    reply = value.reply
    say = draft.word(reply.template, reply.texts) if reply and not draft.muted else None
    to = stand_in(draft.case.book, value.to, draft.case.facts.at + value.after)
    draft.effects.append(Escalate(draft.rule_id, value.after, to, say))


def _says_escalate(value: Escalation) -> str:
    minutes = int(value.after.total_seconds() // 60)
    reply = f" and reply {value.reply.template}" if value.reply else ""
    return f"after {minutes}m without a reply by staff {_says_assign(value.to)}{reply}"


ACTIONS: Mapping[str, Kind] = MappingProxyType(
    {
        "reply": Kind(
            "Answer with a template, or with texts of its own.",
            _read_reply,
            _reply,
            lambda value: f"reply {value.template}",
        ),
        "assign": Kind(
            "Give the thread to a team or a person, unless it is in someone's hands.",
            _read_assign,
            lambda value, draft: draft.assign(value),
            _says_assign,
        ),
        "tag": Kind(
            "Put tags on the thread.",
            _read_tags,
            _tag,
            lambda names: f"tag {', '.join(names)}",
        ),
        "escalate": Kind(
            "If staff has not replied in time, move the thread and, if wanted, reply.",
            _read_escalate,
            _escalate,
            _says_escalate,
        ),
    }
)
