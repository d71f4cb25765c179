"""The built-in answers: in each language they carry what carriers demand."""

import re
from pathlib import Path

import pytest

from keywords.classify import classify
from keywords.language_file import read_languages
from keywords.reading import Meaning
from rules.lint.carriers import DEMANDED, missing_from
from rules.model import Rulebook
from rules.texts.builtin import FILLED_HERE, RESERVED, answer, fill
from rules.texts.builtin_texts import FOLDER, read_wording, wordings
from rules.texts.templates import placeholders
from tests.rules.cafe import CAFE
from tests.rules.conftest import load_book


@pytest.mark.parametrize("language", ["en", "es", "fr", "pt", "de"])
@pytest.mark.parametrize("template", RESERVED)
def test_a_built_in_answer_carries_what_carriers_demand(
    hotel: Rulebook, template: str, language: str
) -> None:
    text = answer(hotel, template, language, values={"topic": "ads", "enrollment": "CLUB"})
    demanded = [item for item in DEMANDED.get(template, ()) if item not in FILLED_HERE]
    assert missing_from(text, ("name", *demanded), hotel) == []
    assert set(placeholders(text)) <= {"code", "receipt"}


def test_each_language_of_the_keywords_has_its_answers() -> None:
    assert set(wordings()) == {file.language for file in read_languages()}


@pytest.mark.parametrize("language", sorted(wordings()))
def test_the_words_that_an_answer_asks_for_are_understood(language: str) -> None:
    texts = wordings()[language].answers
    asked = {word for text in texts.values() for word in re.findall(r"\b[A-ZÁÉÍÓÚ]{2,}\b", text)}
    readings = {word: classify(word) for word in asked - {"CLUB"}}
    assert {r.meaning for r in readings.values()} >= {Meaning.OPT_OUT, Meaning.OPT_IN, Meaning.HELP}
    unknown = [word for word, r in readings.items() if r.meaning is Meaning.NONE and not r.answer]
    assert unknown == []


def test_an_answer_that_is_missing_from_a_language_is_named(tmp_path: Path) -> None:
    english = (FOLDER / "en.yaml").read_text().replace("  help:", "  halp:")
    (tmp_path / "en.yaml").write_text(english)
    with pytest.raises(ValueError, match=r"answers needs `help`.*did you mean 'help'"):
        read_wording(tmp_path / "en.yaml")


@pytest.mark.parametrize(
    ("template", "worded", "said"),
    [
        ("delete", "Sure?", "Sure? {{ code }}"),
        ("delete", "Send {{code}}, sure?", "Send {{code}}, sure?"),
        ("access", "Soon.", "Soon."),
    ],
)
def test_a_deletion_that_a_rulebook_words_always_tells_its_code(
    template: str, worded: str, said: str
) -> None:
    book = load_book(
        CAFE.replace("templates:\n", f"templates:\n  {template}: {_both(worded)}\n", 1)
    )
    assert answer(book, template, "en") == answer(book, template, "es") == said


def _both(text: str) -> str:
    return f'{{en: "{text}", es: "{text}"}}'


def test_a_language_without_answers_of_its_own_gets_english(hotel: Rulebook) -> None:
    assert answer(hotel, "opt-out", "it") == answer(hotel, "opt-out", "en")
    assert answer(hotel, "opt-out", "es-MX") == answer(hotel, "opt-out", "es")


@pytest.mark.parametrize(
    ("text", "values", "filled"),
    [
        ("Hi {{ name }}!", {"name": "Ana"}, "Hi Ana!"),
        ("Hi {{ name }}!", {}, "Hi!"),
        ("{{name}}: hi", {}, ": hi"),
        ("{{ a }}{{ b }}", {"a": "{{ b }}", "b": "x"}, "{{ b }}x"),
        ("{{ a.b }} {% c %} ${d}", {}, "{{ a.b }} {% c %} ${d}"),
    ],
)
def test_filling_substitutes_names_and_nothing_else(
    text: str, values: dict[str, str], filled: str
) -> None:
    assert fill(text, values) == filled
