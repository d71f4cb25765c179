"""What a replay makes of two decisions: where a text went, and what else would be different."""

from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from keywords.reading import Meaning
from rules.decide import decide
from rules.decision import (
    Assign,
    CallWebhook,
    Close,
    Decision,
    DialogState,
    Escalate,
    Facts,
    Notify,
    RuleRef,
    Say,
    Snooze,
    Tag,
    ThreadState,
)
from rules.hearing import read
from rules.model import Rulebook
from rules.replay.again import Bridge, Recorded
from rules.replay.outcome import Place, differences, is_alike, outcome_of
from rules.replay.tally import Group, Sample, Tally
from tests.rules.conftest import BOOKS, MORNING, load_book
from tests.rules.test_inputs import SAID, SITUATIONS

RULE = RuleRef("towels", "routes", 7)
PLAIN = Decision(Meaning.NONE, "en", ThreadState("open", "desk"), rules=(RULE,))


@pytest.fixture(scope="module")
def edited() -> Rulebook:
    """The hotel with towels brought by others, another meal, and the summit on one number."""
    text = (BOOKS / "grand-hotel.yaml").read_text()
    text = text.replace("      - reply: towels-coming\n      - assign: {team: front-desk}",
                        "      - assign: {team: housekeeping}\n      - tag: linen")  # fmt: skip
    text = text.replace("  towels-coming:\n", "  unused:\n").replace("[main, events]", "[events]")
    return load_book(text.replace("[offers, ads,", "[offers, towels ads, ads,"))


@pytest.mark.parametrize(
    ("decision", "place"),
    [
        (PLAIN, Place("rule", "towels", "desk")),
        (replace(PLAIN, after=ThreadState("open")), Place("rule", "towels", "")),
        (
            replace(PLAIN, after=ThreadState("open", "desk", claimed=True, last_assignee="eve")),
            Place("rule", "towels", "eve"),
        ),
        (replace(PLAIN, rules=(), held_by="join"), Place("dialog", "join", "desk")),
        (replace(PLAIN, rules=(), code="SUMMIT26"), Place("code", "SUMMIT26", "desk")),
        (replace(PLAIN, rules=(), keyword=Meaning.OPT_OUT), Place("word", "opt_out", "desk")),
        (replace(PLAIN, rules=()), Place("nothing", "", "desk")),
    ],
)
def test_a_place_says_what_took_a_text_and_who_has_it(decision: Decision, place: Place) -> None:
    assert outcome_of(decision).place == place


def test_whatever_else_would_be_different_is_told_in_words() -> None:
    dialog = DialogState("join", "name", MORNING)
    after = replace(
        PLAIN,
        keyword=Meaning.HELP,
        after=replace(PLAIN.after, tags=frozenset({"vip"}), dialog=dialog),
        effects=(
            Say("soon", "Soon.", "en"),
            Say("late", "Too much.", "en", withheld=True),
            Assign("desk"),
            Tag("vip"),
            Escalate("towels", timedelta(minutes=10), Assign("boss")),
            Notify("towels", "boss", None, ("sms",)),
            CallWebhook("towels", "tickets"),
            Snooze(timedelta(hours=2)),
            Close(),
        ),
    )
    told = differences(outcome_of(PLAIN), outcome_of(after))
    assert told == [
        ("keyword", "none", "help"),
        ("replies", "", "soon"),
        ("tags", "", "vip"),
        ("dialog", "", "join, at name"),
        (
            "also",
            "",
            ", ".join(
                (
                    "in 10m without a reply by staff, to boss",
                    "tell boss by sms",
                    "tell the webhook tickets",
                    "put the thread aside for 2h",
                    "close the thread",
                )
            ),
        ),
    ]


def test_a_rule_that_moved_in_its_file_is_the_same_rule() -> None:
    moved = replace(PLAIN, rules=(replace(RULE, line=99),))
    assert is_alike(PLAIN, moved)
    assert outcome_of(PLAIN) == outcome_of(moved)


def test_other_words_of_the_same_answer_are_no_difference() -> None:
    before, after = (replace(PLAIN, effects=(Say("soon", text, "en"),)) for text in ("a", "b"))
    tally = Tally(1)
    tally.add(outcome_of(before), outcome_of(after), Sample("1", MORNING, "towels"))
    assert (tally.same, is_alike(before, after)) == (1, False)


@settings(max_examples=80, deadline=None)
@given(text=SAID | st.text(max_size=20), facts=SITUATIONS)
def test_any_text_is_counted_once_under_any_two_rulebooks(
    hotel: Rulebook, edited: Rulebook, text: str, facts: Facts
) -> None:
    recorded = Recorded(text, read(hotel, text), facts)
    before = Bridge(hotel, hotel).decide(recorded)
    after = Bridge(hotel, edited).decide(recorded)
    assert before == decide(hotel, recorded.reading, text, facts)
    assert before is not None
    assert after is not None
    if is_alike(before, after):
        assert outcome_of(before) == outcome_of(after)
    tally = Tally(3)
    tally.add(outcome_of(before), outcome_of(after), Sample("1", facts.at, text))
    assert tally.compared == 1
    assert not (tally.changed and not tally.changes)


def test_parts_add_up_and_show_no_text_twice() -> None:
    whole, one, other = Group(), Group(), Group()
    for number, text in enumerate(("a", "b", "a", "c")):
        part = (one, other)[number // 2]
        part.add(Sample(str(number), MORNING, text), 3)
    whole.merge(one, 3)
    whole.merge(other, 3)
    assert (whole.count, [sample.text for sample in whole.samples]) == (4, ["a", "b", "c"])
