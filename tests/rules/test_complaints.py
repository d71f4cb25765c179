"""What people complain about in other products, and what therefore cannot happen here."""

from collections.abc import Iterator
from datetime import timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rules.decision import DialogState, Facts, Say, ThreadState
from rules.hearing import read
from rules.load import load
from rules.model import Rulebook
from rules.rehearsal.pretending import PretendedThread
from rules.story.explain import explain
from tests.rules.conftest import BOOKS, MORNING, decide_text, load_book, names
from tests.rules.shop import SHOP

OURS = {
    path.stem: load_book(path.read_text())
    for path in sorted(BOOKS.glob("*.yaml"))
    if not path.stem.endswith(".test")
}
BUILT_IN = ("STOP", "START", "HELP", "DELETE", "YES", "no", "wrong number", "", "Thanks!")


def _texts(book: Rulebook) -> Iterator[str]:
    """Whatever the rules of a book look for, and what no book can switch off."""
    for groups in book.keywords.values():
        yield from (phrase.text for group in groups.values() for phrase in group)
    yield from book.enrollments
    yield from BUILT_IN


TALKS = st.sampled_from(sorted(OURS)).flatmap(
    lambda name: st.tuples(
        st.just(name),
        st.lists(
            st.lists(st.sampled_from(sorted(set(_texts(OURS[name])))), min_size=1, max_size=3),
            max_size=8,
        ),
    )
)


@settings(max_examples=150, deadline=None)
@given(TALKS)
def test_one_text_gets_one_reply_at_most(talk: tuple[str, list[list[str]]]) -> None:
    name, texts = talk
    thread = PretendedThread(OURS[name], Facts(MORNING, "main"))
    for words in texts:
        outcome = thread.say(" and ".join(words))
        replies = [say for say in outcome.said if say.kind == "reply"]
        built_in = [say for say in outcome.said if say.kind == "compliance"]
        assert len(replies) <= 1
        assert not (replies and built_in)


@pytest.mark.parametrize("name", OURS)
@pytest.mark.parametrize("text", ["STOP", "HELP", "YES", "towels", "refill", "transcript", "RSVP"])
def test_our_own_texts_are_not_answered(name: str, text: str) -> None:
    """A number of ours that texts another of ours is a machine, and so is its carrier's echo."""
    decision = decide_text(OURS[name], text, machine=True)
    assert not any(isinstance(effect, Say) for effect in decision.effects)
    assert decision.after.dialog is None


@pytest.mark.parametrize("waits", [[11], [6, 5], [1] * 11, [11, 11, 11], [1440, 1440]])
def test_a_timer_speaks_once_however_often_it_is_looked_at(
    hotel: Rulebook, waits: list[int]
) -> None:
    guest = PretendedThread(hotel, Facts(MORNING, "main"))
    guest.say("the shower is broken")
    said = [name for minutes in waits for name in names(guest.wait(timedelta(minutes=minutes)))]
    assert said == ["waiting"]
    assert guest.wait(timedelta(days=1)).said == ()


EMPTY = {
    "no condition": "match: {}",
    "an empty map among others": "match: {any: [{message_has: tea}, {}]}",
    "not of nothing": "match: {not: {}}",
    "no phrase": "match: {message_has: []}",
    "an empty phrase": "match: {message_has: ''}",
    "a phrase without words": "match: {message_starts: '?!'}",
    "a pattern of nothing": "match: {message_regex: ''}",
    "a pattern of anything": "match: {message_regex: '.*'}",
    "a pattern that may be empty": "match: {message_regex: '(tea)?'}",
    "no attribute": "match: {sender: {}}",
    "no activity to speak of": "match: {within: 1d}",
}


@pytest.mark.parametrize("section", ["protect", "enrich", "routes"])
@pytest.mark.parametrize("match", EMPTY.values(), ids=EMPTY)
def test_a_rule_that_would_swallow_everything_does_not_load(section: str, match: str) -> None:
    rules = f"{section}:\n  - {{id: it, {match}, do: [{{tag: vip}}]}}"
    assert load(SHOP.format(rules=rules), "shop.yaml").book is None


def test_a_keyword_that_a_dialog_keeps_is_told_of(hotel: Rulebook) -> None:
    dialog = DialogState("summit-signup", "name", MORNING + timedelta(hours=1))
    thread = ThreadState("open", dialog=dialog)
    decision = decide_text(hotel, "two towels please", thread=thread)
    assert decision.held_by == "summit-signup"
    assert [rule.id for rule in decision.held_back] == ["towels"]
    facts = Facts(MORNING, "main", thread=thread)
    lines = explain(hotel, read(hotel, "towels"), "towels", facts).as_lines()
    assert "dialog    held by summit-signup" in lines
    assert any(line.startswith("held back") and "towels" in line for line in lines)


def test_what_matters_is_never_kept_by_a_dialog() -> None:
    for name, book in OURS.items():
        for dialog in book.dialogs.values():
            state = DialogState(dialog.name, dialog.steps[0].id, MORNING + timedelta(hours=1))
            for rule in book.protect:
                for example in (example for example in rule.examples if example.acts):
                    thread = ThreadState("open", team=next(iter(book.teams)), dialog=state)
                    decision = decide_text(book, example.text, thread=thread)
                    told = (name, dialog.name, example.text)
                    assert decision.rule == rule.ref, told
                    assert decision.after.dialog is None, told


RUNNING = [
    ("grand-hotel", "the shower is broken", "engineering"),
    ("grand-hotel", "please clean my room", "housekeeping"),
    ("clinic", "I need a refill", "pharmacy"),
    ("clinic", "my daughter has a fever", "nurses"),
    ("university", "the wifi is down", "it-help"),
    ("university", "where do I apply?", "admissions"),
]


@pytest.mark.parametrize(("name", "text", "team"), RUNNING)
@pytest.mark.parametrize("claimed", [False, True])
def test_please_hurry_is_not_torn_from_the_team_that_has_the_thread(
    name: str, text: str, team: str, *, claimed: bool
) -> None:
    first = decide_text(OURS[name], text).after
    assert first.team == team
    thread = ThreadState("open", team=team, claimed=claimed, tags=first.tags)
    for words in ("please hurry", "por favor, dense prisa", "hello?", "???", ""):
        decision = decide_text(OURS[name], words, thread=thread, first_contact=False)
        assert (decision.after.team, decision.after.claimed) == (team, claimed)
        assert not any(isinstance(effect, Say) for effect in decision.effects)
