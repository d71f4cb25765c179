"""What a decision rested on is kept as JSON, comes back whole, and decides the same again."""

import json
from dataclasses import fields
from datetime import UTC, datetime, timedelta
from typing import Any, get_args

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from keywords.reading import Meaning, Reading
from rules.decide import decide
from rules.decision import DialogState, Facts, Flags, Prompt, Recent, ThreadState
from rules.hearing import read
from rules.inputs import InputsLost, pack, pack_nothing, unpack
from rules.model import Rulebook
from tests.rules.conftest import MORNING

TEXTS = st.text(max_size=12)
MAYBE = st.none() | TEXTS
NAMES = st.frozensets(TEXTS, max_size=3)
MAPS = st.dictionaries(TEXTS, TEXTS, max_size=2)
LISTS = st.lists(TEXTS, max_size=2).map(tuple)
INSTANTS = st.datetimes(datetime(2000, 1, 1), datetime(2100, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001 - hypothesis adds the zone
SEVERAL = st.lists(INSTANTS, max_size=2).map(tuple)
MEANINGS = st.sampled_from(Meaning)

WAYS: dict[type, dict[str, st.SearchStrategy[Any]]] = {
    Reading: {
        "meaning": MEANINGS,
        "also": st.lists(MEANINGS, max_size=2).map(tuple),
        "language": MAYBE,
        "reason": TEXTS,
        "answer": st.sampled_from([None, "yes", "no"]),
        "automatic": st.sampled_from([None, "tapback", "auto_reply"]),
        "topics": LISTS,
        "is_bare": st.booleans(),
    },
    DialogState: {
        "name": TEXTS,
        "step": TEXTS,
        "expires_at": INSTANTS,
        "misses": st.dictionaries(TEXTS, st.integers(1, 5), max_size=2),
        "saved": MAPS,
    },
    Prompt: {"code": TEXTS, "expires_at": INSTANTS},
    Recent: {"replies": SEVERAL, "answers": SEVERAL, "guesses": SEVERAL},
}
WAYS[ThreadState] = {
    "state": st.sampled_from(["new", "open", "closed", "snoozed"]),
    "team": MAYBE,
    "claimed": st.booleans(),
    "tags": NAMES,
    "dialog": st.none() | st.builds(DialogState, **WAYS[DialogState]),
    "prompt": st.none() | st.builds(Prompt, **WAYS[Prompt]),
    "last_activity_at": st.none() | INSTANTS,
    "last_assignee": MAYBE,
    "flags": st.frozensets(st.sampled_from(get_args(Flags)), max_size=3),
    "recent": st.builds(Recent, **WAYS[Recent]),
    "hinted": NAMES,
    "asked_back": st.booleans(),
}
FLAGS = ("opted_out", "carrier_blocks", "unconfirmed", "machine", "blocked", "first_contact",
         "left_out")  # fmt: skip
WAYS[Facts] = {
    "at": INSTANTS,
    "to": TEXTS,
    "channel": TEXTS,
    "language": MAYBE,
    "topics_out": NAMES,
    "groups": NAMES,
    "attributes": MAPS,
    "enrolled": NAMES,
    "full": NAMES,
    "media": LISTS,
    "draws_by": MAYBE,
    "thread": st.builds(ThreadState, **WAYS[ThreadState]),
    **dict.fromkeys(FLAGS, st.booleans()),
}


def _stored(reading: Reading, facts: Facts) -> tuple[Reading, Facts]:
    return unpack(json.loads(json.dumps(pack(reading, facts), ensure_ascii=False)))


@pytest.mark.parametrize("made", WAYS, ids=lambda made: made.__name__)
def test_no_field_is_forgotten_here(made: type) -> None:
    assert {field.name for field in fields(made)} == set(WAYS[made])


@settings(max_examples=120, deadline=None)
@given(reading=st.builds(Reading, **WAYS[Reading]), facts=st.builds(Facts, **WAYS[Facts]))
def test_nothing_is_lost(reading: Reading, facts: Facts) -> None:
    assert _stored(reading, facts) == (reading, facts)


NEAR = st.timedeltas(timedelta(days=-2), timedelta(days=2)).map(lambda by: MORNING + by)
SAID = st.sampled_from(
    [
        "STOP", "START", "HELP", "DELETE", "YES", "no", "SUMMIT26", "sumit26", "towels", "leak",
        "fire", "vegan", "Ana", "gold member", "thanks", "toallas", "STOP ads", "AB12CD",
    ]
)  # fmt: skip
THREADS = st.builds(
    ThreadState,
    **WAYS[ThreadState]
    | {
        "team": st.sampled_from([None, "front-desk", "engineering"]),
        "dialog": st.none()
        | st.builds(
            DialogState,
            name=st.sampled_from(["summit-signup", "gone"]),
            step=st.sampled_from(["name", "diet", "gone"]),
            expires_at=NEAR,
            misses=st.dictionaries(st.sampled_from(["name", "diet"]), st.integers(1, 3)),
            saved=st.dictionaries(st.just("full_name"), TEXTS),
        ),
        "prompt": st.none() | st.builds(Prompt, st.sampled_from(["SUMMIT26", "GONE"]), NEAR),
        "recent": st.builds(Recent, *[st.lists(NEAR, max_size=3).map(tuple)] * 3),
    },
)
SITUATIONS = st.builds(
    Facts,
    **WAYS[Facts]
    | {
        "at": NEAR,
        "to": st.sampled_from(["main", "events"]),
        "language": st.sampled_from([None, "en", "es"]),
        "enrolled": st.frozensets(st.just("SUMMIT26")),
        "full": st.frozensets(st.just("SUMMIT26")),
        "thread": THREADS,
    },
)


@settings(max_examples=100, deadline=None)
@given(text=SAID | st.text(max_size=20), facts=SITUATIONS)
def test_what_was_kept_decides_the_same_again(hotel: Rulebook, text: str, facts: Facts) -> None:
    reading = read(hotel, text)
    decided = decide(hotel, reading, text, facts)
    kept_reading, kept_facts = _stored(reading, facts)
    assert decide(hotel, kept_reading, text, kept_facts) == decided


@pytest.mark.parametrize(
    ("packed", "why"),
    [
        ({}, "no_rule"),
        (pack_nothing(), "no_rule"),
        ({"reading": {"class": "none"}, "facts": {"to": "main"}}, "earlier_version"),
        ({"version": 99, "reading": {}, "facts": {}}, "later_version"),
        ({"version": 2, "reading": {}, "facts": {"of tomorrow": 1}}, "later_version"),
    ],
)
def test_other_records_are_told_apart(packed: dict[str, Any], why: str) -> None:
    with pytest.raises(InputsLost) as lost:
        unpack(packed)
    assert lost.value.why == why


def test_what_is_at_rest_takes_no_room() -> None:
    packed = pack(Reading(Meaning.NONE), Facts(MORNING, "main", first_contact=False))
    assert set(packed["facts"]) == {"at", "to", "channel", "thread"}
    assert packed["facts"]["thread"] == {"state": "new"}
