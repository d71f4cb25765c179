"""Two replies to one text: a route that replies and goes on, and a later one that may as well.

Where it is proved that no text meets both, all is well.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from rules.actions.table import ASKS
from rules.file.scope import Scope
from rules.lint.line_up import MARKED, LineUp, Stand
from rules.lint.shadowed import Above
from rules.model import Action, Condition, Rule
from rules.proving.forms import Form
from rules.proving.prover import Prover

_SAYS = ("reply", *ASKS)
_CHANGES = ("tag", "untag", "set", "close")


@dataclass(frozen=True, slots=True)
class _Replied:
    """A route that replies and goes on. `known`: what is known of a text once it has acted.

    `unmarked` is what still is, once others have changed tags and attributes; `changes`: how many
    rules had done so by then, itself included.
    """

    rule: Rule
    known: Form
    unmarked: Form
    changes: int


def check_second_replies(lined_up: LineUp, fallback: Rule, prover: Prover, scope: Scope) -> None:
    """Note each action that may reply to a text a second time, and what replied before."""
    above = Above(lined_up, prover)
    replied: list[_Replied] = []
    changes = 0
    last = Stand(fallback, (), sum(stand.rule.goes_on for stand in lined_up.routes))
    for stand in (*lined_up.routes, last):
        says = _saying(stand)
        first = _first_to_reply(stand, replied, changes, above, prover) if says else None
        if first and says:
            message = f"'{first.id}' in line {first.line} may have replied already, and goes on"
            scope.add("BH403", says, message)
        above.add(stand)
        if stand.form is None or (stand.rule.goes_on and _changes(stand.rule)):
            changes += 1
        if stand.form is not None and stand.rule.goes_on and says:
            replied.append(_after(stand.rule, stand.form, changes))


def _saying(stand: Stand) -> Action | None:
    """The first action that replies or asks."""
    if stand.form is None or stand.rule.is_shadow:
        return None
    return next((action for action in stand.rule.do if action.key in _SAYS), None)


def _first_to_reply(
    stand: Stand, replied: list[_Replied], changes: int, above: Above, prover: Prover
) -> Rule | None:
    """The first route that may have replied to a text which then comes to `stand`."""
    for one in replied:
        known = one.known if one.changes == changes else one.unmarked
        form = (*known, *(stand.form or ()))
        if not prover.clash(form) and above.taker_of(form, stand) is None:
            return None if prover.is_worn_out else one.rule
    return None


def _after(rule: Rule, form: Form, changes: int) -> _Replied:
    unmarked = _unmarked(form)
    known = (*unmarked, *_marks(rule)) if _changes(rule) else form
    return _Replied(rule, known, unmarked, changes)


def _changes(rule: Rule) -> bool:
    return any(action.key in _CHANGES for action in rule.do)


def _unmarked(form: Form) -> Form:
    """What a form says of all but tags and attributes."""
    return tuple(part for condition in form for part in _unmarked_one(condition))


def _unmarked_one(condition: Condition) -> Iterator[Condition]:
    if condition.key == "any":
        branches = tuple(_unmarked(branch) for branch in condition.value)
        if () not in branches:
            yield Condition("any", branches, condition.line, condition.col)
    elif (condition.value[0].key if condition.key == "not" else condition.key) not in MARKED:
        yield condition


def _marks(rule: Rule) -> Iterator[Condition]:
    """What a rule leaves behind: tags on, tags off, attributes."""
    tags: dict[str, Condition] = {}
    values: dict[str, Condition] = {}
    for action in rule.do:
        place = action.line, action.col
        if action.key in ("tag", "untag"):
            for name in action.value:
                has = Condition("tag", (name,), *place)
                tags[name] = has if action.key == "tag" else Condition("not", (has,), *place)
        elif action.key == "set":
            for name, value in action.value.items():
                values[name] = Condition("sender", {name: (value,)}, *place)
        elif action.key == "close":
            tags.clear()
    yield from (*tags.values(), *values.values())
