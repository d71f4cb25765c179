"""Rules and cases at random: of few words and names, so that they often meet."""

import random
from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from hypothesis import strategies as st

from rules.case import Case, open_case
from rules.conditions.sender import THREAD_STATES
from rules.decision import Facts, ThreadState
from rules.hearing import read
from rules.model import Rulebook
from tests.rules.conftest import MORNING

PHRASES = (
    "tea", "hot tea", "tea please", "hot tea please", "té", "té verde", "{exact: té}",
    "{exact: te}", "{exact: té verde}", "{exact: [te, ESO]}", "$tea", "$smoke", "l'été", "d'or 4",
)  # fmt: skip
PATTERNS = ("'t[eé]a?'", "'^hot'", "'please$'", r"'\d+'")
TEXTS = (
    "tea", "hot tea", "hot tea please", "please", "té", "te", "TÉ VERDE", "humo", "eso", "l'eté",
    "l’été", "d'or 4", "4", "te\u0301 verde", "smoke",
)  # fmt: skip


def _list(values: Sequence[str], most: int = 3) -> st.SearchStrategy[str]:
    some = st.lists(st.sampled_from(values), min_size=1, max_size=most, unique=True)
    return some.map(lambda drawn: f"[{', '.join(drawn)}]")


_ASKED = {
    "message_is": _list(PHRASES),
    "message_starts": _list(PHRASES),
    "message_has": _list(PHRASES),
    "message_regex": _list(PATTERNS, 2),
    "to": _list(["main", "events"]),
    "channel": _list(["sms", "whatsapp", "web"]),
    "language": _list(["en", "es"]),
    "during": _list(["day", "late"]),
    "outside": _list(["day", "late"]),
    "group": _list(["club", "staff"]),
    "tag": _list(["one", "two"]),
    "sender": st.sampled_from(
        ["{tier: gold}", "{tier: [Gold, silver], city: A}", "{city: [a, b]}"]
    ),
    "thread": _list(["new", "open", "closed", "snoozed"]),
    "last_assignee": _list(["any", "carol", "bob"]),
    "within": st.sampled_from(["1h", "2d"]),
    "first_contact": st.sampled_from(["true", "false"]),
    "media": _list(["any", "none", "image", "audio", "video", "file"], 4),
}


def _map(pairs: dict[str, str]) -> str:
    return "{" + ", ".join(f"{key}: {value}" for key, value in pairs.items()) + "}"


def _plain(most: int) -> st.SearchStrategy[str]:
    keys = st.lists(st.sampled_from(sorted(_ASKED)), min_size=1, max_size=most, unique=True)
    filled = keys.flatmap(lambda some: st.fixed_dictionaries({key: _ASKED[key] for key in some}))
    return filled.map(_never_within_alone).map(_map)


def _never_within_alone(asked: dict[str, str]) -> dict[str, str]:
    return asked if [*asked] != ["within"] else asked | {"to": "[main, events]"}


def _nest(inner: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    some = st.lists(inner, min_size=1, max_size=3).map(lambda maps: f"[{', '.join(maps)}]")
    return st.one_of(
        some.map(lambda maps: f"{{any: {maps}}}"),
        inner.map(lambda one: f"{{not: {one}}}"),
        st.tuples(some, inner).map(lambda both: f"{{any: {both[0]}, not: {both[1]}}}"),
        st.tuples(inner, _ASKED["message_has"]).map(
            lambda both: f"{{not: {both[0]}, message_has: {both[1]}}}"
        ),
    )


matches = st.recursive(_plain(3), _nest, max_leaves=4)
"""A `match` as a rulebook has it, in flow style."""


def some_cases(book: Rulebook, number: int, seed: int) -> list[Case]:
    """Texts in surroundings as the shell gives them: a new thread has no past."""
    chance = random.Random(seed)
    return [_case(book, chance) for _ in range(number)]


def _case(book: Rulebook, chance: random.Random) -> Case:
    text = " ".join(chance.choices(TEXTS, k=chance.choice((0, 1, 1, 2, 2, 3, 4))))
    return open_case(book, read(book, text), text, _facts(chance))


def _facts(chance: random.Random) -> Facts:
    first = chance.random() < 0.3
    known = {"tier": ["gold", "SILVER", "x"], "city": ["a", "B", "c"]}
    return Facts(
        MORNING + timedelta(hours=chance.randrange(24 * 7)),
        chance.choice(["main", "events"]),
        channel=chance.choice(["sms", "sms", "whatsapp", "web", "pigeon"]),
        first_contact=first,
        groups=_some(chance, ["club", "staff"]),
        attributes={name: chance.choice(of) for name, of in known.items() if chance.random() < 0.7},
        media=tuple(_some(chance, ["image/png", "audio/ogg", "text/x", "none/x"])),
        thread=_thread(chance, ["new", "open"] if first else [*THREAD_STATES]),
    )


def _thread(chance: random.Random, states: list[Any]) -> ThreadState:
    state = chance.choice(states)
    if state == "new":
        return ThreadState()
    past = timedelta(minutes=chance.choice([5, 24 * 60, 9 * 24 * 60]))
    return ThreadState(
        state,
        tags=_some(chance, ["one", "two"]),
        last_activity_at=chance.choice([None, MORNING - past]),
        last_assignee=chance.choice([None, "carol", "bob", "ann"]),
    )


def _some(chance: random.Random, values: list[str]) -> frozenset[str]:
    return frozenset(value for value in values if chance.random() < 0.4)
