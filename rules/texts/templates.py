"""Texts for people: what may be substituted in them, and nothing else."""

import re
from collections.abc import Mapping

from rules.model import Rulebook, Texts

PLACEHOLDER = re.compile(r"[ \u00a0]?\{\{\s*([A-Za-z_][A-Za-z0-9_]*)\s*\}\}")


def fill(text: str, values: Mapping[str, str], *, keep: frozenset[str] = frozenset()) -> str:
    """Put values in the place of `{{ name }}`, once over: what a value holds stays as it is.

    An absent value reads as nothing, with the space before it; the names in `keep` stay as written.

    >>> fill("Hello {{ name }}, room {{ room }}.", {"room": "{{ name }}"})
    'Hello, room {{ name }}.'
    """

    def value(found: re.Match[str]) -> str:
        if found[1] in keep:
            return found[0]
        if not values.get(found[1]):
            return ""
        space = found[0][0] if found[0][0] != "{" else ""
        return space + values[found[1]]

    return PLACEHOLDER.sub(value, text)


def placeholders(text: str) -> list[str]:
    """The names that a text has placeholders for."""
    return [found[1] for found in PLACEHOLDER.finditer(text)]


def strip_placeholders(text: str) -> str:
    """A text without its placeholders."""
    return PLACEHOLDER.sub("", text)


def in_language(book: Rulebook, texts: Texts, language: str) -> str:
    """The text in a language, else in the rulebook's default."""
    return texts.get(language) or texts[book.languages[0]]
