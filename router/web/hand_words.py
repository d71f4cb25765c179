"""How it reads who has a thread, its place in the queue, and until when it is put aside."""

from datetime import datetime

SNOOZES = {"hour": "1 hour", "morning": "Tomorrow morning", "week": "1 week"}
_TEENS = range(11, 14)
_ENDINGS = {1: "st", 2: "nd", 3: "rd"}


def place_words(place: int) -> str:
    """A place in a queue.

    >>> place_words(1), place_words(2), place_words(13), place_words(21)
    ('next in line', '2nd in line', '13th in line', '21st in line')
    """
    if place == 1:
        return "next in line"
    ending = "th" if place % 100 in _TEENS else _ENDINGS.get(place % 10, "th")
    return f"{place}{ending} in line"


def moment_words(moment: datetime) -> str:
    """A moment to come, on the clock of its own zone.

    >>> moment_words(datetime(2026, 12, 1, 9))
    'Tue 1 Dec, 09:00'
    """
    return f"{moment:%a} {moment.day} {moment:%b, %H:%M}"
