"""The built-in answers: in each language they carry what carriers demand."""

import pytest

from rules.builtin import RESERVED, answer, fill
from rules.carriers import DEMANDED, missing_from
from rules.model import Rulebook
from rules.templates import placeholders


@pytest.mark.parametrize("language", ["en", "es", "fr"])
@pytest.mark.parametrize("template", RESERVED)
def test_a_built_in_answer_carries_what_carriers_demand(
    hotel: Rulebook, template: str, language: str
) -> None:
    text = answer(hotel, template, language)
    assert missing_from(text, DEMANDED.get(template, ("name",)), hotel) == []
    assert set(placeholders(text)) <= {"code", "receipt"}


def test_a_language_without_answers_of_its_own_gets_english(hotel: Rulebook) -> None:
    assert answer(hotel, "opt-out", "de") == answer(hotel, "opt-out", "en")
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
