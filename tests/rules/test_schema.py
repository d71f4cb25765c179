"""The schemas for editors: nothing that loads is refused, and what has the wrong shape is."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st
from jsonschema import Draft7Validator

from rules.actions.table import ACTIONS
from rules.conditions.table import CONDITIONS
from rules.file.shape import Shape
from rules.load import load
from rules.rehearsal.casefile import load_tests
from rules.rehearsal.expectations import EXPECTED
from rules.schema.documents import schema_of_rulebooks, schema_of_tests
from rules.schema.maps import map_of
from tests.rules.cafe import CAFE
from tests.rules.conftest import BOOKS
from tests.rules.editor_yaml import read_as_editor
from tests.rules.test_broken_rulebooks import BROKEN
from tests.rules.test_rules_page import SECTIONS, TESTS, WHOLE, with_section

EDITOR = Path(__file__).parent / "editor"
OF_BOOKS = Draft7Validator(schema_of_rulebooks())
OF_TESTS = Draft7Validator(schema_of_tests())
SCHEMAS = [schema_of_rulebooks(), schema_of_tests()]
FILES = [file for folder in (BOOKS, EDITOR) for file in sorted(folder.glob("*.yaml"))]
ODD_BOOK = (EDITOR / "odd-words.yaml").read_text()
ODD_TESTS = (EDITOR / "odd-words.test.yaml").read_text()
ODD = ("NO", "22:30", "0x1F", "10", "null", "~", "true", "1e3", ".5", "2026-12-25", "[]", "{}", "")

OF_THE_SHAPE = {"BH201", "BH203", "BH204", "BH205", "BH206", "BH207", "BH401", "BH402", "BH415"}
UNKNOWABLE = {
    "day-that-does-not-exist": "a calendar is no pattern",
    "else-to-an-unknown-step": "what the file declares is not known to a schema",
    "expires-on-a-day-that-does-not-exist": "a calendar is no pattern",
    "holidays-of-no-country": "the list of countries would age",
    "holidays-of-no-part": "the list of their parts would age",
    "on-an-answer-that-is-none": "what a step expects decides which answers there are",
    "pattern-that-takes-every-text": "only RE2 can tell what a pattern takes",
    "privacy-promise-longer-than-the-law": "a pattern counts no days",
    "start-in-the-middle-of-done": "an order is no shape",
    "webhook-at-a-private-address": "which addresses are private is no pattern",
    "webhook-at-localhost": "which names are private is no pattern",
    "webhook-with-a-password": "the pieces of an address are no pattern",
    "empty-value": "nothing at all, and the word null, look alike to an editor",
    "quiet-hours-of-a-state-without-its-country": "the list of places would age",
    "step-named-done": "an id is any id",
    "unknown-language": "what the file declares is not known to a schema",
    "unknown-step": "what the file declares is not known to a schema",
    "zone-that-does-not-exist": "the list of zones would age",
    "zone-that-is-a-file-beside-the-zones": "the list of zones would age",
}


def _refused(validator: Draft7Validator, text: str) -> list[str]:
    found = validator.iter_errors(read_as_editor(text))
    return [f"{'/'.join(map(str, one.absolute_path))}: {one.message[:200]}" for one in found]


def _maps(form: Any) -> Iterator[dict[str, Any]]:
    """Every map of keys within a schema."""
    if isinstance(form, dict):
        if "title" in form and "properties" in form:
            yield form
        form = list(form.values())
    if isinstance(form, list):
        for inner in form:
            yield from _maps(inner)


def _references(form: Any) -> Iterator[str]:
    if isinstance(form, dict):
        if isinstance(form.get("$ref"), str):
            yield form["$ref"]
        form = list(form.values())
    if isinstance(form, list):
        for inner in form:
            yield from _references(inner)


@pytest.mark.parametrize("schema", SCHEMAS, ids=["book", "tests"])
def test_a_schema_is_one_and_leads_nowhere_else(schema: dict[str, Any]) -> None:
    Draft7Validator.check_schema(schema)
    known = {f"#/definitions/{name}" for name in schema["definitions"]}
    assert set(_references(schema)) == known


@pytest.mark.parametrize("schema", SCHEMAS, ids=["book", "tests"])
def test_every_key_is_explained_to_whoever_points_at_it(schema: dict[str, Any]) -> None:
    silent = [
        f"{one['title']}: {key}"
        for one in _maps(schema)
        for key, form in one["properties"].items()
        if not form.get("description")
    ]
    assert silent == []


def test_every_condition_action_and_expectation_is_offered() -> None:
    of_books, of_tests = (schema["definitions"] for schema in SCHEMAS)
    assert list(of_books["conditions"]["properties"]) == list(CONDITIONS)
    assert list(of_books["actions"]["items"]["properties"]) == list(ACTIONS)
    assert set(of_tests["expect"]["properties"]) == set(EXPECTED)


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.name)
def test_no_file_of_ours_is_refused(file: Path) -> None:
    text = file.read_text()
    if file.name.endswith(".test.yaml"):
        assert load_tests(text, file.name).findings == ()
        assert _refused(OF_TESTS, text) == []
    else:
        assert load(text, file.name).book is not None
        assert _refused(OF_BOOKS, text) == []


@pytest.mark.parametrize("book", [WHOLE, CAFE, *map(with_section, SECTIONS)])
def test_no_example_of_a_rulebook_is_refused(book: str) -> None:
    assert _refused(OF_BOOKS, book) == []


@pytest.mark.parametrize("tests", TESTS)
def test_no_example_of_tests_is_refused(tests: str) -> None:
    assert _refused(OF_TESTS, tests) == []


def _mangled(data: st.DataObject, text: str) -> str:
    """A text with one of its plain values or keys exchanged for another."""
    tokens = [t for t in yaml.scan(text, Loader=yaml.CLoader) if isinstance(t, yaml.ScalarToken)]
    token = data.draw(st.sampled_from(tokens))
    other = data.draw(st.one_of(st.sampled_from(ODD), st.sampled_from(tokens).map(_as_written)))
    return text[: token.start_mark.index] + other + text[token.end_mark.index :]


def _as_written(token: yaml.ScalarToken) -> str:
    return f'"{token.value}"' if '"' not in token.value else token.value


@settings(max_examples=100, deadline=None)
@given(st.data())
def test_whatever_still_loads_is_not_refused(data: st.DataObject) -> None:
    book = _mangled(data, data.draw(st.sampled_from([CAFE, ODD_BOOK])))
    if load(book, "a.yaml").book is not None:
        assert _refused(OF_BOOKS, book) == []


@settings(max_examples=100, deadline=None)
@given(st.data())
def test_whatever_is_still_a_test_file_is_not_refused(data: st.DataObject) -> None:
    """But for words of `keyword` and `privacy` that are none, with which a test always fails."""
    without = ODD_TESTS.replace(", keyword: none", "").replace(", privacy: none", "")
    tests = _mangled(data, without)
    if not load_tests(tests, "odd-words.test.yaml").findings:
        assert _refused(OF_TESTS, tests) == []


def is_of_the_shape(path: Path) -> bool:
    findings = load(path.read_text(), path.name).findings
    return any(finding.code in OF_THE_SHAPE for finding in findings)


@pytest.mark.parametrize(
    "path", [path for path in BROKEN if is_of_the_shape(path)], ids=lambda path: path.stem
)
def test_a_rulebook_of_the_wrong_shape_is_refused(path: Path) -> None:
    assert bool(_refused(OF_BOOKS, path.read_text())) == (path.stem not in UNKNOWABLE)


@pytest.mark.parametrize("path", BROKEN, ids=lambda path: path.stem)
def test_a_rulebook_that_has_warnings_alone_is_not_refused(path: Path) -> None:
    if load(path.read_text(), path.name).book is not None:
        assert _refused(OF_BOOKS, path.read_text()) == []


@pytest.mark.parametrize(
    ("file", "schema"),
    [("rulebook.json", schema_of_rulebooks()), ("tests.json", schema_of_tests())],
)
def test_the_schemas_beside_the_books_are_those_of_this_version(
    file: str, schema: dict[str, Any]
) -> None:
    """If not: `./run rules schema > rules/books/schema/rulebook.json`, and with `--tests`."""
    assert json.loads((BOOKS / "schema" / file).read_text()) == schema


@pytest.mark.parametrize("file", sorted(BOOKS.glob("*.yaml")), ids=lambda file: file.name)
def test_a_book_names_its_schema_in_its_first_line(file: Path) -> None:
    schema = "tests" if file.name.endswith(".test.yaml") else "rulebook"
    first = file.read_text().partition("\n")[0]
    assert first == f"# yaml-language-server: $schema=schema/{schema}.json"


def test_a_map_whose_keys_have_no_forms_has_no_schema() -> None:
    with pytest.raises(TypeError, match="the keys of a team have no forms"):
        map_of(Shape("a team", ("strategy",)))
