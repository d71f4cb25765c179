"""What is proved of conditions holds for every text and all surroundings that can be tried."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rules.conditions.table import match_all
from rules.heard import hear, make_phrase, occurs
from rules.model import Rulebook
from rules.proving.prover import Prover
from rules.proving.wording import soften
from tests.rules.random_rules import matches, some_cases
from tests.rules.shop import unlinted


def _book(*some: str) -> Rulebook:
    """The shop with a route for each of these `match`es."""
    rules = "\n".join(f"  - {{id: r{n}, match: {m}, do: [{{tag: x}}]}}" for n, m in enumerate(some))
    return unlinted(f"routes:\n{rules}\n" if some else "")[0]


def _follows(one: str, other: str) -> bool:
    book = _book(one, other)
    prover = Prover(book)
    known, wanted = (prover.form(rule.match) for rule in book.routes)
    return prover.follows(known, wanted)


def _clashes(match: str) -> bool:
    book = _book(match)
    prover = Prover(book)
    return bool(prover.clash(prover.form(book.routes[0].match)))


CASES = some_cases(_book(), 500, 4)


@settings(max_examples=150, deadline=None)
@given(matches, matches)
def test_what_is_proved_holds_in_every_case(one: str, other: str) -> None:
    book = _book(one, other)
    prover = Prover(book)
    known, wanted = (prover.form(rule.match) for rule in book.routes)
    held, held_too = (
        {n for n, case in enumerate(CASES) if match_all(rule.match, case)} for rule in book.routes
    )
    assert held == {n for n, case in enumerate(CASES) if match_all(known, case)}
    assert not (held and prover.clash(known))
    assert not (held & held_too and prover.clash((*known, *wanted)))
    assert held <= held_too or not prover.follows(known, wanted)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("{message_is: need towels}", "{message_has: [soap, towels]}"),
        ("{message_is: [tea, hot tea]}", "{message_has: tea}"),
        ("{message_starts: tea please}", "{message_starts: tea}"),
        ("{message_has: {exact: té}}", "{message_has: te}"),
        ("{message_is: {exact: té}}", "{message_is: [tea, TE]}"),
        ("{message_has: $tea}", "{message_has: [tea, té, mate]}"),
        ("{message_regex: 'a'}", "{message_regex: ['b', 'a']}"),
        ("{to: main}", "{to: [events, main]}"),
        ("{during: day}", "{during: [day, late]}"),
        ("{outside: [day, late]}", "{outside: day}"),
        ("{not: {outside: day}}", "{during: day}"),
        ("{not: {during: [day, late]}}", "{outside: late}"),
        ("{not: {thread: [new, closed]}}", "{thread: [open, snoozed]}"),
        ("{within: 1d, to: main}", "{within: 7d, to: main}"),
        ("{media: [image, video]}", "{media: any}"),
        ("{media: any}", "{media: [image, audio, video, file]}"),
        ("{last_assignee: bob}", "{last_assignee: any}"),
        ("{sender: {tier: gold, city: A}}", "{sender: {tier: [silver, Gold]}}"),
        ("{any: [{tag: one}, {group: club}]}", "{any: [{group: club}, {to: main}, {tag: one}]}"),
        ("{message_is: tea, to: main}", "{any: [{message_has: tea}, {to: events}]}"),
        ("{not: {message_has: tea}}", "{not: {message_is: [tea, hot tea]}}"),
        ("{message_is: cup}", "{not: {message_has: tea}}"),
        ("{not: {any: [{tag: one}, {tag: two}]}}", "{not: {tag: two}}"),
        ("{not: {not: {message_has: tea}}}", "{message_has: tea}"),
        ("{message_has: tea}", "{language: [en, es]}"),
    ],
)  # fmt: skip
def test_it_follows(one: str, other: str) -> None:
    assert _follows(one, other)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("{message_has: towels}", "{message_has: towel}"),
        ("{message_has: tea}", "{message_starts: tea}"),
        ("{message_has: te}", "{message_has: {exact: té}}"),
        ("{message_has: te}", "{message_has: {exact: te}}"),
        ("{message_has: {exact: ça}}", "{message_has: ca}"),
        ("{message_has: [tea, cup]}", "{message_has: tea}"),
        ("{message_regex: 'tea'}", "{message_regex: 'te'}"),
        ("{message_is: tea}", "{message_regex: 'tea'}"),
        ("{during: [day, late]}", "{during: day}"),
        ("{outside: day}", "{outside: [day, late]}"),
        ("{within: 7d, to: main}", "{within: 1d, to: main}"),
        ("{last_assignee: any}", "{last_assignee: bob}"),
        ("{media: any}", "{media: [image, audio]}"),
        ("{sender: {tier: gold}}", "{sender: {tier: gold, city: A}}"),
        ("{not: {message_is: tea}}", "{not: {message_has: tea}}"),
        ("{channel: sms}", "{not: {channel: whatsapp, to: main, tag: one}, group: club}"),
        ("{any: [{tag: one}, {to: main}]}", "{tag: one}"),
        ("{thread: closed}", "{within: 7d, thread: closed}"),
        ("{thread: new}", "{first_contact: true}"),
    ],
)  # fmt: skip
def test_it_does_not_follow(one: str, other: str) -> None:
    assert not _follows(one, other)


@pytest.mark.parametrize(
    "match",
    [
        "{message_is: tea, not: {message_has: [cup, tea]}}",
        "{message_is: tea, message_starts: hot}",
        "{message_starts: hot tea, any: [{message_starts: hot cup}, {message_is: hot}]}",
        "{message_is: {exact: té}, any: [{message_is: {exact: te}}]}",
        "{during: day, outside: [late, day]}",
        "{thread: new, last_assignee: any}",
        "{to: main, not: {to: [main, events]}}",
        "{media: none, not: {media: none}}",
        "{sender: {tier: gold}, any: [{sender: {tier: silver}}]}",
        "{not: {any: [{tag: one}, {not: {tag: one}}]}}",
    ],
)
def test_conditions_clash(match: str) -> None:
    assert _clashes(match)


@pytest.mark.parametrize(
    "match",
    [
        "{message_has: tea, not: {message_is: tea}}",
        "{message_starts: hot, message_has: cold}",
        "{message_is: té, any: [{message_is: {exact: te}}]}",
        "{tag: one, not: {tag: two}}",
        "{tag: one, any: [{tag: two}]}",
        "{media: image, any: [{media: video}]}",
        "{thread: new, tag: one}",
        "{thread: [new, open], within: 1d}",
        "{during: day, outside: late}",
        "{language: es, message_has: tea}",
    ],
)
def test_conditions_do_not_clash(match: str) -> None:
    assert not _clashes(match)


LETTERS = (
    "ç",
    "ś",
    "é",
    "x",
    "s",
    " ",
    "-",
    "'",
    "’",
    "´",
    "l'",
    "d’",
    "œ",
    "ﬁ",
    "İ",
    "\u0301",
    "क",
    "ि",
)
written = st.lists(st.sampled_from(LETTERS), min_size=1, max_size=4).map("".join)


@settings(max_examples=150, deadline=None)
@given(written, written, written)
def test_a_text_that_has_a_phrase_with_accents_has_it_without(
    before: str, said: str, after: str
) -> None:
    phrase, heard = make_phrase(said, exact=True), hear(before + said + after)
    softened = soften(phrase)
    if phrase.run.strip() and softened is not None and occurs(phrase, heard):
        assert softened in heard.run


def test_a_prover_that_has_no_steps_left_proves_nothing() -> None:
    branches = ", ".join(f"{{any: [{{tag: a{n}}}, {{tag: b{n}}}], group: g{n}}}" for n in range(12))
    nest = "{any: [" + branches + "], not: {any: [" + branches + "]}}"
    book = _book(nest, nest)
    prover = Prover(book)
    known, wanted = (prover.form(rule.match) for rule in book.routes)
    while not prover.is_worn_out:
        prover.follows(known, wanted)
    assert not prover.follows(known, known)
    assert prover.clash((*known, *known)) == ()
