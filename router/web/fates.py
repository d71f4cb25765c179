"""What became of a message, in words: its state, and the reason where there is one."""

STATES = {
    "queued": "Waiting to be sent",
    "held": "Waits",
    "sending": "Sending",
    "unknown": "Being checked with the carrier",
    "review": "Not known whether it was sent",
    "accepted": "Sent",
    "sent": "Sent",
    "delivered": "Delivered",
    "read": "Read",
    "undelivered": "Not delivered",
    "failed": "Failed",
    "suppressed": "Not sent",
    "canceled": "Not sent: it was overtaken before it left",
}
REASONED = {
    ("held", "doubt"): "Waits: a text of theirs may be an opt-out",
    ("held", "quiet_hours"): "Waits out the quiet hours where they are",
    ("held", "retry"): "Not delivered: it is sent once more in a few minutes",
    ("suppressed", "opted_out"): "Not sent: this person has opted out",
    ("suppressed", "limit"): "Held back: too many automatic replies",
    ("suppressed", "no_consent"): "Not sent: no consent to texts of this kind is recorded",
    ("canceled", "opted_out"): "Not sent: they opted out before it left",
    ("canceled", "too_late"): "Not sent: it would have come too late",
    ("canceled", "doubt"): "Not sent: a text of theirs was in doubt for too long",
    ("canceled", "erasure"): "Not sent: their data was being deleted",
    ("canceled", "number left the rulebook"): "Not sent: the number left the rulebook",
    ("review", "code"): "Not known whether this code was sent: codes are not sent twice",
    ("review", "log lags"): "Not known whether it was sent: the carrier's log does not tell",
    ("review", "overtaken"): "Not known whether it was sent, and later texts have left since",
    ("review", "number left the rulebook"): (
        "Not known whether it was sent: the number left the rulebook"
    ),
}
OBJECTED = "Not sent: they want no texts of this kind"
TONES = {
    "queued": "waiting",
    "held": "held",
    "sending": "waiting",
    "unknown": "doubtful",
    "review": "doubtful",
    "accepted": "sent",
    "sent": "sent",
    "delivered": "done",
    "read": "done",
    "undelivered": "bad",
    "failed": "bad",
    "suppressed": "bad",
    "canceled": "bad",
}
KINDS = {
    "reply": "Automatic reply",
    "question": "Automatic question",
    "compliance": "Built-in answer",
    "code": "Built-in answer",
}


def fate_words(
    state: str, reason: str | None = None, purpose: str | None = None, topic: str | None = None
) -> str:
    """What became of a message.

    >>> fate_words("suppressed", "limit"), fate_words("queued", "quiet_hours")
    ('Held back: too many automatic replies', 'Waiting to be sent')
    """
    if (state, reason) == ("suppressed", "opted_out") and (topic or purpose == "marketing"):
        return OBJECTED
    return REASONED.get((state, reason or ""), STATES.get(state, state))


def purpose_words(purpose: str | None, topic: str | None) -> str:
    """What a message is for, where it is more than an answer; else nothing.

    >>> purpose_words("service", "ads"), purpose_words("answer", None)
    ('About ads', '')
    """
    if topic:
        return f"About {topic}"
    return {"service": "Service text", "marketing": "Marketing"}.get(purpose or "", "")
