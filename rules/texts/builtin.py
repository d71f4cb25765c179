"""The built-in answers: what is said to STOP, START, HELP, privacy words and enrollment codes.

A rulebook words any of them by a template of the same name; `carriers.py` says what it must carry.
"""

from collections.abc import Mapping

from rules.decision import NOTHING
from rules.language import root_of
from rules.model import Rulebook
from rules.texts.builtin_texts import RESERVED, Wording, wordings
from rules.texts.templates import fill, in_language, placeholders

__all__ = [
    "FILLED_HERE",
    "FILLED_LATER",
    "PROGRAM",
    "RESERVED",
    "answer",
    "fill",
    "has_language",
    "program",
]

PROGRAM = frozenset({"name", "contact", "frequency"})
"""Placeholders that are filled in built-in answers and in the welcome of an enrollment."""

FILLED_HERE = frozenset({"topic", "enrollment"})
"""Placeholders of built-in answers about a topic, or about a code that somebody may have meant."""

FILLED_LATER = frozenset({"code", "receipt"})
"""Placeholders of built-in answers that the shell alone can fill."""


def answer(
    book: Rulebook,
    template: str,
    language: str,
    *,
    frequency: str = "",
    values: Mapping[str, str] = NOTHING,
) -> str:
    """The built-in answer of that reserved name, in a language of the rulebook.

    `{{ name }}`, `{{ contact }}`, `{{ frequency }}` and `values` are filled; `{{ code }}` and
    `{{ receipt }}` are left for the caller's `fill`. A `delete` without its code has it at the end.
    """
    if template in book.templates:
        text = _with_code(template, in_language(book, book.templates[template], language))
    else:
        text = _wording(language).answers[template]
    known = {**program(book, language, frequency=frequency), **values}
    return fill(text, known, keep=FILLED_LATER)


def program(book: Rulebook, language: str, *, frequency: str = "") -> dict[str, str]:
    """What carriers want to be told of a program, by placeholder: `PROGRAM` names them."""
    stated = _sentence(frequency) or _wording(language).frequency
    return {"name": book.name, "contact": book.contact, "frequency": stated}


def has_language(language: str) -> bool:
    """Whether the built-in answers exist in this language; English stands in where they do not."""
    return root_of(language) in wordings()


def _with_code(template: str, text: str) -> str:
    """A rulebook's answer; nobody could confirm a deletion whose code they are not told."""
    lacks = template == "delete" and "code" not in placeholders(text)
    return f"{text} {{{{ code }}}}" if lacks else text


def _sentence(words: str) -> str:
    return words[:1].upper() + words[1:]


def _wording(language: str) -> Wording:
    known = wordings()
    return known.get(root_of(language), known["en"])
