"""Effects in words, for explanations."""

from rules.decision import (
    AskEnrollment,
    AskPrivacy,
    Assign,
    Effect,
    Enroll,
    Escalate,
    Flag,
    OptIn,
    OptOut,
    SaveAttribute,
    Say,
    Tag,
)


def describe_effect(effect: Effect) -> str:  # noqa: PLR0911 - one line for each effect
    """What an effect does, as a sentence."""
    match effect:
        case Say():
            return f"say {effect.template} ({effect.kind}, {effect.language}): {effect.text}"
        case OptOut():
            return "opt the contact out"
        case OptIn():
            return "opt the contact in again"
        case AskPrivacy():
            return f"open a privacy request: {effect.kind}"
        case Flag():
            return "show staff that this may be an opt-out"
        case Assign():
            strategy = f" ({effect.strategy})" if effect.strategy else ""
            return f"assign to {effect.team or effect.staff}{strategy}"
        case Tag():
            return f"tag {effect.name}"
        case SaveAttribute():
            return f"save {effect.name}"
        case Escalate():
            minutes = int(effect.after.total_seconds() // 60)
            return f"in {minutes}m without a reply by staff, to {effect.to.team or effect.to.staff}"
        case AskEnrollment():
            return f"ask for YES to enroll with {effect.code}"
        case Enroll():
            return f"enroll with {effect.code} into {effect.group}"
