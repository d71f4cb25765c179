"""The sections `protect`, `enrich`, `routes` and `fallback`: reading rules."""

import re
from datetime import date

from rules.actions.table import read_actions
from rules.conditions.table import read_conditions
from rules.file.scalars import (
    ID,
    read_choice,
    read_day,
    read_pattern,
    read_sentence,
    read_text,
)
from rules.file.scope import Scope
from rules.file.shape import Fields, Shape, read_any_number, read_fields, read_list
from rules.file.source import Node, Scalar, Table
from rules.model import Example, Rule, Section
from rules.schema import forms, maps

MODES = ("live", "shadow")
_PERCENT = re.compile(r"(?:[1-9]\d?|100)\s?%\Z", re.ASCII)
_WHY = forms.text("Why it is so, for those who come after you.")
_EXAMPLES = Shape(
    "examples",
    {
        "yes": forms.any_number(forms.text(), "Texts that this rule must act on."),
        "no": forms.any_number(forms.text(), "Texts that this rule must not match."),
    },
)
_REQUIRED = ("id", "match", "do")
_EVERYWHERE: dict[str, forms.Form] = {
    "id": forms.identifier("What decisions and tests call it by."),
    "match": forms.shared("conditions", "When: all of these conditions hold."),
    "do": forms.shared("actions", "What is done, in order."),
    "why": _WHY,
    "examples": maps.map_of(_EXAMPLES, "Checked whenever the file loads."),
    "mode": forms.choice(MODES, "shadow: it is recorded, and never acts."),
    "rollout": forms.spelled(
        _PERCENT,
        "The share of the contacts for whom it is in force.",
        says="this must be a share from 1% to 100%",
        examples=("10%",),
    ),
    "expires": forms.day("The last day on which it is in force."),
}
_MARKING = {**_EVERYWHERE, "do": forms.shared("marks", "What is marked.")}
_RULE = Shape(
    "a rule",
    {**_EVERYWHERE, "then": forms.choice(("continue",), "The rules below are tried as well.")},
    required=_REQUIRED,
)
_FALLBACK = Shape(
    "the fallback",
    {"do": forms.shared("actions", "What is done; it should `assign`."), "why": _WHY},
    required=("do",),
)
PROTECT = forms.list_of(
    maps.map_of(Shape("a rule", _EVERYWHERE, required=_REQUIRED)),
    "Rules above codes and dialogs, for words that must never wait.",
)
ENRICH = forms.list_of(
    maps.map_of(Shape("a rule", _MARKING, required=_REQUIRED)),
    "Rules that add to what is known; every one that matches does.",
)
ROUTES = forms.list_of(maps.map_of(_RULE), "The first that matches decides.")
FALLBACK = maps.map_of(_FALLBACK, "The rule for every other text.")


def read_rules(node: Node | None, section: Section, scope: Scope) -> tuple[Rule, ...]:
    """One section of rules, top to bottom."""
    items = read_list(node, f"`{section}`", scope) if node else []
    return tuple(_read_rule(item, section, scope) for item in items)


def _read_rule(node: Node, section: Section, scope: Scope) -> Rule:
    fields = read_fields(node, _RULE, scope)
    place = fields.get("id", node)
    return Rule(
        id=_read_id(fields, scope),
        section=section,
        line=place.line,
        match=read_conditions(fields["match"], scope) if "match" in fields else (),
        do=read_actions(fields["do"], scope, section=section) if "do" in fields else (),
        why=read_text(fields["why"], "why", scope) if "why" in fields else "",
        examples=_read_examples(fields.get("examples"), scope),
        col=place.col,
        goes_on=_read_then(fields.get("then"), section, scope),
        is_shadow=_read_mode(fields.get("mode"), scope) == "shadow",
        rollout=_read_rollout(fields.get("rollout"), scope),
        expires=_read_expires(fields, scope),
    )


def _read_then(node: Node | None, section: Section, scope: Scope) -> bool:
    if node is None:
        return False
    if section != "routes":
        message = "`then` is for routes: in `protect` the first match decides, in `enrich` all"
        scope.add("BH415", node, message)
    return read_choice(node, ("continue",), "then", scope) == "continue"


def _read_mode(node: Node | None, scope: Scope) -> str:
    return read_choice(node, MODES, "mode", scope) if node else "live"


def _read_rollout(node: Node | None, scope: Scope) -> int:
    if node is None:
        return 100
    text = read_pattern(node, _PERCENT, "a share from 1% to 100%", scope)
    return int(text.rstrip("% ")) if _PERCENT.match(text) else 100


def _read_expires(fields: Fields, scope: Scope) -> date | None:
    node, name = fields.get("expires"), fields.get("id")
    if node is None:
        return None
    day = read_day(node, "expires", scope)
    scope.end(node, day, f"the rule '{name.text}'" if isinstance(name, Scalar) else "this rule")
    return day


def _read_id(fields: Fields, scope: Scope) -> str:
    node = fields.get("id")
    if node is None:
        return ""
    rule_id = read_pattern(node, ID, "an id of a-z, 0-9 and -", scope)
    if rule_id == "fallback":
        scope.add("BH302", node, "`fallback` is the id of the fallback")
    return rule_id


def _read_examples(node: Node | None, scope: Scope) -> tuple[Example, ...]:
    fields = read_fields(node, _EXAMPLES, scope) if node else {}
    return tuple(
        Example(read_sentence(item, "an example", scope), name == "yes", item.line, item.col)
        for name, value in fields.items()
        for item in read_any_number(value)
    )


def read_fallback(root: Table, scope: Scope) -> Rule:
    """The rule for every text that no other rule took."""
    entry = root.entries.get("fallback")
    if entry is None:
        return Rule("fallback", "fallback", 1, (), ())
    fields = read_fields(entry[1], _FALLBACK, scope)
    do = read_actions(fields["do"], scope, section="fallback") if "do" in fields else ()
    why = read_text(fields["why"], "why", scope) if "why" in fields else ""
    return Rule("fallback", "fallback", entry[0].line, (), do, why, col=entry[0].col)


def check_ids(sections: tuple[tuple[Rule, ...], ...], scope: Scope) -> None:
    """No two rules of a book have the same id."""
    lines: dict[str, int] = {}
    for rule in (rule for section in sections for rule in section if rule.id):
        if rule.id in lines:
            scope.add(
                "BH302", rule, f"there is a rule '{rule.id}' in line {lines[rule.id]} already"
            )
        lines.setdefault(rule.id, rule.line)
