"""The section `dialogs`: reading dialogs, their steps and their choices."""

from datetime import timedelta

from rules.actions.table import read_actions
from rules.expecting.table import EXPECTATIONS
from rules.file.scalars import ATTRIBUTE, ID, read_choice, read_count, read_duration, read_pattern
from rules.file.scope import Scope
from rules.file.shape import Fields, Shape, read_fields, read_list, read_named
from rules.file.source import Items, Node, Scalar, Table
from rules.heard import Phrase
from rules.model import Dialog, Step
from rules.schema import forms, maps
from rules.sections.named import read_by_language, read_name
from rules.sections.phrases import read_phrases

_ENDS = ("done", "cancel", "handover")
_WITH_CHOICES = ("choice",)
_WITH_ANSWERS = ("choice", "yes_no")
INTERRUPTING = ("protect", "routes")
_CHOICE = forms.either(forms.shared("phrases"), maps.by_language(forms.shared("phrases")))
_STEP = Shape(
    "a step",
    {
        "id": forms.identifier("What `else` and `on` call this step by."),
        "ask": forms.name("The template that asks."),
        "expect": forms.choice(EXPECTATIONS, "What answers it."),
        "save": forms.attribute("The name that the answer is kept under."),
        "choices": maps.named(
            _CHOICE,
            "The answers, each with its phrases (by language, if you like).",
            what="answer",
            names=None,
            minProperties=1,
        ),
        "retries": forms.count("How often it is asked again; once, if left out.", least=0),
        "else": forms.described(
            forms.either(forms.choice(_ENDS[1:]), forms.identifier()),
            "What follows once no answer has fitted: an end, or a step.",
        ),
        "on": maps.named(
            forms.either(forms.choice(_ENDS), forms.identifier()),
            "Leads from an answer to an end or a step.",
            what="answer",
            names=None,
        ),
    },
    required=("id", "ask", "expect"),
)
_DIALOG = Shape(
    "a dialog",
    {
        "expires": forms.duration("How long after its last question it ends by itself.", "24h"),
        "interrupted_by": forms.described(
            forms.either(forms.choice(INTERRUPTING), forms.list_of(forms.choice(INTERRUPTING))),
            "Which rules a text may match instead of answering.",
        ),
        "steps": forms.list_of(
            maps.map_of(
                _STEP,
                allOf=[
                    maps.goes_with("choices", "expect", _WITH_CHOICES, needed=True),
                    maps.goes_with("on", "expect", _WITH_ANSWERS),
                ],
            ),
            "Questions, top to bottom.",
            least=1,
        ),
        "done": forms.shared("actions", "What is done at the end."),
    },
    required=("steps",),
)
DIALOGS = maps.named(maps.map_of(_DIALOG), "Questions asked one after the other.", what="dialog")


def read_dialogs(node: Node | None, scope: Scope) -> dict[str, Dialog]:
    """The section `dialogs`."""
    return {
        key.text: _read_dialog(read_name(key, scope), value, scope)
        for key, value in read_named(node, "dialogs", scope)
    }


def _read_dialog(name: str, node: Node, scope: Scope) -> Dialog:
    fields = read_fields(node, _DIALOG, scope)
    expires, by = fields.get("expires"), fields.get("interrupted_by")
    sections = by.items if isinstance(by, Items) else [by] if by else []
    done = fields.get("done")
    return Dialog(
        name,
        _read_steps(fields["steps"], scope) if "steps" in fields else (),
        read_actions(done, scope, section="routes") if done else (),
        read_duration(expires, "expires", scope) if expires else timedelta(hours=24),
        tuple(read_choice(item, INTERRUPTING, "interrupted_by", scope) for item in sections)
        if by
        else ("protect",),
    )


def _read_steps(node: Node, scope: Scope) -> tuple[Step, ...]:
    items = read_list(node, "steps", scope)
    if isinstance(node, Items) and not items:
        scope.add("BH205", node, "steps must not be empty")
    ids = _read_ids(items, scope)
    return tuple(_read_step(item, ids, scope) for item in items)


def _read_ids(items: list[Node], scope: Scope) -> list[str]:
    ids: list[str] = []
    for item in items:
        entry = item.entries.get("id") if isinstance(item, Table) else None
        if entry and isinstance(entry[1], Scalar):
            if entry[1].text in ids:
                scope.add("BH302", entry[1], f"there is a step '{entry[1].text}' already")
            elif entry[1].text in _ENDS:
                message = f"`else` and `on` mean something else by '{entry[1].text}'; rename it"
                scope.add("BH206", entry[1], message)
            ids.append(entry[1].text)
    return ids


def _read_step(node: Node, ids: list[str], scope: Scope) -> Step:
    fields = read_fields(node, _STEP, scope)
    expect = _read_expect(fields, scope)
    choices = _read_choices(fields, expect, node, scope)
    retries, otherwise, save = fields.get("retries"), fields.get("else"), fields.get("save")
    saved = (
        read_pattern(save, ATTRIBUTE, "a name of letters, digits and _", scope) if save else None
    )
    if saved:
        scope.saves.add(saved)
    return Step(
        id=read_pattern(fields["id"], ID, "an id of a-z, 0-9 and -", scope)
        if "id" in fields
        else "",
        ask=scope.refer("templates", fields["ask"]) if "ask" in fields else "",
        expect=expect,
        save=saved,
        choices=choices,
        retries=read_count(retries, "retries", scope, least=0) if retries else 1,
        otherwise=_read_target(otherwise, ("handover", "cancel", *ids), "else", scope),
        on=_read_on(fields, expect, choices, ids, scope),
        line=node.line,
        col=node.col,
    )


def _read_expect(fields: Fields, scope: Scope) -> str:
    node = fields.get("expect")
    return read_choice(node, tuple(EXPECTATIONS), "expect", scope) if node else "text"


def _read_choices(
    fields: Fields, expect: str, step: Node, scope: Scope
) -> dict[str, tuple[Phrase, ...]]:
    node = fields.get("choices")
    if (node is not None) != (expect == "choice"):
        message = "`choices` go with `expect: choice`, and it needs them"
        scope.add("BH203" if node is None else "BH201", node or step, message)
    if isinstance(node, Table) and not node.entries:
        scope.add("BH205", node, "choices must not be empty")
    found: dict[str, tuple[Phrase, ...]] = {}
    owners: dict[str, str] = {}
    for key, value in read_named(node, "choices", scope):
        found[key.text] = _read_choice(value, scope)
        for phrase in found[key.text]:
            owner = owners.setdefault(phrase.run, key.text)
            if owner != key.text:
                scope.add("BH302", key, f"'{phrase.text}' is a phrase of '{owner}' already")
    return found


def _read_choice(node: Node, scope: Scope) -> tuple[Phrase, ...]:
    if isinstance(node, Table) and "exact" not in node.entries:
        groups = read_by_language(node, scope)
        return tuple(phrase for group in groups.values() for phrase in group)
    return read_phrases(node, "a phrase", scope)


def _read_target(node: Node | None, allowed: tuple[str, ...], what: str, scope: Scope) -> str:
    return read_choice(node, allowed, what, scope) if node else "handover"


def _read_on(
    fields: Fields,
    expect: str,
    choices: dict[str, tuple[Phrase, ...]],
    ids: list[str],
    scope: Scope,
) -> dict[str, str]:
    node = fields.get("on")
    if node and expect not in _WITH_ANSWERS:
        scope.add("BH201", node, "`on` goes with `expect: choice` or `expect: yes_no` only")
    answers = tuple(choices) if expect == "choice" else ("yes", "no")
    targets = (*_ENDS, *ids)
    return {
        read_choice(key, answers, "an answer", scope): _read_target(value, targets, "on", scope)
        for key, value in read_named(node, "on", scope)
    }
