"""The notation of phrases."""

import re

import pytest

from keywords.phrases import Notation
from keywords.tokens import PhraseError

SETS = {
    "texts": ("texts", "text messages"),
    "me": ("me", "us"),
    "kinds": ("more <texts>", "(daily|weekly) <texts>"),
}


def _matches(phrase: str, line: str) -> bool:
    return re.fullmatch(Notation(SETS).compile(phrase).source, line + " ") is not None


@pytest.mark.parametrize(
    ("phrase", "line"),
    [
        ("stop <texts>", "stop text messages"),
        ("stop [the] <texts>", "stop texts"),
        ("stop [the] <texts>", "stop the texts"),
        ("(stop|quit it with) <texts>", "quit it with texts"),
        ("no [<me>...] more", "no me us me more"),
        ("use <number> instead", "use 612 555 0100 instead"),
        ("use <number> instead", "use 33 6 12 34 56 78 instead"),
        ("Don't L'envoyez", "dont l envoyez"),
        ("(stop|quit [it [with]]) <texts>", "quit it with texts"),
        ("no <kinds>", "no more text messages"),
        ("no <kinds>", "no daily texts"),
    ],
)
def test_a_phrase_matches_what_it_says(phrase: str, line: str) -> None:
    assert _matches(phrase, line)


@pytest.mark.parametrize(
    ("phrase", "line"),
    [
        ("stop <texts>", "stop the texts"),
        ("stop texts", "stop texts now"),
        ("a b", "ab"),
        ("use <number> instead", "use 412 instead"),
        ("use <number> instead", "use 12 30 instead"),
    ],
)
def test_a_phrase_matches_no_more_than_it_says(phrase: str, line: str) -> None:
    assert not _matches(phrase, line)


def test_edges_are_told_apart_from_words() -> None:
    shape = Notation(SETS).compile("^ stop [all] texts .")
    assert (shape.at_start, shape.at_end, shape.firsts) == (True, ".", frozenset({"stop"}))


@pytest.mark.parametrize(
    "phrase",
    ["", "^ .", "[stop]", "stop <nothing>", "stop . now", "stop [it",
     "<number> instead", "stop (|a)", "stop (a", "stop a) b", "stop (a]", "[a [b]]",
     "a | b", "a ... b"],
)  # fmt: skip
def test_a_broken_phrase_is_refused(phrase: str) -> None:
    with pytest.raises(PhraseError, match=re.escape(repr(phrase))):
        Notation(SETS).compile(phrase)


def test_a_condition_stands_apart() -> None:
    shape = Notation(SETS).compile("make it stop ; & <texts>")
    assert shape.at_end == ";"
    assert re.fullmatch(shape.beside, "text messages ")


def test_a_set_inside_itself_is_refused() -> None:
    with pytest.raises(PhraseError, match="too deep"):
        Notation({"a": ("the <a>",)}).compile("stop <a>")


def test_a_gap_holds_few_words_of_any_kind() -> None:
    pattern = re.compile(Notation({}).compile("no ~2 texts").source)
    matched = [bool(pattern.match(text + " ")) for text in ("no texts", "no silly old texts")]
    assert matched == [True, True]
    assert not pattern.match("no very silly old texts ")


def test_a_gap_stands_between_words() -> None:
    with pytest.raises(PhraseError, match="a gap stands between words"):
        Notation({}).compile("~2 texts")
