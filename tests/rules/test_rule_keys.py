"""What `then`, `mode`, `rollout` and `expires` make of a rule, and the order of the sections."""

from dataclasses import replace
from datetime import timedelta

from hypothesis import given
from hypothesis import strategies as st

from rules.decision import DialogState, ThreadState
from rules.heard import make_phrase
from rules.matching import lot
from tests.rules.conftest import MORNING, decide_text, said
from tests.rules.shop import routes, shop

LATER = MORNING + timedelta(hours=1)
TEA = "{id: tea, match: {message_has: tea}, do: [{reply: soon}, {assign: kitchen}]}"


def ids(text: str, *rules: str, **facts: object) -> list[str]:
    """The rules that act on a text."""
    return [rule.id for rule in decide_text(routes(*rules), text, **facts).rules]


def test_a_rule_that_continues_lets_the_next_ones_act() -> None:
    marks = "{id: mark, match: {message_has: tea}, then: continue, do: [{tag: thirsty}]}"
    hot = "{id: hot, match: {tag: thirsty, message_has: hot}, do: [{reply: later}]}"
    assert ids("hot tea", marks, hot, TEA) == ["mark", "hot"]
    assert ids("tea", marks, hot, TEA) == ["mark", "tea"]
    assert ids("tea", marks) == ["mark", "fallback"]


def test_a_rule_in_shadow_is_recorded_and_never_acts() -> None:
    shadow = "{id: trial, match: {message_has: tea}, mode: shadow, do: [{reply: later}]}"
    decision = decide_text(routes(shadow, TEA), "tea")
    assert [rule.id for rule in decision.rules] == ["tea"]
    assert [rule.id for rule in decision.shadow] == ["trial"]
    assert said(decision) == ["soon"]


def test_a_shadow_below_the_rule_that_acts_is_not_recorded() -> None:
    shadow = "{id: trial, match: {message_has: hot}, mode: shadow, do: [{reply: later}]}"
    assert decide_text(routes(TEA, shadow), "hot tea").shadow == ()


def test_a_rollout_draws_by_contact_and_never_flips() -> None:
    some = "{id: trial, match: {message_has: tea}, rollout: 30%, do: [{reply: later}]}"
    people = [f"{n:064x}" for n in range(300)]
    book = routes(some, TEA)
    acted = [p for p in people if decide_text(book, "tea", draws_by=p).rules[0].id == "trial"]
    assert 60 < len(acted) < 120
    assert acted == [p for p in people if lot(p, "trial") < 30]


def test_in_tests_everybody_is_in_a_rollout_unless_said_otherwise() -> None:
    some = "{id: trial, match: {message_has: tea}, rollout: 1%, do: [{reply: later}]}"
    assert ids("tea", some, TEA) == ["trial"]
    assert ids("tea", some, TEA, left_out=True) == ["tea"]


@given(st.text(min_size=1), st.text(min_size=1))
def test_a_lot_is_the_same_for_ever(person: str, rule: str) -> None:
    assert lot(person, rule) == lot(person, rule)
    assert 0 <= lot(person, rule) < 100


def test_a_rule_expires_at_the_end_of_its_day_where_the_business_is() -> None:
    once = "{id: once, match: {message_has: tea}, expires: 2026-11-10, do: [{reply: later}]}"
    assert ids("tea", once, TEA) == ["once"]
    midnight = MORNING.replace(hour=6) + timedelta(days=1)  # in Chicago
    assert ids("tea", once, TEA, at=midnight - timedelta(minutes=1)) == ["once"]
    assert ids("tea", once, TEA, at=midnight) == ["tea"]


def test_routes_see_what_enrich_has_tagged_and_set() -> None:
    book = shop(
        "enrich:\n"
        "  - {id: gold, match: {sender: {tier: gold}}, do: [{tag: vip}]}\n"
        "  - {id: twice, match: {tag: vip}, do: [{set: {class: first}}, {untag: new}]}\n"
        "routes:\n"
        "  - {id: first, match: {sender: {class: first}}, do: [{assign: boss}]}\n"
    )
    decision = decide_text(book, "hello", attributes={"tier": "gold"})
    assert [rule.id for rule in decision.rules] == ["gold", "twice", "first"]
    assert [rule.id for rule in decide_text(book, "hello").rules] == ["fallback"]


def test_enrich_runs_before_the_actions_of_protect() -> None:
    book = shop(
        "protect: [{id: fire, match: {message_has: $smoke}, do: [{assign: boss}]}]\n"
        "enrich: [{id: burns, match: {message_has: $smoke}, do: [{tag: burns}]}]\n"
    )
    assert [rule.id for rule in decide_text(book, "smoke").rules] == ["burns", "fire"]


def test_a_dialog_holds_a_text_and_names_what_it_held_back() -> None:
    thread = ThreadState("open", dialog=DialogState("join", "name", LATER))
    marks = "{id: mark, match: {message_has: tea}, then: continue, do: [{tag: thirsty}]}"
    decision = decide_text(routes(marks, TEA), "tea", thread=thread)
    assert (decision.held_by, decision.rules) == ("join", ())
    assert [rule.id for rule in decision.held_back] == ["mark", "tea"]


def test_a_route_that_interrupts_ends_the_dialog_only_if_it_assigns_or_starts() -> None:
    waiting = ThreadState("open", dialog=DialogState("order", "day", LATER))
    answers = "{id: answer, match: {message_has: price}, do: [{reply: soon}]}"
    starts = "{id: join, match: {message_has: member}, do: [{start: join}]}"
    marks = "{id: mark, match: {message_has: hmm}, then: continue, do: [{tag: thirsty}]}"
    book = routes(marks, TEA, answers, starts)
    assert decide_text(book, "tea", thread=waiting).after.dialog is None
    assert decide_text(book, "the price?", thread=waiting).after.dialog == waiting.dialog
    joined = decide_text(book, "member", thread=waiting).after.dialog
    assert joined is not None
    assert joined.name == "join"
    assert decide_text(book, "hmm", thread=waiting).held_by == "order"


def test_routes_see_what_a_dialog_saved_as_it_hands_over() -> None:
    book = routes("{id: gold, match: {sender: {tier: gold}}, do: [{assign: boss}]}")
    tier = book.dialogs["order"].steps[0]
    asks = replace(
        tier, expect="choice", save="tier", on={"gold": "handover"},
        choices={"gold": (make_phrase("gold"),)},
    )  # fmt: skip
    dialogs = {**book.dialogs, "order": replace(book.dialogs["order"], steps=(asks,))}
    thread = ThreadState("open", dialog=DialogState("order", "day", LATER))
    decision = decide_text(replace(book, dialogs=dialogs), "gold", thread=thread)
    assert [rule.id for rule in decision.rules] == ["gold"]


def test_nothing_enriches_a_text_that_a_dialog_takes() -> None:
    book = shop("enrich: [{id: all, match: {message_has: Ana}, do: [{tag: seen}]}]\n")
    thread = ThreadState("open", dialog=DialogState("join", "name", LATER))
    assert decide_text(book, "Ana", thread=thread).after.tags == frozenset()


def test_a_second_reply_is_never_said() -> None:
    marks = "{id: mark, match: {message_has: tea}, then: continue, do: [{tag: thirsty}]}"
    book = routes(marks, TEA)
    greedy = replace(book.routes[0], do=book.routes[1].do[:1])  # as no file that loads has it
    assert said(
        decide_text(replace(book, routes=(greedy, book.routes[1]), finder=None), "tea")
    ) == ["soon"]
