"""The built-in answers: what is said to STOP, START, HELP, privacy words and enrollment codes.

A rulebook words any of them by a template of the same name; `carriers.py` says what it must carry.
"""

from rules.builtin_texts import FREQUENCY, RESERVED
from rules.model import Rulebook, Texts
from rules.templates import fill, in_language

__all__ = ["FILLED_LATER", "RESERVED", "answer", "fill", "has_language"]

FILLED_LATER = frozenset({"code", "receipt"})
"""Placeholders of built-in answers that the shell alone can fill."""


def answer(book: Rulebook, template: str, language: str, *, frequency: str = "") -> str:
    """The built-in answer of that reserved name, in a language of the rulebook.

    `{{ name }}`, `{{ contact }}` and `{{ frequency }}` are filled; `{{ code }}` and `{{ receipt }}`
    are left for the caller's `fill`.
    """
    if template in book.templates:
        text = in_language(book, book.templates[template], language)
    else:
        text = _of(RESERVED[template], language)
    values = {
        "name": book.name,
        "contact": book.contact,
        "frequency": _sentence(frequency) or _of(FREQUENCY, language),
    }
    return fill(text, values, keep=FILLED_LATER)


def has_language(language: str) -> bool:
    """Whether the built-in answers exist in this language; English stands in where they do not."""
    return _root(language) in FREQUENCY


def _sentence(words: str) -> str:
    return words[:1].upper() + words[1:]


def _of(texts: Texts, language: str) -> str:
    return texts.get(_root(language)) or texts["en"]


def _root(language: str) -> str:
    return language.split("-", maxsplit=1)[0]
