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
    ("held", "retry"): "Not delivered yet",
    ("queued", "sent again"): "Waiting to be sent again",
    ("queued", "account refused"): "Waiting: the carrier refuses our account",
    ("sent", "taken as sent"): "Taken as sent, as staff decided",
    ("suppressed", "opted_out"): "Not sent: this person has opted out",
    ("suppressed", "limit"): "Held back: too many automatic replies",
    ("suppressed", "no_consent"): "Not sent: no consent to texts of this kind is recorded",
    ("canceled", "opted_out"): "Not sent: they opted out before it left",
    ("canceled", "too_late"): "Not sent: it would have come too late",
    ("canceled", "doubt"): "Not sent: a text of theirs was in doubt for too long",
    ("canceled", "erasure"): "Not sent: their data was being deleted",
    ("failed", "unreadable"): "Not sent: it cannot be read any more",
    ("canceled", "number left the rulebook"): "Not sent: the number left the rulebook",
}
REVIEWED = {
    "code": "It holds a code, and a code is never sent twice without asking.",
    "overtaken": "Later texts have left since, so that it would come out of order.",
    "log lags": "The carrier's log did not tell in time.",
    "log is away": "The carrier's log could not be read for hours.",
    "twin": "The carrier's log has a text with the same words, of another time.",
    "other words": "The carrier's log has a text of that time in other words: it may be this one.",
    "account refused": "The carrier refuses this one as if it refused us, and takes others.",
    "clock was ahead": "It was tried while this machine's clock was wrong: nobody knows when.",
    "in vain": "The carrier has failed on it again and again.",
    "number left the rulebook": "Its number left the rulebook while it was on its way.",
    "restored": "A backup was restored, which does not know what has left since.",
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


def review_words(reason: str | None) -> str:
    """Why nobody but a person can say whether a message was sent."""
    return REVIEWED.get(reason or "", "The carrier did not answer, and its log does not show it.")


def purpose_words(purpose: str | None, topic: str | None) -> str:
    """What a message is for, where it is more than an answer; else nothing.

    >>> purpose_words("service", "ads"), purpose_words("answer", None)
    ('About ads', '')
    """
    if topic:
        return f"About {topic}"
    return {"service": "Service text", "marketing": "Marketing"}.get(purpose or "", "")
