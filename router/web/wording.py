"""How times, names and classes read on a page; the filters that templates have."""

from collections.abc import Callable
from datetime import datetime, timedelta

from flask import Flask

from router.carrier.errors import explain_stop
from router.flows.rulebooks.found_files import FileState, FoundFile
from router.web import consent_words, fates, hand_words, told_words
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

FILES: dict[FileState, str] = {
    "live": "is in force",
    "refused": "refused",
    "clashing": "clashes with another file",
    "unreadable": "unreadable",
    "missing": "missing",
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


def file_words(found: FoundFile) -> str:
    """What is the matter with a rulebook's file."""
    return f"{found.file}: {FILES[found.state]}"


def add_filters(app: Flask) -> None:
    """Give them to the templates of `app`."""
    filters: dict[str, Callable[..., object]] = {
        "ago": lambda moment: ago(moment, parts().world.now()),
        "initials": initials,
        "file_words": file_words,
        "words": lambda name: name.replace("-", " ").replace("_", " "),
        "keyword_words": lambda code: KEYWORDS.get(code, code),
        "fate_words": fates.fate_words,
        "review_words": fates.review_words,
        "stop_words": explain_stop,
        "purpose_words": fates.purpose_words,
        "tone": lambda state: fates.TONES.get(state, "waiting"),
        "kind_words": lambda kind: fates.KINDS.get(kind, kind),
        "flag_badge": lambda flag: consent_words.BADGES.get(flag, flag),
        "flag_notice": consent_words.flag_notice,
        "event_words": consent_words.event_words,
        "event_tone": lambda event: consent_words.TONES.get(event.what, "plain"),
        "way_words": consent_words.way_words,
        "standing_words": consent_words.standing_words,
        "takes_marketing": consent_words.takes_marketing,
        "can_opt_out": consent_words.can_opt_out,
        "why_not_corrected": consent_words.why_not_corrected,
        "text_in_doubt": consent_words.text_in_doubt,
        "told_lines": told_words.told_lines,
        "place_words": hand_words.place_words,
        "snooze_words": lambda name: hand_words.SNOOZES[name],
        "moment_words": hand_words.moment_words,
    }
    app.jinja_env.filters.update(filters)
