"""How times, states and classes read on a page."""

from datetime import datetime, timedelta

from flask import Flask

from router.web.parts import parts

MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)

KEYWORDS = {
    "opt_out": "asks to stop",
    "opt_in": "wants texts again",
    "help": "asks for help",
    "delete": "wants their data deleted",
    "access": "wants a copy of their data",
    "correct": "wants their data corrected",
    "ambiguous": "may be asking to stop",
}
STATES = {
    "queued": "Waiting to be sent",
    "sending": "Sending",
    "unknown": "Being checked with the carrier",
    "review": "Not known whether it was sent",
    "accepted": "Sent",
    "sent": "Sent",
    "delivered": "Delivered",
    "read": "Read",
    "undelivered": "Not delivered",
    "failed": "Failed",
    "suppressed": "Not sent: this person has opted out",
    "canceled": "Not sent: it was overtaken before it left",
}
TONES = {
    "queued": "waiting",
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


def ago(moment: datetime, now: datetime) -> str:
    """How long ago, as short as it can be said: now, 4 min, 2 h, 3 d, 12 Nov.

    >>> from datetime import UTC
    >>> noon = datetime(2026, 11, 22, 12, tzinfo=UTC)
    >>> ago(noon - timedelta(minutes=4, seconds=50), noon)
    '4 min'
    """
    passed = now - moment
    if passed < MINUTE:
        return "now"
    for unit, limit, name in ((MINUTE, HOUR, "min"), (HOUR, DAY, "h"), (DAY, 7 * DAY, "d")):
        if passed < limit:
            return f"{passed // unit} {name}"
    return f"{moment.day} {moment:%b}" + ("" if moment.year == now.year else f" {moment.year}")


def initials(name: str) -> str:
    """One or two letters for a person; a hash sign for a bare number.

    >>> initials("Maria Lopez"), initials("+16125550100")
    ('ML', '#')
    """
    letters = [word[0] for word in name.split() if word[0].isalpha()]
    return "".join(letters[:1] + letters[1:][-1:]).upper() or "#"


def add_filters(app: Flask) -> None:
    """Give them to the templates of `app`."""
    app.add_template_filter(lambda moment: ago(moment, parts().world.now()), "ago")
    app.add_template_filter(initials, "initials")
    app.add_template_filter(lambda name: name.replace("-", " ").replace("_", " "), "words")
    app.add_template_filter(lambda code: KEYWORDS.get(code, code), "keyword_words")
    app.add_template_filter(lambda state: STATES.get(state, state), "state_words")
    app.add_template_filter(lambda state: TONES.get(state, "waiting"), "tone")
    app.add_template_filter(lambda kind: KINDS.get(kind, kind), "kind_words")
