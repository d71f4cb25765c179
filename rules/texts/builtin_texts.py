"""The wording of the built-in answers: one file a language, `rules/texts/languages/<code>.yaml`.

To add a language, add its file; nothing else changes.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from types import MappingProxyType

from keywords.normalize import words
from rules.file.findings import Problems
from rules.file.scalars import read_text
from rules.file.scope import Scope
from rules.file.shape import Shape, read_fields, read_one_or_more
from rules.file.source import Node, Table, parse

Words = tuple[str, ...]
FOLDER = Path(__file__).with_name("languages")

RESERVED = (
    "opt-out",
    "opt-out-topic",
    "opt-in",
    "opt-in-carrier",
    "help",
    "clarify",
    "delete",
    "delete-code-wrong",
    "delete-done",
    "access",
    "correct",
    "confirm",
    "code-closed",
    "code-full",
    "code-known",
    "code-near",
)
"""The names of the built-in answers."""

_LISTS = ("farewells", "numbers", "months", "today", "tomorrow")
_KEYS = ("language", "frequency", "answers", *_LISTS)
_FILE = Shape("a language", _KEYS, required=_KEYS)
_ANSWERS = Shape("answers", RESERVED, required=RESERVED)


@dataclass(frozen=True, slots=True)
class Wording:
    """What is said by itself in one language.

    `answers` has every name of `RESERVED`; `frequency` is said of a program that states none.
    The rest are words that people answer with, folded: `farewells` close a conversation, `numbers`
    run from zero on, `months` from January on, each with its short form after a bar if it has one.
    """

    language: str
    frequency: str
    answers: Mapping[str, str]
    farewells: tuple[Words, ...]
    numbers: tuple[Words, ...]
    months: tuple[tuple[Words, ...], ...]
    today: tuple[Words, ...]
    tomorrow: tuple[Words, ...]


@lru_cache(maxsize=1)
def wordings() -> Mapping[str, Wording]:
    """The wording of each language; raises ValueError where a file is wrong."""
    read = [read_wording(path) for path in sorted(FOLDER.glob("*.yaml"))]
    return MappingProxyType({wording.language: wording for wording in read})


def read_wording(path: Path) -> Wording:
    """The wording of one file; raises ValueError with all that is wrong with it."""
    problems = Problems(path.name)
    root = parse(path.read_text("utf-8"), problems) or Table(1, 1)
    scope = Scope(problems, Table(1, 1))
    fields = read_fields(root, _FILE, scope)
    lists = {name: _read_list(fields.get(name), name, scope) for name in _LISTS}
    texts = {name: _read_text(fields.get(name), name, scope) for name in ("language", "frequency")}
    found = read_fields(fields.get("answers", Table(1, 1)), _ANSWERS, scope)
    answers = {name: read_text(node, name, scope) for name, node in found.items()}
    if not problems.blocked and texts["language"] != path.stem:
        problems.add("BH206", root, f"the language of {path.name} is '{path.stem}'")
    if problems.blocked:
        raise ValueError("; ".join(map(str, problems.sorted())))
    return Wording(
        language=texts["language"],
        frequency=texts["frequency"],
        answers=MappingProxyType(answers),
        farewells=tuple(map(words, lists["farewells"])),
        numbers=tuple(map(words, lists["numbers"])),
        months=tuple(tuple(map(words, entry.split("|"))) for entry in lists["months"]),
        today=tuple(map(words, lists["today"])),
        tomorrow=tuple(map(words, lists["tomorrow"])),
    )


def _read_text(node: Node | None, name: str, scope: Scope) -> str:
    return read_text(node, name, scope) if node else ""


def _read_list(node: Node | None, name: str, scope: Scope) -> list[str]:
    items = read_one_or_more(node, name, scope) if node else []
    return [read_text(item, name, scope) for item in items]
