"""Effects in words, for explanations."""

from collections.abc import Mapping
from types import MappingProxyType

from rules.decision import (
    EVERYTHING,
    AskEnrollment,
    AskPrivacy,
    Assign,
    CallWebhook,
    Close,
    Effect,
    Enroll,
    Escalate,
    Flag,
    Flags,
    Notify,
    OptIn,
    OptOut,
    SaveAttribute,
    Say,
    Snooze,
    Tag,
    Untag,
    WantBack,
)
from rules.units import in_units

_WHY_LOOK: Mapping[Flags, str] = MappingProxyType(
    {
        "doubt": "this may be an opt-out",
        "limit": "answers are withheld, as there were too many",
        "start": "they want texts, which the carrier blocks",
        "guessing": "somebody guesses at codes",
        "unheard": "a text could not reach them",
    }
)


def describe_effect(effect: Effect) -> str:  # noqa: PLR0911, PLR0912 - one line for each effect
    """What an effect does, as a sentence."""
    match effect:
        case Say():
            verb = "withhold" if effect.withheld else "say"
            return f"{verb} {effect.template} ({effect.kind}, {effect.language}): {effect.text}"
        case OptOut():
            return f"opt the contact out{_of(effect.scope)}"
        case OptIn():
            return f"opt the contact in again{''.join(map(_of, effect.scopes))}"
        case WantBack():
            return "note that they want texts again, once the carrier lets them through"
        case AskPrivacy():
            return f"open a privacy request: {effect.kind}"
        case Flag():
            return f"show staff that {_WHY_LOOK[effect.name]}"
        case Assign():
            strategy = f" ({effect.strategy})" if effect.strategy else ""
            return f"assign to {effect.team or effect.staff}{strategy}"
        case Tag():
            return f"tag {effect.name}"
        case Untag():
            return f"take off the tag {effect.name}"
        case SaveAttribute():
            return f"save {effect.name}"
        case Escalate():
            after, to = in_units(effect.after), effect.to.team or effect.to.staff
            return f"in {after} without a reply by staff, to {to}"
        case Notify():
            return f"tell {effect.team or effect.staff} by {', '.join(effect.by)}"
        case CallWebhook():
            return f"tell the webhook {effect.name}"
        case Snooze():
            return f"put the thread aside for {in_units(effect.length)}"
        case Close():
            return "close the thread"
        case AskEnrollment():
            return f"ask for YES to enroll with {effect.code}"
        case Enroll():
            return f"enroll with {effect.code} into {effect.group}"


def _of(scope: str) -> str:
    """A scope in words; of everything none are needed."""
    return "" if scope == EVERYTHING else f" of {scope.replace(':', ' ')}"
