"""`bellhop rules`: findings with their places, tests with coverage, the story of a text."""

import json
import re
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


@pytest.mark.parametrize(
    "arguments", [["check"], ["explain", "a"], ["check", "--explain", "BH999"]]
)
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


def _foreign_tests(folder: Path, rules: str = "../hotel.yaml") -> Path:
    """A rulebook, and a file of tests in a folder of its own that names it."""
    (folder / "hotel.yaml").write_text(HOTEL.read_text())
    (folder / "more").mkdir()
    tests = folder / "more" / "evening.test.yaml"
    tests.write_text(f"rules: {rules}\ncases: [{{name: a, say: towels, expect: {{rule: towels}}}}]")
    return tests


def test_a_file_of_tests_is_run_for_the_rulebook_that_it_names(tmp_path: Path) -> None:
    tests = _foreign_tests(tmp_path)
    for given in (tests, tests.parent):
        done = _rules("test", str(given))
        assert done.exit_code == 0, done.output
        assert "1 passed, 0 failed" in done.output
    assert _rules("check", str(tests), str(tmp_path / "hotel.yaml")).output == "no problems\n"


def test_a_rulebook_that_tests_name_and_is_not_there_is_told(tmp_path: Path) -> None:
    tests = _foreign_tests(tmp_path, "gone.yaml")
    for command in ("test", "check"):
        done = _rules(command, str(tests))
        assert done.exit_code == 1
        assert f"{tests.parent / 'gone.yaml'}:1:1: BH111" in done.output


def test_tests_beside_a_rulebook_that_name_another_fail(tmp_path: Path) -> None:
    (tmp_path / "hotel.yaml").write_text(HOTEL.read_text())
    tests = tmp_path / "hotel.test.yaml"
    tests.write_text("rules: other.yaml\ncases: [{name: a, say: towels}]")
    done = _rules("test", str(tmp_path / "hotel.yaml"))
    assert done.exit_code == 1
    assert f"{tests}:1: `rules` names other.yaml" in done.output


def test_coverage_is_told_by_line_and_in_sum(tmp_path: Path) -> None:
    book = tmp_path / "hotel.yaml"
    book.write_text(HOTEL.read_text())
    case = "cases:\n  - {name: towels, say: [towels, smoke]}\n"
    (tmp_path / "hotel.test.yaml").write_text(case)
    told = _rules("test", str(book)).output
    line = HOTEL.read_text().split("id: maintenance")[0].count("\n") + 1
    assert f"{book}:{line}: no test reached routes maintenance" in told
    assert "no test reached the fallback" in told
    assert re.search(r"2 passed, 0 failed, 2 of \d+ rules reached \(protect 1 of 1, ", told)
    as_json = json.loads(_rules("test", "--json", str(book)).output)
    assert set(as_json) == {"file", "passed", "failures", "unreached", "rules"}
    by_id = {rule["id"]: rule for rule in as_json["rules"]}
    assert by_id["emergency"]["texts"] == 1
    assert by_id["maintenance"] == {
        "id": "maintenance",
        "section": "routes",
        "line": line,
        "texts": 0,
    }
    assert "maintenance" in {rule["id"] for rule in as_json["unreached"]}


def test_a_text_is_explained_for_people_and_programs() -> None:
    told = _rules("explain", str(HOTEL), "the shower is broken", "--at", "2026-11-10 10:00")
    assert "maintenance" in told.output
    as_json = _rules("explain", str(HOTEL), "the shower is broken", "--json")
    assert json.loads(as_json.output)["rule"] == "maintenance"


@pytest.mark.parametrize(
    ("option", "value", "why"),
    [
        ("--to", "nowhere", "is no number of this rulebook"),
        ("--at", "noon", "--at must be an instant"),
        ("--at", "9999-12-31 23:59", "in 2000 to 2100"),
        ("--at", "0001-01-01 00:00", "in 2000 to 2100"),
        ("--language", "xx", "it has en, es"),
    ],
)
def test_what_a_rulebook_does_not_have_is_wrong_use(option: str, value: str, why: str) -> None:
    done = _rules("explain", str(HOTEL), "hi", option, value)
    assert done.exit_code == 2
    assert why in done.output


def _unreadable(folder: Path) -> list[str]:
    """A folder of one good book and three that cannot be read."""
    (folder / "good.yaml").write_text(HOTEL.read_text())
    (folder / "latin.yaml").write_bytes("name: Café".encode("latin-1"))
    (folder / "a-folder.yaml").mkdir()
    (folder / "alone.test.yaml").write_text("cases: []")
    return ["a-folder.yaml", "alone.yaml", "latin.yaml"]


def test_files_that_cannot_be_read_are_findings_among_the_others(tmp_path: Path) -> None:
    bad = _unreadable(tmp_path)
    done = _rules("check", "--json", str(tmp_path), str(tmp_path / "missing.yaml"))
    found = [json.loads(line) for line in done.output.splitlines()]
    assert done.exit_code == 1
    assert [Path(one["file"]).name for one in found] == [*bad, "missing.yaml"]
    assert {one["code"] for one in found} == {"BH111"}


def test_tests_go_on_past_files_that_cannot_be_read(tmp_path: Path) -> None:
    bad = _unreadable(tmp_path)
    case = "cases:\n  - {name: a, say: towels, expect: {rule: towels}}\n"
    (tmp_path / "good.test.yaml").write_text(f"rules: good.yaml\n{case}")
    done = _rules("test", str(tmp_path))
    assert done.exit_code == 1
    assert "1 passed, 0 failed" in done.output
    assert all(f"{tmp_path / name}:1:1: BH111" in done.output for name in bad)


def test_a_number_in_two_rulebooks_is_told_where_it_stands(tmp_path: Path) -> None:
    for name in ("a.yaml", "b.yaml"):
        (tmp_path / name).write_text(HOTEL.read_text())
    done = _rules("check", str(tmp_path))
    assert done.exit_code == 1
    line = HOTEL.read_text().split("  main: ")[0].count("\n") + 1
    told = f"{tmp_path / 'b.yaml'}:{line}:9: BH302 +16125550100 is in {tmp_path / 'a.yaml'} already"
    assert told in done.output
