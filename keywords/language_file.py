"""Reading one language file (`languages/*.yaml`), every fault of it reported at once.

The keys are explained in docs/keywords.md.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

import yaml

from keywords.reading import Meaning

LANGUAGES = Path(__file__).with_name("languages")

_LISTS = (
    *("dressing", "yes", "no", "firm", "channels", "own_words"),
    *("firm_in_capitals", "goes_on", "leads_up", "tapbacks", "signatures"),
    *("typos", "not_typos", "not_telling"),
    *("our_words", "auto_replies", "before_topics", "joining", "everything", "all_texts"),
    *("no_topics", "weak", "clauses", "openers", "everyday"),
)
_BY_CLASS = ("alone", "anywhere", "examples")
_MAPS = ("sets", "taken_back", *_BY_CLASS)
_CLASSES = frozenset(Meaning)
_TAKEN_BACK = {"before", "after", "beside"} | {
    f"{where} {meaning}" for where in ("before", "after") for meaning in Meaning
}
_EXAMPLES = _CLASSES | {"yes", "no"}

_ALLOWED: Mapping[str, Collection[str]] = {
    "taken_back": _TAKEN_BACK,
    "alone": _CLASSES,
    "anywhere": _CLASSES,
    "examples": _EXAMPLES,
}

Lists = Mapping[str, tuple[str, ...]]


class LanguageFileError(ValueError):
    """A language file that cannot be used; the message names the file and each fault."""


@dataclass(frozen=True, slots=True)
class LanguageFile:
    """One language as written. `lists` holds the keys that are plain lists."""

    language: str
    name: str
    lists: Lists
    sets: Lists
    taken_back: Lists
    alone: Lists
    anywhere: Lists
    examples: Lists


@lru_cache(maxsize=4)
def read_languages(folder: Path = LANGUAGES) -> tuple[LanguageFile, ...]:
    """Return all language files of `folder`, by code; raise LanguageFileError on a broken one."""
    return tuple(read_language(path) for path in sorted(folder.glob("*.yaml")))


def read_language(path: Path) -> LanguageFile:
    """Return the language file at `path`; raise LanguageFileError naming all its faults."""
    # The base loader alone reads `no` as a word; it builds text, lists and maps, nothing else.
    loader = getattr(yaml, "CBaseLoader", yaml.BaseLoader)
    try:
        written = yaml.load(path.read_text(encoding="utf-8"), Loader=loader)  # noqa: S506
    except yaml.YAMLError as fault:
        raise LanguageFileError(f"{path.name}: no valid YAML: {fault}") from fault
    faults = _faults(written, path.stem)
    if faults:
        raise LanguageFileError("\n".join(f"{path.name}: {fault}" for fault in faults))
    lists = {key: tuple(written.get(key, ())) for key in _LISTS}
    maps = {key: _lists(written.get(key, {})) for key in _MAPS}
    return LanguageFile(written["language"], written["name"], lists, **maps)


def _lists(written: Mapping[str, list[str]]) -> Lists:
    return {key: tuple(values) for key, values in written.items()}


def _faults(written: Any, code: str) -> list[str]:
    if not isinstance(written, dict):
        return ["not a map of keys"]
    known = {"language", "name", *_LISTS, *_MAPS}
    faults = [f"unknown key {key!r}" for key in written if key not in known]
    faults += [f"{key} is missing" for key in ("language", "name") if key not in written]
    if written.get("language") != code:
        faults.append(f"language must be {code!r}, the name of the file")
    faults += [
        f"{key} must be a list of texts"
        for key in _LISTS
        if not _is_texts(written.get(key, []))
    ]  # fmt: skip
    for key in _MAPS:
        faults += _map_faults(key, written.get(key, {}))
    return faults


def _map_faults(key: str, written: Any) -> list[str]:
    if not isinstance(written, dict):
        return [f"{key} must be a map of lists"]
    allowed = _ALLOWED.get(key)
    faults = [
        f"{key}: unknown entry {name!r}" for name in written if allowed and name not in allowed
    ]
    return faults + [
        f"{key}: {name} must be a list of texts"
        for name, values in written.items()
        if not _is_texts(values)
    ]


def _is_texts(values: Any) -> bool:
    return isinstance(values, list) and all(isinstance(value, str) for value in values)
