"""The examples of rules: what the words of a text decide, and what they leave open."""

import pytest

from rules.load import load
from tests.rules.shop import SHOP

SPANISH = "{{id: spanish, match: {{language: es}}, do: [{{assign: bar}}], examples: {examples}}}"


def _codes(*routes: str) -> list[str]:
    rules = "routes:\n" + "".join(f"  - {route}\n" for route in routes)
    findings = load(SHOP.format(rules=rules), "a.yaml").findings
    return [one.code for one in findings if one.severity == "error"]


@pytest.mark.parametrize(
    ("examples", "codes"),
    [
        ("{no: [tea and smoke]}", []),
        ("{yes: [un té con humo]}", []),
        ("{no: [un té con humo]}", ["BH413"]),
        ("{yes: [tea and smoke]}", ["BH412"]),
        ("{yes: [xyzzy]}", []),
        ("{no: [xyzzy]}", ["BH413"]),
        ("{no: [], yes: []}", []),
    ],
)
def test_a_language_that_the_words_tell_is_decided(examples: str, codes: list[str]) -> None:
    assert _codes(SPANISH.format(examples=examples)) == codes


def test_a_rule_above_takes_the_texts_of_its_language() -> None:
    below = "{id: tea, match: {message_has: $tea}, do: [{assign: boss}], examples: {yes: [TEXT]}}"
    above = SPANISH.format(examples="{}")
    assert _codes(above, below.replace("TEXT", "té con humo")) == ["BH412"]
    assert _codes(above, below.replace("TEXT", "tea")) == []
