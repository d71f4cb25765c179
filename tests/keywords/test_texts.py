"""Labelled texts, half of them hard negatives, read as a person would read them."""

import re

import pytest

from keywords.classify import classify
from keywords.reading import Meaning

from .labelled import Labelled, read_texts

TEXTS = read_texts()


LANGUAGES = sorted({labelled.language for labelled in TEXTS})


@pytest.mark.parametrize("language", LANGUAGES)
def test_texts_are_read_as_labelled(language: str) -> None:
    wrong = []
    for labelled in in_language(language):
        reading = classify(labelled.text)
        if (reading.meaning, *reading.also) != labelled.meanings:
            wrong.append((labelled.text, labelled.meanings, reading))
    assert wrong == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_wish_has_the_language_of_its_words_and_a_reason(language: str) -> None:
    wrong = []
    for labelled in in_language(language):
        reading = classify(labelled.text)
        told = reading.language in (language, None)  # words of two languages tell none
        if labelled.meanings != (Meaning.NONE,) and not (told and reading.reason):
            wrong.append((labelled.text, reading))
    assert wrong == []


def in_language(language: str) -> list[Labelled]:
    """The labelled texts of one language."""
    return [labelled for labelled in TEXTS if labelled.language == language]


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
