"""What a test may expect of a step, and how each is checked.

A check answers with what is wrong, or with nothing. To add one: a function and a row of `EXPECTED`.
"""

from collections.abc import Callable, Collection, Mapping
from types import MappingProxyType

from rules.decision import (
    AskEnrollment,
    AskPrivacy,
    CallWebhook,
    Enroll,
    Escalate,
    Notify,
    SaveAttribute,
    Snooze,
    Tag,
    Untag,
)
from rules.model import Rulebook
from rules.rehearsal.pretending import Outcome
from rules.units import in_units

Check = Callable[[tuple[str, ...], Outcome, Rulebook], str]


def _wants(what: str, wanted: Collection[str], found: Collection[str]) -> str:
    """Nothing where all that is wanted was found; `none` wants that nothing was."""
    if set(wanted) == {"none"} and not found:
        return ""
    missing = [value for value in wanted if value not in found]
    if not missing:
        return ""
    return f"{what} should be {', '.join(missing)}, but is {', '.join(sorted(found)) or 'none'}"


def _acted(outcome: Outcome) -> list[str]:
    return [rule.id for rule in outcome.decision.rules] if outcome.decision else []


def _holder(outcome: Outcome) -> list[str]:
    after = outcome.after
    person = after.last_assignee if after.claimed else outcome.person
    return ([person] if person else []) + ([after.team] if after.team else [])


def _not_rule(values: tuple[str, ...], outcome: Outcome, _book: Rulebook) -> str:
    wrong = [value for value in values if value in _acted(outcome)]
    return f"{', '.join(wrong)} should not have acted" if wrong else ""


def _keyword(values: tuple[str, ...], outcome: Outcome, _book: Rulebook) -> str:
    found = [outcome.decision.keyword.value] if outcome.decision else []
    return _wants("keyword", values, found)


def _enrollment(values: tuple[str, ...], outcome: Outcome, _book: Rulebook) -> str:
    asked = [e.code for e in outcome.effects if isinstance(e, AskEnrollment)]
    code = outcome.decision.code if outcome.decision else None
    return _wants("enrollment", values, asked + ([code] if code else []))


def _dialog(values: tuple[str, ...], outcome: Outcome, _book: Rulebook) -> str:
    return _wants("dialog", values, [outcome.after.dialog.name] if outcome.after.dialog else [])


def _escalate(values: tuple[str, ...], outcome: Outcome, _book: Rulebook) -> str:
    to = [e.to.team or e.to.staff or "" for e in outcome.effects if isinstance(e, Escalate)]
    return _wants("escalate", values, to)


def _notify(values: tuple[str, ...], outcome: Outcome, _book: Rulebook) -> str:
    told = [e.team or e.staff or "" for e in outcome.effects if isinstance(e, Notify)]
    return _wants("notify", values, told)


def _set(values: tuple[str, ...], outcome: Outcome, _book: Rulebook) -> str:
    saved = [f"{e.name}={e.value}" for e in outcome.effects if isinstance(e, SaveAttribute)]
    return _wants("set", values, saved)


def _tag(values: tuple[str, ...], outcome: Outcome, _book: Rulebook) -> str:
    """The tags put on now, and those that the thread has; `none`: none were put on."""
    put_on = [e.name for e in outcome.effects if isinstance(e, Tag)]
    return _wants("tag", values, put_on if values == ("none",) else [*put_on, *outcome.after.tags])


def _close(values: tuple[str, ...], outcome: Outcome, _book: Rulebook) -> str:
    is_closed = outcome.after.state == "closed"
    if (values == ("true",)) == is_closed:
        return ""
    return f"close should be {values[0]}, but the thread is {outcome.after.state}"


def _nothing(values: tuple[str, ...], outcome: Outcome, _book: Rulebook) -> str:
    said = [say.template for say in outcome.said]
    before = (outcome.before.team, outcome.before.claimed)
    moved = before != (outcome.after.team, outcome.after.claimed)
    happened = [f"said {name}" for name in said] + (["changed hands"] if moved else [])
    if (values == ("true",)) == (not happened):
        return ""
    return f"nothing should be {values[0]}, but: {', '.join(happened) or 'nothing happened'}"


EXPECTED: Mapping[str, Check] = MappingProxyType(
    {
        "rule": lambda values, outcome, _: _wants("rule", values, _acted(outcome)),
        "not_rule": _not_rule,
        "keyword": _keyword,
        "enrollment": _enrollment,
        "enrolled": lambda values, outcome, _: _wants(
            "enrolled", values, [e.code for e in outcome.effects if isinstance(e, Enroll)]
        ),
        "assign": lambda values, outcome, _: _wants("assign", values, _holder(outcome)),
        "reply": lambda values, outcome, _: _wants(
            "reply", values, [say.template for say in outcome.said]
        ),
        "tag": _tag,
        "set": _set,
        "dialog": _dialog,
        "privacy": lambda values, outcome, _: _wants(
            "privacy", values, [e.kind for e in outcome.effects if isinstance(e, AskPrivacy)]
        ),
        "escalate": _escalate,
        "notify": _notify,
        "webhook": lambda values, outcome, _: _wants(
            "webhook", values, [e.name for e in outcome.effects if isinstance(e, CallWebhook)]
        ),
        "untag": lambda values, outcome, _: _wants(
            "untag", values, [e.name for e in outcome.effects if isinstance(e, Untag)]
        ),
        "snooze": lambda values, outcome, _: _wants(
            "snooze", values, [in_units(e.length) for e in outcome.effects if isinstance(e, Snooze)]
        ),
        "close": _close,
        "nothing": _nothing,
    }
)
