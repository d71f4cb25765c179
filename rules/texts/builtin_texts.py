"""The wording of the built-in answers: one file a language, `rules/languages/<code>.yaml`.

To add a language, add its file; nothing else changes.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from types import MappingProxyType

from rules.file.findings import Problems
from rules.file.scalars import read_text
from rules.file.scope import Scope
from rules.file.shape import Shape, read_fields
from rules.file.source import Table, parse

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

_KEYS = ("language", "frequency", "answers")
_FILE = Shape("a language", _KEYS, required=_KEYS)
_ANSWERS = Shape("answers", RESERVED, required=RESERVED)


@dataclass(frozen=True, slots=True)
class Wording:
    """What is said by itself in one language.

    `answers` has every name of `RESERVED`; `frequency` is said of a program that states none.
    """

    language: str
    frequency: str
    answers: Mapping[str, str]


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
    texts = {name: read_text(node, name, scope) for name, node in fields.items() if _is_text(name)}
    found = read_fields(fields.get("answers", Table(1, 1)), _ANSWERS, scope)
    answers = {name: read_text(node, name, scope) for name, node in found.items()}
    if not problems.blocked and texts["language"] != path.stem:
        problems.add("BH206", root, f"the language of {path.name} is '{path.stem}'")
    if problems.blocked:
        raise ValueError("; ".join(map(str, problems.sorted())))
    return Wording(texts["language"], texts["frequency"], MappingProxyType(answers))


def _is_text(name: str) -> bool:
    return name in ("language", "frequency")
