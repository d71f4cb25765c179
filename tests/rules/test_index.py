"""The index saves work and changes nothing: what it finds is what asking every rule finds."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from rules.decide import decide
from rules.decision import DialogState, Facts, ThreadState
from rules.hearing import read
from rules.patterns import PatternSet, compile_pattern
from tests.rules.conftest import MORNING
from tests.rules.shop import unlinted

WORDS = ("tea", "hot tea", "té", "te", "humo", "smoke alarm", "please", "room 4", "ESO", "l'eau")
PATTERNS = ("t[eé]a?", "^room", r"\\d+$", "(hot|cold) tea", "ea\\\\b")
phrase = st.sampled_from([*WORDS, "{exact: té}", "{exact: [te, ESO]}", "$tea", "$smoke"])
phrases = st.lists(phrase, min_size=1, max_size=3).map(lambda some: f"[{', '.join(some)}]")
pattern = st.sampled_from(PATTERNS).map(lambda written: f'"{written}"')
words_asked = st.one_of(
    st.tuples(st.sampled_from(["message_is", "message_starts", "message_has"]), phrases),
    st.tuples(st.just("message_regex"), pattern),
)
surroundings = st.sampled_from(
    [
        ("language", "es"), ("thread", "[new, open]"), ("tag", "[one, two]"), ("during", "day"),
        ("media", "none"), ("group", "club"), ("first_contact", "true"), ("last_assignee", "any"),
        ("sender", "{tier: gold}"),
    ]
)  # fmt: skip


def _flow(pairs: list[tuple[str, str]]) -> str:
    return "{" + ", ".join(f"{key}: {value}" for key, value in dict(pairs).items()) + "}"


plain = st.lists(st.one_of(words_asked, surroundings), min_size=1, max_size=3).map(_flow)
nested = st.one_of(
    plain,
    st.lists(plain, min_size=1, max_size=2).map(lambda maps: f"{{any: [{', '.join(maps)}]}}"),
    st.tuples(plain, words_asked).map(lambda two: f"{{not: {two[0]}, {two[1][0]}: {two[1][1]}}}"),
    plain.map(lambda one: f"{{not: {one}}}"),
)  # fmt: skip
marks = st.sampled_from(["tag: one", "tag: two", "untag: one", "set: {tier: gold}"])
acts = st.sampled_from(["assign: kitchen", "tag: two", "close: true", "snooze: 1h"])
keys = st.sampled_from(["", ", mode: shadow", ", rollout: 40%", ", expires: 2026-11-09"])
rules = st.lists(st.tuples(nested, keys, acts, st.booleans()), max_size=8)
enrichments = st.lists(st.tuples(nested, keys, marks), max_size=3)
texts = st.lists(
    st.sampled_from([*WORDS, "tëa", "ESO 4", "cold", "Room", "\n", "!", "été", "👍"]), max_size=5
).map(" ".join)


def _book(protect: list[Any], enrich: list[Any], routes: list[Any]) -> str:
    lines = []
    for section, some in (("protect", protect), ("enrich", enrich), ("routes", routes)):
        lines += [f"{section}:"] if some else []
        for n, (match, key, do, *goes_on) in enumerate(some):
            then = ", then: continue" if section == "routes" and goes_on == [True] else ""
            lines.append(f"  - {{id: {section}-{n}, match: {match}{key}{then}, do: [{{{do}}}]}}")
    return "\n".join(lines) + "\n"


@settings(max_examples=120, deadline=None)
@given(st.data())
def test_a_decision_is_the_same_with_and_without_the_index(data: st.DataObject) -> None:
    written = _book(data.draw(rules), data.draw(enrichments), data.draw(rules))
    book, _ = unlinted(written)
    text = data.draw(texts)
    dialog = DialogState("order", "day", MORNING + timedelta(hours=1))
    thread = ThreadState(
        data.draw(st.sampled_from(["new", "open", "closed"])),
        tags=data.draw(st.frozensets(st.sampled_from(["one", "two"]))),
        dialog=data.draw(st.sampled_from([None, dialog])),
    )
    facts = Facts(MORNING, "main", draws_by=data.draw(st.sampled_from("ab")), thread=thread)
    reading = read(book, text)
    with_index = decide(book, reading, text, facts)
    assert with_index == decide(replace(book, finder=None), reading, text, facts)


def test_a_set_finds_what_each_pattern_finds() -> None:
    patterns = [compile_pattern(text) for text in ("a+b", "^ü", r"\d{3}", "(x|y)z$", "ÉCOLE")]
    together = PatternSet(patterns)
    for text in ("aab", "über 123", "yz", "une école", "nothing", ""):
        alone = [n for n, one in enumerate(patterns) if one.occurs(text)]
        assert sorted(together.find(text)) == alone


def test_a_set_that_runs_out_of_memory_asks_each_pattern() -> None:
    patterns = [compile_pattern(f"[a-q][^u-z]{{{n}}}x") for n in range(10, 200)]
    together = PatternSet(patterns)
    for text in ("abcdefghijklmnopqrst" * 60 + "x", "q" * 400 + "x"):
        alone = [n for n, one in enumerate(patterns) if one.occurs(text)]
        assert sorted(together.find(text)) == alone
