"""A decision's inputs as JSON, and back: what `decide` is told is kept, so that it can be asked
again.

What is at rest (None, False, empty) is left out and comes back as just that, whatever the defaults
of a later program are. A field that is added needs a row in the tables below; one whose meaning
changes, or that is taken away, needs a new `VERSION`.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

from keywords.reading import Meaning, Reading
from rules.decision import NOTHING, DialogState, Facts, Prompt, Recent, ThreadState

VERSION = 2
"""Records of version 1 carry no number, and dialogs and prompts by their names alone."""

Packed = dict[str, Any]
Why = Literal["earlier_version", "later_version", "no_rule"]


class InputsLost(Exception):
    """A record does not tell what a decision rested on.

    `why`: it is of an `earlier_version` or a `later_version` of records, or `no_rule`: the text was
    dealt with before any rulebook was asked, as the code of a deletion is.
    """

    def __init__(self, why: Why) -> None:
        super().__init__(why)
        self.why: Why = why


def pack(reading: Reading, facts: Facts) -> Packed:
    """The reading and the facts as values that JSON has; `unpack` loses nothing of them."""
    return {
        "version": VERSION,
        "reading": _pack(reading, _READING),
        "facts": _pack(facts, _FACTS),
    }


def pack_nothing() -> Packed:
    """The record of a text that was dealt with before any rulebook was asked."""
    return {"version": VERSION}


def unpack(packed: Mapping[str, Any]) -> tuple[Reading, Facts]:
    """The reading and the facts that `pack` was given. Raises InputsLost."""
    if "facts" not in packed:
        raise InputsLost("no_rule")
    version = packed.get("version", 1)
    if version != VERSION:
        raise InputsLost("earlier_version" if version < VERSION else "later_version")
    return (
        Reading(**_unpack(packed["reading"], _READING)),
        Facts(**_unpack(packed["facts"], _FACTS)),
    )


@dataclass(frozen=True, slots=True)
class _Kind:
    """How a value of a field is written and read (None: as it is), and what it is at rest."""

    write: Callable[[Any], Any] | None
    read: Callable[[Any], Any] | None
    at_rest: Any


class _Table(dict[str, _Kind]):
    """The fields of a dataclass, and what they all are at rest."""

    def __init__(self, **fields: _Kind) -> None:
        super().__init__(fields)
        self.at_rest = {name: kind.at_rest for name, kind in fields.items()}


def _pack(value: object, fields: _Table) -> Packed:
    packed: Packed = {}
    for name, kind in fields.items():
        it = getattr(value, name)
        if it or it == "":  # an empty text is not at rest
            written = kind.write(it) if kind.write else it
            if written != {}:
                packed[name] = written
    return packed


def _unpack(packed: Packed, fields: _Table) -> Packed:
    found = fields.at_rest.copy()
    for name, written in packed.items():
        kind = fields.get(name)
        if kind is None:
            raise InputsLost("later_version")
        found[name] = kind.read(written) if kind.read else written
    return found


def _within(make: Callable[..., Any], fields: _Table, at_rest: object) -> _Kind:
    """A dataclass inside another."""
    return _Kind(
        lambda value: _pack(value, fields), lambda it: make(**_unpack(it, fields)), at_rest
    )


def _instants(written: list[str]) -> tuple[datetime, ...]:
    return tuple(map(datetime.fromisoformat, written))


def _meanings(written: list[str]) -> tuple[Meaning, ...]:
    return tuple(map(Meaning, written))


_PLAIN = _Kind(None, None, None)
_FLAG = _Kind(None, None, False)
_NAMES = _Kind(sorted, frozenset, frozenset())
_LIST = _Kind(list, tuple, ())
_MAP = _Kind(dict, None, NOTHING)
_INSTANT = _Kind(datetime.isoformat, datetime.fromisoformat, None)
_INSTANTS = _Kind(lambda them: [each.isoformat() for each in them], _instants, ())

_READING = _Table(
    meaning=_Kind(str, Meaning, None),
    also=_Kind(list, _meanings, ()),
    language=_PLAIN,
    reason=_Kind(None, None, ""),
    answer=_PLAIN,
    automatic=_PLAIN,
    topics=_LIST,
    is_bare=_FLAG,
)
_DIALOG = _Table(
    name=_PLAIN,
    step=_PLAIN,
    expires_at=_INSTANT,
    misses=_MAP,
    saved=_MAP,
)
_PROMPT = _Table(code=_PLAIN, expires_at=_INSTANT)
_RECENT = _Table(replies=_INSTANTS, answers=_INSTANTS, guesses=_INSTANTS)
_THREAD = _Table(
    state=_PLAIN,
    team=_PLAIN,
    claimed=_FLAG,
    tags=_NAMES,
    dialog=_within(DialogState, _DIALOG, None),
    prompt=_within(Prompt, _PROMPT, None),
    last_activity_at=_INSTANT,
    last_assignee=_PLAIN,
    flags=_NAMES,
    recent=_within(Recent, _RECENT, Recent()),
    hinted=_NAMES,
    asked_back=_FLAG,
)
_FACTS = _Table(
    at=_INSTANT,
    to=_PLAIN,
    channel=_PLAIN,
    language=_PLAIN,
    opted_out=_FLAG,
    topics_out=_NAMES,
    carrier_blocks=_FLAG,
    unconfirmed=_FLAG,
    machine=_FLAG,
    blocked=_FLAG,
    first_contact=_FLAG,
    groups=_NAMES,
    attributes=_MAP,
    enrolled=_NAMES,
    full=_NAMES,
    media=_LIST,
    draws_by=_PLAIN,
    left_out=_FLAG,
    thread=_within(ThreadState, _THREAD, ThreadState()),
)
