"""The actions that say or ask something: reply, start, enroll, privacy."""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import cast

from rules import asking, enrolling
from rules.actions.kind import Kind
from rules.draft import Draft, PrivacyKind
from rules.file.scalars import read_choice
from rules.file.scope import Scope
from rules.file.shape import Shape, read_fields
from rules.file.source import Node, Table
from rules.model import Texts
from rules.schema import forms, maps
from rules.sections.named import TEXTS, read_texts

PRIVACY = ("delete", "access", "correct")
_TEXT = Shape(
    "reply", {"text": forms.described(TEXTS, "Texts of the rule's own.")}, required=("text",)
)
REPLY = forms.either(forms.name(), maps.map_of(_TEXT))


@dataclass(frozen=True, slots=True)
class Reply:
    """A template by name, or (`template` is `inline`) texts of the rule's own."""

    template: str
    texts: Texts | None = None


def read_reply(node: Node, scope: Scope) -> Reply:
    """A reply as written."""
    if isinstance(node, Table):
        text = read_fields(node, _TEXT, scope).get("text")
        return Reply("inline", read_texts("", text, scope) if text else {})
    return Reply(scope.refer("templates", node))


def _start(name: str, draft: Draft) -> None:
    """Begin a dialog, unless rules may not, or its questions could not be sent."""
    if not (draft.muted or draft.case.facts.opted_out):
        asking.begin(draft, name)


def _read_enroll(node: Node, scope: Scope) -> str:
    code = scope.refer("enrollments", node)
    scope.enrolling.add(code)
    return code


def _enroll(code: str, draft: Draft) -> None:
    """Enroll as if the contact had texted the code, under the same conditions as `start`."""
    if not (draft.muted or draft.case.facts.opted_out):
        enrolling.take_code(draft, draft.case.book.enrollments[code])


def _ask_privacy(kind: str, draft: Draft) -> None:
    draft.ask_privacy(cast(PrivacyKind, kind))


KINDS: Mapping[str, Kind] = MappingProxyType(
    {
        "reply": Kind(
            "Answer with a template, or with texts of its own.",
            read_reply,
            lambda value, draft: draft.reply(value.template, value.texts),
            lambda value: f"reply {value.template}",
            REPLY,
        ),
        "start": Kind(
            "Begin a dialog with its first question.",
            lambda node, scope: scope.refer("dialogs", node),
            _start,
            lambda name: f"start {name}",
            forms.name(),
        ),
        "enroll": Kind(
            "Enroll the sender, as if they had texted the code.",
            _read_enroll,
            _enroll,
            lambda code: f"enroll {code}",
            forms.name(),
        ),
        "privacy": Kind(
            "Start the built-in way of a privacy request: delete, access or correct.",
            lambda node, scope: read_choice(node, PRIVACY, "privacy", scope),
            _ask_privacy,
            lambda kind: f"start a privacy request: {kind}",
            forms.choice(PRIVACY),
        ),
    }
)
