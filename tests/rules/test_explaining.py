"""Each code is explained, by an example that has the fault and one that has it no more."""

import re

import pytest

from rules.file.findings import CODES
from rules.lint.explaining import Explained, explain_code
from rules.load import load
from tests.rules.conftest import MORNING

BOOK = """\
version: 1
tenant: cafe
name: The Cafe
contact: +1 612 555 0100
timezone: America/Chicago
languages: [en, es]
numbers: {main: "+16125550100"}
hours:
  day: {open: {mon-fri: "07:00-23:00"}}
teams: {bar: {hours: day, backup: boss}, boss: {}}
keywords:
  tea: {en: [tea], es: [té]}
templates:
  soon: {en: "Soon.", es: "Ya va."}
  ask-name: {en: "Your name?", es: "¿Su nombre?"}
enrollments:
  CLUB: {group: club, dialog: join, frequency: 2 texts a week}
dialogs:
  join:
    steps: [{id: name, ask: ask-name, expect: text, save: full_name}]
routes:
  - {id: tea, match: {message_has: $tea}, do: [{reply: soon}, {assign: bar}]}
fallback:
  do: [{assign: bar}]
"""
OF_WHOLE_FILES = {"BH101", "BH110", "BH111", "BH112", "BH113", "BH114"}
EXPLAINED = [explain_code(code) for code in CODES]
SHOWN = [one for one in EXPLAINED if one.code not in OF_WHOLE_FILES]


def _sections(text: str) -> dict[str, str]:
    parts = re.split(r"^(?=[a-z]+:)", text, flags=re.MULTILINE)
    return {part.split(":")[0]: part for part in parts}


def _codes(sections: str) -> list[str]:
    """The codes of the book with some of its sections exchanged."""
    merged = "".join((_sections(BOOK) | _sections(sections)).values())
    return [finding.code for finding in load(merged, "cafe.yaml", MORNING).findings]


def _errors(codes: list[str]) -> list[str]:
    return [code for code in codes if code < "BH500"]


@pytest.mark.parametrize("explained", SHOWN, ids=lambda one: one.code)
def test_the_wrong_example_has_the_fault_alone_and_the_right_one_has_none(
    explained: Explained,
) -> None:
    assert explained.wrong is not None
    assert explained.right is not None
    wrong, right = _codes(explained.wrong), _codes(explained.right)
    assert explained.code in wrong
    assert explained.code not in right
    assert set(_errors(wrong)) <= {explained.code}
    assert _errors(right) == []


@pytest.mark.parametrize("explained", EXPLAINED, ids=lambda one: one.code)
def test_a_code_says_why_it_matters(explained: Explained) -> None:
    assert explained.means == CODES[explained.code]
    assert len(explained.why) > 40
    assert (explained.wrong is None) == (explained.code in OF_WHOLE_FILES)


def test_an_explanation_reads_top_to_bottom() -> None:
    text = explain_code("BH420").as_text()
    assert re.match(r"BH420: .+\n\n.+\n\nwrong:\n  routes:\n(.+\n)+\nright:\n  routes:\n.+", text)
