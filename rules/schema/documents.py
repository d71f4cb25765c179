"""The schemas themselves: of a rulebook, and of the tests beside it."""

from collections.abc import Mapping
from typing import Any

from rules.actions.table import ACTIONS, IN_ENRICH
from rules.conditions.table import CONDITIONS
from rules.rehearsal.shapes import EXPECT, FILE, GIVEN, SAY
from rules.schema import forms, maps
from rules.schema.forms import Form
from rules.sections.book import BOOK
from rules.sections.phrases import PHRASES
from rules.texts.builtin_texts import wordings

DRAFT = "http://json-schema.org/draft-07/schema#"
"""What editors understand best; yaml-language-server takes it in every version."""


def schema_of_rulebooks() -> Mapping[str, Any]:
    """The JSON Schema of a rulebook."""
    definitions = {
        **forms.SHARED,
        "language": forms.language(wordings()),
        "phrases": PHRASES,
        "conditions": _conditions(),
        "actions": _actions(tuple(ACTIONS)),
        "marks": _actions(IN_ENRICH),
    }
    return {"$schema": DRAFT, **maps.map_of(BOOK), "definitions": definitions}


def schema_of_tests() -> Mapping[str, Any]:
    """The JSON Schema of the tests of a rulebook, `*.test.yaml`."""
    definitions = {
        "text": forms.SHARED["text"],
        "say": SAY,
        "given": maps.map_of(GIVEN),
        "expect": maps.map_of(EXPECT),
    }
    return {"$schema": DRAFT, **maps.map_of(FILE), "definitions": definitions}


def _conditions() -> Form:
    """A map of at least one condition."""
    return {
        "type": "object",
        "title": "conditions",
        "properties": {key: forms.described(k.form, k.about) for key, k in CONDITIONS.items()},
        "additionalProperties": False,
        "minProperties": 1,
    }


def _actions(keys: tuple[str, ...]) -> Form:
    """A list of maps of one action each."""
    one = {
        "type": "object",
        "title": "an action",
        "properties": {key: forms.described(ACTIONS[key].form, ACTIONS[key].about) for key in keys},
        "additionalProperties": False,
        "minProperties": 1,
        "maxProperties": 1,
    }
    return forms.list_of(one, least=1)
