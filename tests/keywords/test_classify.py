"""What holds for every text, whatever the language files say."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from keywords.classify import classify
from keywords.language_file import read_languages
from keywords.reading import Meaning

from .labelled import Labelled, read_texts

ZERO_WIDTH = "\u200b\u200c\u200d\u200e\u200f\ufeff\u2060\u00ad\u202a\u202e\u2066\u2069"
AROUND = st.text(st.sampled_from(" \t\n.,!?…-—_*#()[]\"'“”«»👍🙏😡🛑❤️\u200b\ufeff"), max_size=12)
STOP_WORDS = tuple(
    dict.fromkeys(
        entry for file in read_languages() for entry in file.alone["opt_out"] if entry.isalpha()
    )
)
NONE_TEXTS = [text for text in read_texts() if text.meanings == (Meaning.NONE,)]
POLITE = {
    "en": ["please", "thanks", "thank you", "kindly", "hi"],
    "es": ["por favor", "gracias", "hola"],
    "fr": ["svp", "merci", "bonjour"],
    "pt": ["por favor", "obrigado", "olá"],
    "de": ["bitte", "danke", "hallo"],
}


def _wide(char: str) -> str:
    return chr(ord(char) + 0xFEE0) if "!" <= char <= "~" else char


@st.composite
def dressed(draw: st.DrawFn) -> str:
    """A STOP-class word in any case and width, with anything silent in and around it."""
    letters = []
    for char in draw(st.sampled_from(STOP_WORDS)):
        styled = draw(st.sampled_from([char, char.upper(), _wide(char), _wide(char.upper())]))
        letters.append(styled + draw(st.sampled_from(["", "", *ZERO_WIDTH])))
    return draw(AROUND) + "".join(letters) + draw(AROUND)


@given(dressed())
def test_a_bare_stop_is_heard_in_any_dressing(text: str) -> None:
    assert classify(text).meaning is Meaning.OPT_OUT


@given(st.sampled_from(NONE_TEXTS), st.data())
def test_a_polite_word_makes_no_wish(labelled: Labelled, data: st.DataObject) -> None:
    polite = data.draw(st.sampled_from(POLITE[labelled.language]))
    shape = data.draw(st.sampled_from(["{0} {1}", "{0}, {1}", "{1} {0}", "{1}, {0}!", "{1}. {0}"]))
    if not re.search('[“"«]', labelled.text):  # a tapback with a word before it is none
        assert classify(shape.format(polite, labelled.text)).meaning is Meaning.NONE


@given(st.text(st.characters(exclude_categories=())))
def test_no_text_raises(text: str) -> None:
    classify(text)


@pytest.mark.parametrize(
    "filler", ["a ", "stop ", "👍", "\u200b", "\n", '"', "s t o p ", "\0\ud800"]
)
def test_a_hundred_kilobytes_are_read(filler: str) -> None:
    classify(filler * (100_000 // len(filler)))


@pytest.mark.parametrize("padding", ["👍", "\u200b", "\n", " ", "!"])
def test_a_stop_is_heard_under_a_hundred_kilobytes_of_padding(padding: str) -> None:
    assert classify(padding * 50_000 + "STOP" + padding * 50_000).meaning is Meaning.OPT_OUT


@pytest.mark.parametrize(
    "text", ["YES", "yes please", "Yeah", "y", "sí", "Si, gracias", "OUI", "ok yes"]
)
def test_yes_is_an_answer_and_no_opt_in(text: str) -> None:
    reading = classify(text)
    assert (reading.meaning, reading.answer) == (Meaning.NONE, "yes")


@pytest.mark.parametrize("text", ["No", "no thanks", "nope", "non merci", "no, gracias"])
def test_no_is_an_answer(text: str) -> None:
    reading = classify(text)
    assert (reading.meaning, reading.answer) == (Meaning.NONE, "no")


@pytest.mark.parametrize("text", ["yes at 3", "no towels", "yes no", "START yes", "ok", ""])
def test_what_is_no_bare_yes_or_no_is_no_answer(text: str) -> None:
    assert classify(text).answer is None


@pytest.mark.parametrize("text", ["Summit26", "SUMMIT 26", "summit-26", "SPA2027"])
def test_an_enrollment_code_is_no_keyword(text: str) -> None:
    assert classify(text).meaning is Meaning.NONE


@pytest.mark.parametrize(
    "text",
    [
        "HELP STOP",
        "delete my data and stop texting me",
        "correct my name, then unsubscribe me",
        "wrong number, stop texting me",
    ],
)
def test_an_opt_out_leads_wherever_it_stands(text: str) -> None:
    assert classify(text).meaning is Meaning.OPT_OUT


def test_wishes_that_are_clear_leave_no_doubt_behind() -> None:
    assert classify("wrong number, stop texting me").also == ()


def test_further_wishes_keep_the_order_of_the_text() -> None:
    reading = classify("send me a copy of my data, then delete my data and stop texting me")
    assert (reading.meaning, reading.also) == (Meaning.OPT_OUT, (Meaning.ACCESS, Meaning.DELETE))


def test_a_reason_names_the_words_and_the_disguise() -> None:
    assert classify("S T O P").reason == "opt_out: the whole text is “stop”, spaced letters"
    assert "stop texting" in classify("Please stop texting me").reason


def test_a_word_of_two_languages_tells_none() -> None:
    assert classify("no").language is None
    assert classify("no, gracias").language == "es"


@pytest.mark.parametrize(
    "text", ["Non stop", "NON-STOP", "nonstop", "The sign says: STOP", "stop 12"]
)
def test_a_stop_that_is_part_of_something_else_is_none(text: str) -> None:
    assert classify(text).meaning is Meaning.NONE


@pytest.mark.parametrize("text", ["STOP 123456", "stop 612-555-0100", "Can you please stop"])
def test_a_stop_in_doubt_is_honoured(text: str) -> None:
    assert classify(text).meaning is Meaning.OPT_OUT


@pytest.mark.parametrize(
    "text", ["ЅТОР texting me", "plsss stoppp texting me", "Quit. Texting. Me."]
)
def test_a_sentence_is_heard_in_disguise_too(text: str) -> None:
    assert classify(text).meaning is Meaning.OPT_OUT


@pytest.mark.parametrize(
    "word", ["step", "shop", "top", "spot", "stoop", "post", "cancer", "quite"]
)
def test_a_neighbour_of_a_stop_word_is_a_word_of_its_own(word: str) -> None:
    assert classify(word).meaning is Meaning.NONE


@pytest.mark.parametrize(
    "text", ["sotp the car", "the stpo is closed", "st0p by at 5", "s t o p by at 5"]
)
def test_a_disguise_is_looked_for_in_bare_words_alone(text: str) -> None:
    assert classify(text).meaning is Meaning.NONE
