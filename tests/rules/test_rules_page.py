"""docs/rules.md: every example loads, and nothing of the language is missing from it."""

import re
from pathlib import Path

import pytest
import yaml

from rules.actions.table import ACTIONS
from rules.conditions.table import CONDITIONS
from rules.expecting.table import EXPECTATIONS
from rules.file.findings import CODES
from rules.load import load
from rules.rehearsal.expectations import EXPECTED
from rules.rehearsal.testing import run_tests
from rules.strategies import STRATEGIES
from rules.texts.builtin import RESERVED
from rules.times.quiet_table import FILE

PAGE = (Path(__file__).parents[2] / "docs" / "rules.md").read_text()
BLOCKS = re.findall(r"^```yaml\n(.*?)^```$", PAGE, re.MULTILINE | re.DOTALL)
WHOLE = BLOCKS[0]
SECTIONS = [block for block in BLOCKS[1:] if not block.startswith("rules:")]
TESTS = [block for block in BLOCKS if block.startswith("rules:")]
TUTORIAL = re.findall(
    r"^```yaml (tutorial|tutorial-tests)\n(.*?)^```$", PAGE, re.MULTILINE | re.DOTALL
)
EXPECTED_WARNINGS = {"BH501"}  # a section alone leaves templates of the others unused


def _sections(text: str) -> dict[str, str]:
    parts = re.split(r"^(?=[a-z]+:)", text, flags=re.MULTILINE)
    return {part.split(":")[0]: part for part in parts if part.strip()}


def with_section(section: str) -> str:
    """The page's first rulebook with one of its sections exchanged."""
    merged = {**_sections(WHOLE), **_sections(section)}
    return "".join(merged.values())


def test_the_tutorial_works_step_by_step() -> None:
    written: dict[str, str] = {}
    runs = 0
    for kind, block in TUTORIAL:
        if kind == "tutorial":
            written |= _sections(block)
            loaded = load("".join(written.values()), "bistro.yaml")
            assert loaded.findings == ()
        else:
            assert loaded.book is not None
            report = run_tests(loaded.book, block, "bistro.test.yaml")
            assert (report.failures, report.unreached) == ((), ())
            runs += 1
    assert runs == 2


def test_the_whole_rulebook_is_clean() -> None:
    assert load(WHOLE, "cafe.yaml").findings == ()


@pytest.mark.parametrize("section", SECTIONS, ids=lambda text: text.split("\n")[1].strip()[:40])
def test_an_example_loads(section: str) -> None:
    loaded = load(with_section(section), "cafe.yaml")
    assert [str(f) for f in loaded.findings if f.code not in EXPECTED_WARNINGS] == []


@pytest.mark.parametrize("tests", TESTS)
def test_an_example_of_tests_passes(tests: str) -> None:
    book = load(WHOLE, "cafe.yaml").book
    assert book is not None
    assert run_tests(book, tests, "cafe.test.yaml").failures == ()


@pytest.mark.parametrize("key", [*CONDITIONS, *ACTIONS])
def test_each_condition_and_action_has_its_heading_and_its_example(key: str) -> None:
    found = re.search(rf"^### `{key}`\n(.*?)(?=^##)", PAGE, re.MULTILINE | re.DOTALL)
    assert found is not None
    assert "```yaml" in found[1]
    assert f"{key}:" in found[1]


def test_every_section_has_its_heading() -> None:
    headings = set(re.findall(r"^### `(\w+)`$", PAGE, re.MULTILINE))
    assert set(_sections(WHOLE)) | {"enrich", "topics", "limits"} <= headings


def test_the_table_of_quiet_hours_is_the_one_that_holds() -> None:
    rows = re.findall(
        r"^\| `([\w-]+)` \| (.+) \| (.+) \| (\d{4}-\d\d-\d\d) \|$", PAGE, re.MULTILINE
    )
    written = yaml.safe_load(FILE.read_text())
    assert rows == [
        (
            row["place"],
            ", ".join(f"{days} {hours}" for days, hours in row["hours"].items()),
            row["source"],
            str(row["as_of"]),
        )
        for row in written
    ]


def test_every_code_is_explained() -> None:
    listed = dict(re.findall(r"^\| (BH\d+) \| (.*) \|$", PAGE, re.MULTILINE))
    assert listed == dict(CODES)


@pytest.mark.parametrize(
    "names",
    [
        RESERVED, STRATEGIES, EXPECTATIONS, EXPECTED,
    ],
)  # fmt: skip
def test_every_name_is_mentioned(names: tuple[str, ...]) -> None:
    assert [name for name in names if not re.search(rf"`[^`]*\b{name}\b[^`]*`", PAGE)] == []
