"""The actions about who has the thread, who is told, and for how long: assign and its kin."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from types import MappingProxyType
from typing import cast

from rules.actions.kind import Kind
from rules.actions.saying import REPLY, Reply, read_reply
from rules.decision import Assign, CallWebhook, Escalate, NoticeBy, Notify
from rules.draft import Draft
from rules.file.scalars import NAME, read_choice, read_duration, read_pattern, read_truth
from rules.file.scope import Scope
from rules.file.shape import Shape, read_fields, read_one_or_more
from rules.file.source import Node, Scalar, Table
from rules.moves import stand_in
from rules.schema import forms, maps
from rules.strategies import STRATEGIES
from rules.units import in_units

NOTICES: tuple[NoticeBy, ...] = ("sms", "email", "push")


def _holder(shape: Shape) -> forms.Form:
    """A team by name, or a map with either `team` or `staff`."""
    return forms.either(forms.name(), maps.map_of(shape, **maps.either_key("team", "staff")))


_WHO = {"team": forms.name("A team."), "staff": forms.name("A person, by handle.")}
_STRATEGY = forms.choice(STRATEGIES, "Stands in for the team's own.")
_BY = forms.one_or_more(forms.choice(NOTICES), "How they are told; by sms, if left out.")
_ASSIGN = Shape("assign", {**_WHO, "strategy": _STRATEGY})
_HOLDER = Shape("to", _WHO)
_NOTIFY = Shape("notify", {**_WHO, "by": _BY})
_ESCALATE = Shape(
    "escalate",
    {
        "after": forms.duration("How long staff has."),
        "unless": forms.choice(("staff_replied",), "Says so in the open; the only choice."),
        "to": forms.described(_holder(_HOLDER), "Who gets the thread then."),
        "reply": forms.described(REPLY, "What is said then."),
    },
    required=("after", "to"),
)


@dataclass(frozen=True, slots=True)
class Escalation:
    """What happens when staff has not replied in time."""

    after: timedelta
    to: Assign
    reply: Reply | None


@dataclass(frozen=True, slots=True)
class Notice:
    """Who is told, and how."""

    to: Assign
    by: tuple[NoticeBy, ...]


def _read_holder(node: Node, scope: Scope, shape: Shape) -> Assign:
    """A team by name, or a map with either `team` or `staff`."""
    if isinstance(node, Scalar):
        return Assign(team=scope.refer("teams", node))
    fields = read_fields(node, shape, scope)
    if isinstance(node, Table) and ("team" in node.entries) == ("staff" in node.entries):
        first = next(iter(node.entries), "team")
        hint = "" if first in shape.keys else scope.suggest(first, ("team", "staff"))
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


def _read_escalate(node: Node, scope: Scope) -> Escalation:
    fields = read_fields(node, _ESCALATE, scope)
    if "unless" in fields:
        read_choice(fields["unless"], ("staff_replied",), "unless", scope)
    return Escalation(
        read_duration(fields["after"], "after", scope) if "after" in fields else timedelta(hours=1),
        _read_holder(fields["to"], scope, _HOLDER) if "to" in fields else Assign(),
        read_reply(fields["reply"], scope) if "reply" in fields else None,
    )


def _escalate(value: Escalation, draft: Draft) -> None:
    reply = value.reply
    say = draft.word(reply.template, reply.texts) if reply and not draft.muted else None
    to = stand_in(draft.case.book, value.to, draft.case.facts.at + value.after)
    draft.effects.append(Escalate(draft.rule_id, value.after, to, say))


def _says_escalate(value: Escalation) -> str:
    reply = f" and reply {value.reply.template}" if value.reply else ""
    return f"after {in_units(value.after)} without a reply by staff {_says_assign(value.to)}{reply}"


def _read_notify(node: Node, scope: Scope) -> Notice:
    if isinstance(node, Scalar):
        return Notice(_read_holder(node, scope, _HOLDER), NOTICES[:1])
    fields = read_fields(node, _NOTIFY, scope)
    by = read_one_or_more(fields["by"], "by", scope) if "by" in fields else []
    ways = dict.fromkeys(read_choice(item, NOTICES, "by", scope) for item in by)
    return Notice(
        _read_holder(node, scope, _NOTIFY),
        tuple(cast(NoticeBy, way) for way in ways) or NOTICES[:1],
    )


def _notify(value: Notice, draft: Draft) -> None:
    """Tell whoever is there in the place of a team that is not at work, as `assign` does."""
    to = stand_in(draft.case.book, value.to, draft.case.facts.at)
    draft.effects.append(Notify(draft.rule_id, to.team, to.staff, value.by))


def _call_webhook(name: str, draft: Draft) -> None:
    draft.effects.append(CallWebhook(draft.rule_id, name))


def _read_close(node: Node, scope: Scope) -> bool:
    return read_truth(node, "close", scope, allowed=("true",))


KINDS: Mapping[str, Kind] = MappingProxyType(
    {
        "assign": Kind(
            "Give the thread to a team or a person, unless it is in someone's hands.",
            lambda node, scope: _read_holder(node, scope, _ASSIGN),
            lambda value, draft: draft.assign(value),
            _says_assign,
            _holder(_ASSIGN),
        ),
        "escalate": Kind(
            "If staff has not replied in time, move the thread and, if wanted, reply.",
            _read_escalate,
            _escalate,
            _says_escalate,
            maps.map_of(_ESCALATE),
        ),
        "notify": Kind(
            "Tell a team or a person by sms, email or push.",
            _read_notify,
            _notify,
            lambda value: f"notify {value.to.team or value.to.staff} by {', '.join(value.by)}",
            _holder(_NOTIFY),
        ),
        "webhook": Kind(
            "Tell one of the webhooks about the text.",
            lambda node, scope: scope.refer("webhooks", node),
            _call_webhook,
            lambda name: f"tell the webhook {name}",
            forms.name(),
        ),
        "snooze": Kind(
            "Put the thread aside for a length of time; their next text wakes it before.",
            lambda node, scope: read_duration(node, "snooze", scope),
            lambda length, draft: draft.snooze(length),
            lambda length: f"snooze for {in_units(length)}",
            forms.duration("", "2h"),
        ),
        "close": Kind(
            "Close the thread.",
            _read_close,
            lambda _, draft: draft.close(),
            lambda _: "close the thread",
            forms.always(True),
        ),
    }
)
