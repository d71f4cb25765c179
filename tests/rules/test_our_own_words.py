"""Our own texts, sent back by a person who asks about them, change no consent."""

import pytest

from keywords.classify import classify
from keywords.reading import Meaning
from rules.texts.builtin_texts import wordings

INTRODUCED = {
    "en": ("I got this: {}", "{} what is this?", "it says {} how?"),
    "es": ("Me llegó: {}", "{} ¿qué es?", "dice: {} ¿cómo?"),
    "fr": ("J'ai reçu : {}", "{} c'est quoi ?", "ça dit : {} comment ?"),
    "pt": ("Recebi: {}", "{} o que é isso?", "diz: {} como?"),
    "de": ("Ich habe das bekommen: {}", "{} was ist das?", "da steht: {} wie?"),
}
FILLED = {
    "{{ name }}": "Grand Hotel",
    "{{ contact }}": "+1 612 555 0100",
    "{{ topic }}": "golf",
    "{{ enrollment }}": "SUMMIT26",
    "{{ code }}": "K7M2",
    "{{ receipt }}": "R-1042",
    "{{ frequency }}": "2 texts a week",
}
CHANGES = {Meaning.OPT_OUT, Meaning.OPT_IN, Meaning.DELETE}


def _pieces(language: str, answer: str) -> list[str]:
    """A text, and each of its sentences."""
    for placeholder, said in FILLED.items():
        answer = answer.replace(placeholder, said)
    pieces = [answer, *answer.replace("? ", "?. ").split(". ")]
    return [form.format(piece) for piece in pieces for form in ("{}", *INTRODUCED[language])]


@pytest.mark.parametrize(
    ("language", "name"),
    [(code, name) for code, wording in wordings().items() for name in wording.answers],
)
def test_a_built_in_text_that_is_sent_back_changes_no_consent(language: str, name: str) -> None:
    answer = wordings()[language].answers[name]
    texts = _pieces(language, answer)
    assert [text for text in texts if classify(text).meaning in CHANGES] == []
