"""Every broken rulebook is found broken where its first lines say: `# line:col CODE`."""

import re
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rules.file.findings import CODES, suggest
from rules.load import load
from tests.rules.conftest import BOOKS, MORNING

BROKEN = sorted((Path(__file__).parent / "broken").glob("*.yaml"))
GRAND = (BOOKS / "grand-hotel.yaml").read_text()


def _expected(text: str) -> list[tuple[int, int, str]]:
    found = re.findall(r"^# (\d+):(\d+) (BH\d+)$", text, re.MULTILINE)
    return [(int(line), int(col), code) for line, col, code in found]


@pytest.mark.parametrize("path", BROKEN, ids=lambda path: path.stem)
def test_a_broken_rulebook_is_found_broken_at_its_place(path: Path) -> None:
    text = path.read_text()
    loaded = load(text, path.name, MORNING)
    assert [(f.line, f.col, f.code) for f in loaded.findings] == _expected(text)
    assert (loaded.book is None) == any(f.severity == "error" for f in loaded.findings)


def test_every_code_but_those_of_the_whole_file_has_a_broken_rulebook() -> None:
    shown = {code for path in BROKEN for _, _, code in _expected(path.read_text())}
    assert set(CODES) - shown == {"BH101", "BH111", "BH112", "BH113", "BH114"}


def test_a_file_past_256_kb_is_refused() -> None:
    loaded = load(GRAND + "# " + "x" * 256 * 1024, "big.yaml")
    assert [finding.code for finding in loaded.findings] == ["BH101"]


def test_a_finding_reads_as_editors_expect() -> None:
    found = load("version: 1\nfallbak: 1\n", "a.yaml").findings
    assert "a.yaml:2:1: BH201 a rulebook has no key `fallbak`; did you mean 'fallback'?" in [
        str(finding) for finding in found
    ]


def test_a_suggestion_is_made_only_for_a_near_name() -> None:
    assert suggest("xyz", ["reply"]) == ""


def test_suggestions_are_for_the_first_mistakes_and_near_names_only() -> None:
    found = load("version: 1\n" + "".join(f"tenan{n}: 1\n" for n in range(99)), "a.yaml").findings
    assert sum("did you mean" in finding.message for finding in found) == 20


def test_keywords_that_swell_a_file_beyond_measure_are_refused() -> None:
    words = ", ".join(f"w{n}" for n in range(10_000))
    rules = "".join(
        f"  - {{id: r{n}, match: {{message_has: $big}}, do: [{{assign: front-desk}}]}}\n"
        for n in range(100)
    )
    text = GRAND.replace("keywords:\n", f"keywords:\n  big: {{en: [{words}]}}\n")
    found = load(text.replace("routes:\n", f"routes:\n{rules}"), "a.yaml").findings
    assert [finding.code for finding in found] == ["BH112"]


def test_a_keyword_named_again_and_again_is_taken_once() -> None:
    again = ", ".join(["$towels"] * 5_000)
    text = GRAND.replace("{message_has: $towels}", f"{{message_has: [{again}]}}")
    book = load(text, "a.yaml").book
    assert book is not None
    (towels,) = (rule for rule in book.routes if rule.id == "towels")
    assert len(towels.match[0].value) == 4


def test_no_is_a_word_and_half_past_ten_a_time() -> None:
    text = GRAND.replace("en: [towel, towels]", "en: [NO, 22:30, 0x1F, null]")
    text = text.replace('yes: ["Need 2 TOWELS pls", "¿más toallas?"]', "yes: [null, 22:30 now]")
    assert load(text, "a.yaml").findings == ()


@settings(max_examples=150, deadline=None)
@given(st.text(alphabet=st.characters(), max_size=200))
def test_no_text_makes_loading_raise(text: str) -> None:
    assert load(text, "a.yaml").book is None


@settings(max_examples=150, deadline=None)
@given(st.data())
def test_no_damage_to_a_good_rulebook_makes_loading_raise(data: st.DataObject) -> None:
    lines = GRAND.splitlines()
    number = data.draw(st.integers(0, len(lines) - 1))
    junk = st.sampled_from(
        ["[]", "{}", "- x", ": :", "~", "'", "a: {b: [c", "!t x", "&a *a", "\t", ""]
    )
    line = lines[number]
    cut = data.draw(st.integers(0, len(line)))
    lines[number] = line[:cut] + data.draw(junk) + data.draw(st.sampled_from(["", line[cut:]]))
    load("\n".join(lines), "a.yaml")
