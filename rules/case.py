"""One text in its surroundings: all that a condition may look at."""

from dataclasses import dataclass

from keywords.reading import Reading
from rules.decision import Facts
from rules.heard import Heard, hear
from rules.language import choose_language
from rules.model import Rulebook


@dataclass(frozen=True, slots=True)
class Case:
    """A text made ready, its reading, the facts around it, and the language it is in."""

    book: Rulebook
    heard: Heard
    reading: Reading
    facts: Facts
    language: str


def open_case(book: Rulebook, reading: Reading, text: str, facts: Facts) -> Case:
    """Make a text ready to be decided. The words of a machine tell nothing of a known language."""
    heard = hear(text)
    if reading.automatic and facts.language in book.languages:
        language = facts.language
    else:
        language = choose_language(book, reading, heard, facts.language)
    return Case(book, heard, reading, facts, language)
