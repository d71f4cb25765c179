"""The words that the carrier's own filter acts on, when they are the whole body.

https://help.twilio.com/articles/223134027 (long codes), /360034798533 (toll-free).
"""

from typing import Literal

FilterWord = Literal["STOP", "START", "HELP"]

_STOP = frozenset({"stop", "stopall", "unsubscribe", "cancel", "end", "quit", "revoke", "optout"})
_START = frozenset({"start", "yes", "unstop"})
_HELP = frozenset({"help", "info"})
_TOLL_FREE_START = frozenset({"start", "unstop"})


def filter_word(body: str, *, toll_free: bool = False) -> FilterWord | None:
    """What the carrier makes of a body by itself: it blocks (STOP), lifts (START), answers (HELP).

    >>> filter_word(" Stop "), filter_word("stop please"), filter_word("Yes", toll_free=True)
    ('STOP', None, None)
    """
    word = body.strip().casefold()
    if toll_free:
        return "STOP" if word == "stop" else "START" if word in _TOLL_FREE_START else None
    if word in _STOP:
        return "STOP"
    if word in _START:
        return "START"
    return "HELP" if word in _HELP else None
