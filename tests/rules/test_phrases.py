"""Conditions on words: whole words of any language, accents only where exactness is asked for."""

import pytest

from rules.load import load
from tests.rules.conftest import decide_text, load_book

HEAD = """
version: 1
tenant: cafe
name: The Cafe
contact: +1 612 555 0100
timezone: America/Chicago
languages: [en, fr]
numbers: {main: "+16125550100"}
teams: {bar: {}, boss: {}}
keywords: {the: {fr: [thé], en: [tea]}}
routes:
  - id: wanted
    match: MATCH
    do: [{assign: boss}]
fallback: {do: [{assign: bar}]}
"""


@pytest.mark.parametrize(
    ("match", "text", "matches"),
    [
        ("{message_has: art}", "start the party", False),
        ("{message_has: art}", "ART!", True),
        ("{message_has: hot water}", "no HOT, water", True),
        ("{message_has: hot water}", "hot, cold water", False),
        ("{message_has: [a, b]}", "plan b", True),
        ("{message_has: $the}", "un the svp", True),
        ("{message_has: {exact: thé}}", "un the svp", False),
        ("{message_has: {exact: thé}}", "un THÉ svp", True),
        ("{message_has: [{exact: $the}]}", "un the svp", False),
        ("{message_has: doesn't work}", "it doesn’t work", True),
        ("{message_has: eau}", "de l'eau", True),
        ("{message_has: お茶}", "お茶 please", True),
        ("{message_is: good morning}", "Good morning!", True),
        ("{message_is: good morning}", "good morning all", False),
        ("{message_starts: good}", "good morning", True),
        ("{message_starts: good}", "goods", False),
        ("{message_has: tea, message_starts: green}", "green tea", True),
        ("{message_has: tea, message_starts: green}", "black tea", False),
        ("{any: [{message_has: tea}, {message_has: cup, message_starts: one}]}", "one cup", True),
        ("{any: [{message_has: tea}, {message_has: cup, message_starts: one}]}", "a cup", False),
        ("{not: {message_has: tea, message_starts: green}}", "black tea", True),
        ("{not: {message_has: tea, message_starts: green}}", "green tea", False),
        ("{language: fr}", "thé", True),
        ("{language: fr}", "tea", False),
        ("{thread: new}", "hello", True),
        ("{thread: [open, closed]}", "hello", False),
        ("{to: main}", "hello", True),
    ],
)
def test_a_match_holds(match: str, text: str, matches: bool) -> None:
    book = load_book(HEAD.replace("MATCH", match))
    assert (decide_text(book, text).after.team == "boss") is matches


def test_words_of_the_texts_are_folded_at_load_not_at_each_text() -> None:
    book = load_book(HEAD.replace("MATCH", "{message_has: Hot Water}"))
    (phrase,) = book.routes[0].match[0].value
    assert phrase.run == " hot water "


def test_keyword_phrases_tell_languages_only_of_the_tenant() -> None:
    text = HEAD.replace("MATCH", "{message_has: x}").replace("fr: [thé]", "de: [tee]")
    assert [finding.code for finding in load(text, "a.yaml").findings] == ["BH207"]
