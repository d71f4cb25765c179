"""Who else was told of a text, as one quiet line each: "dave was told by SMS"."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from router.flows.dispatches.told import Told

BY = {"sms": "by SMS", "email": "by mail", "push": "on their devices"}
TONES = {"done": "done", "failed": "bad", "unknown": "doubtful"}
MOST_NAMES = 3


@dataclass(frozen=True, slots=True)
class ToldLine:
    """A line, its tone, and when that came to be."""

    words: str
    tone: str
    at: datetime


def told_lines(told: Iterable[Told]) -> list[ToldLine]:
    """The lines for one text: those who fared alike stand in one."""
    alike: dict[tuple[str, str, str | None], list[Told]] = {}
    for each in told:
        alike.setdefault((each.kind, each.state, each.error), []).append(each)
    return [
        ToldLine(
            _words(kind, state, error, [each.who for each in group]),
            TONES.get(state, "waiting"),
            max(each.at for each in group),
        )
        for (kind, state, error), group in alike.items()
    ]


def _words(kind: str, state: str, error: str | None, who: Sequence[str]) -> str:
    names = list(dict.fromkeys(who))
    if kind == "webhook":
        return _call_words(f"webhook {named(names)}", state, error)
    by = BY.get(kind, kind)
    are, were = ("is", "was") if len(names) == 1 else ("are", "were")
    why = f": {error}" if error else ""
    return {
        "done": f"{named(names)} {were} told {by}",
        "failed": f"{named(names)} {were} not told {by}{why}",
        "unknown": f"{named(names)} may have been told {by}{why}",
    }.get(state, f"{named(names)} {are} being told {by}{why}")


def _call_words(webhook: str, state: str, error: str | None) -> str:
    why = f": {error}" if error else ""
    if state == "done":
        return f"{webhook} was told"
    if state == "failed":
        return f"{webhook} failed{why}"
    return f"{webhook} is tried again{why}" if error else f"{webhook} is being told"


def named(names: Sequence[str]) -> str:
    """Names in one breath.

    >>> named(["dave", "erin"]), named(["a", "b", "c", "d", "e"])
    ('dave and erin', 'a, b, c and 2 more')
    """
    shown, left = names[:MOST_NAMES], len(names) - MOST_NAMES
    if left > 0:
        return f"{', '.join(shown)} and {left} more"
    return " and ".join(filter(None, (", ".join(shown[:-1]), shown[-1])))
