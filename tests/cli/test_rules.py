"""`bellhop rules`: findings with their places, tests with coverage, the story of a text."""

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from router.cli.program import bellhop

BOOKS = Path(__file__).parents[2] / "rules" / "books"
HOTEL = BOOKS / "grand-hotel.yaml"


def _rules(*arguments: str) -> Result:
    return CliRunner().invoke(bellhop, ["rules", *arguments])


def test_the_demo_rulebook_has_no_problem() -> None:
    assert _rules("check", str(BOOKS)).exit_code == 0


def test_a_problem_is_told_with_its_place(tmp_path: Path) -> None:
    broken = tmp_path / "broken.yaml"
    broken.write_text(HOTEL.read_text().replace("fallback:", "fallbak:"))
    done = _rules("check", str(broken))
    assert done.exit_code == 1
    assert f"{broken}:" in done.output


def test_findings_as_json_have_documented_fields(tmp_path: Path) -> None:
    broken = tmp_path / "broken.yaml"
    broken.write_text("version: 2\n")
    done = _rules("check", "--json", str(broken))
    first = json.loads(done.output.splitlines()[0])
    assert set(first) == {"file", "line", "col", "code", "message", "severity"}


@pytest.mark.parametrize("arguments", [["check"], ["check", "missing.yaml"], ["explain", "a"]])
def test_wrong_use_is_exit_code_2(arguments: list[str]) -> None:
    assert _rules(*arguments).exit_code == 2


def test_a_code_is_explained() -> None:
    assert "YAML" in _rules("check", "--explain", "bh102").output


def test_the_demo_rulebooks_tests_pass() -> None:
    done = _rules("test", str(HOTEL))
    assert done.exit_code == 0, done.output
    assert " 0 failed" in done.output


def test_a_failing_test_is_exit_code_1(tmp_path: Path) -> None:
    book = tmp_path / "hotel.yaml"
    book.write_text(HOTEL.read_text())
    case = "cases:\n  - {name: wrong, say: hello, expect: {assign: engineering}}\n"
    (tmp_path / "hotel.test.yaml").write_text(f"rules: hotel.yaml\n{case}")
    done = _rules("test", "--json", str(book))
    assert done.exit_code == 1
    assert len(json.loads(done.output)["failures"]) == 1


def test_a_text_is_explained_for_people_and_programs() -> None:
    told = _rules("explain", str(HOTEL), "the shower is broken", "--at", "2026-11-10 10:00")
    assert "maintenance" in told.output
    as_json = _rules("explain", str(HOTEL), "the shower is broken", "--json")
    assert json.loads(as_json.output)["rule"] == "maintenance"


def test_an_unknown_number_or_instant_is_wrong_use() -> None:
    assert _rules("explain", str(HOTEL), "hi", "--to", "nowhere").exit_code == 2
    assert _rules("explain", str(HOTEL), "hi", "--at", "noon").exit_code == 2
