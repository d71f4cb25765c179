"""What an editor makes of rulebooks: yaml-language-server with the schemas of rules/books."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from rules.load import load
from tests.conftest import skip_part
from tests.parts.language_server import LanguageServer
from tests.parts.postgresql import PartMissing
from tests.rules.cafe import CAFE
from tests.rules.conftest import BOOKS
from tests.rules.test_broken_rulebooks import BROKEN
from tests.rules.test_rules_page import SECTIONS, TESTS, with_section
from tests.rules.test_schema import EDITOR, UNKNOWABLE, is_of_the_shape

HERE = BOOKS / "of-a-test.yaml"
HEAD = "# yaml-language-server: $schema=schema/{}.json\n"


@pytest.fixture(scope="module")
def editor() -> Iterator[LanguageServer]:
    """The language server; skips where it cannot be had."""
    try:
        server = LanguageServer()
    except PartMissing as missing:
        skip_part(f"yaml-language-server ({missing})")
        raise
    yield server
    server.close()


def _beside_the_books(name: str, text: str, schema: str = "rulebook") -> tuple[Path, str]:
    return BOOKS / name, HEAD.format(schema) + text


def test_it_warns_of_nothing_that_loads(editor: LanguageServer) -> None:
    documents = {file: file.read_text() for file in BOOKS.glob("*.yaml")}
    for file in EDITOR.glob("*.yaml"):
        schema = "tests" if file.name.endswith(".test.yaml") else "rulebook"
        documents |= [_beside_the_books(f"of-{file.name}", file.read_text(), schema)]
    books = [CAFE, *map(with_section, SECTIONS)]
    documents |= [_beside_the_books(f"{n}.yaml", book) for n, book in enumerate(books)]
    documents |= [_beside_the_books(f"{n}.test.yaml", one, "tests") for n, one in enumerate(TESTS)]
    warnings = editor.warnings(documents)
    assert {path.name: told for path, told in warnings.items() if told} == {}


def test_it_warns_of_every_wrong_shape(editor: LanguageServer) -> None:
    broken = {path: path.read_text() for path in BROKEN if is_of_the_shape(path)}
    documents = dict(_beside_the_books(path.name, text) for path, text in broken.items())
    silent = {path.stem for path, told in editor.warnings(documents).items() if not told}
    assert silent == set(UNKNOWABLE)


@pytest.mark.parametrize(
    ("text", "some", "none"),
    [
        ("version: 1\n|", {"tenant", "routes", "webhooks"}, {"version", "id"}),
        ("routes:\n  - |", {"id", "match", "do", "then"}, set()),
        ("protect:\n  - id: a\n    |", {"match", "mode"}, {"then"}),
        ("routes:\n  - match:\n      |", {"message_has", "not", "within"}, {"reply"}),
        ("routes:\n  - match:\n      not:\n        |", {"message_has"}, {"reply"}),
        ("routes:\n  - match: {thread: |}", {"new", "snoozed"}, {"null"}),
        ("routes:\n  - do:\n      - |", {"reply", "assign", "close"}, {"match"}),
        ("routes:\n  - do:\n      - assign:\n          |", {"team", "staff"}, {"after"}),
        ("enrich:\n  - do:\n      - |", {"tag", "untag", "set"}, {"reply"}),
        ("teams:\n  bar:\n    strategy: |", {"least-busy", "everyone"}, {"true", "null"}),
        ("teams:\n  bar:\n    backup: |", set(), {"true", "null"}),
        ("templates:\n  |", {"opt-out", "help"}, set()),
        ("templates:\n  hello:\n    |", {"en", "es"}, set()),
        ("hours:\n  day:\n    open:\n      |", {"mon-fri", "sun"}, set()),
    ],
)
def test_it_offers_what_may_stand_there(
    editor: LanguageServer, text: str, some: set[str], none: set[str]
) -> None:
    offered = set(editor.completions(HERE, HEAD.format("rulebook") + text))
    assert some <= offered
    assert not none & offered


def test_it_offers_what_tests_may_expect(editor: LanguageServer) -> None:
    text = HEAD.format("tests") + "cases:\n  - name: a\n    say: b\n    expect:\n      |"
    assert {"rule", "reply", "nothing"} <= set(editor.completions(BOOKS / "a.test.yaml", text))


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("teams: {bar: {str|ategy: everyone}}", "How the team shares its work."),
        ("routes:\n  - match: {mess|age_has: a}", "One of these phrases stands in the text."),
        ("routes:\n  - do: [ass|ign: a]", "Give the thread to a team or a person"),
        ("fall|back:\n  do: [assign: bar]", "The rule for every other text."),
    ],
)
def test_it_explains_a_key(editor: LanguageServer, text: str, told: str) -> None:
    assert told in editor.hover(HERE, HEAD.format("rulebook") + text)


def test_it_says_what_is_wrong_in_our_words(editor: LanguageServer) -> None:
    book = CAFE.replace("tenant: ", "tenant: The ", 1)
    assert load(book, "a.yaml").book is None
    [told] = editor.warnings(dict([_beside_the_books("wrong.yaml", book)])).values()
    assert [line.partition(": ")[2] for line in told] == ["an id is made of a-z, 0-9 and -"]
