"""Labelled texts, half of them hard negatives, read as a person would read them."""

import re

import pytest

from keywords.classify import classify
from keywords.reading import Meaning

from .labelled import Labelled, read_texts

TEXTS = read_texts()


@pytest.mark.parametrize("labelled", TEXTS, ids=lambda labelled: labelled.text[:50])
def test_a_text_is_read_as_labelled(labelled: Labelled) -> None:
    reading = classify(labelled.text)
    assert (reading.meaning, *reading.also) == labelled.meanings


@pytest.mark.parametrize(
    "labelled",
    [labelled for labelled in TEXTS if labelled.meanings != (Meaning.NONE,)],
    ids=lambda labelled: labelled.text[:50],
)
def test_a_wish_has_the_language_of_its_words_and_a_reason(labelled: Labelled) -> None:
    reading = classify(labelled.text)
    assert reading.language in (labelled.language, None)  # words of two languages tell none
    assert reading.reason


def test_two_texts_in_five_are_hard_negatives() -> None:
    negatives = [labelled for labelled in TEXTS if labelled.meanings == (Meaning.NONE,)]
    assert len(negatives) > 0.4 * len(TEXTS)


@pytest.mark.parametrize("polite", ["please {}", "{} please", "{}, thanks!", "Hi, {}"])
def test_a_polite_word_changes_no_class(polite: str) -> None:
    changed = [
        labelled.text
        for labelled in TEXTS
        if not re.search('[“"«]', labelled.text)  # a tapback with a word before it is none
        if classify(polite.format(labelled.text)).meaning is not labelled.meanings[0]
    ]
    assert changed == []
