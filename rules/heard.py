"""Phrases and texts as they are compared: folded once, as runs of whole words."""

import unicodedata
from dataclasses import dataclass

from keywords.normalize import words


@dataclass(frozen=True, slots=True)
class Phrase:
    """Words that a text is compared with. `run` is them folded, a space before, between and after.

    `exact`: accents count.
    """

    text: str
    run: str
    exact: bool = False


@dataclass(frozen=True, slots=True)
class Heard:
    """A text made ready for comparing: its words folded, and folded but for their accents."""

    text: str
    words: tuple[str, ...]
    run: str
    exact_run: str

    @property
    def plain(self) -> str:
        """The text as regexes see it: NFKC, and not folded."""
        return self.text if self.text.isascii() else unicodedata.normalize("NFKC", self.text)

    def run_for(self, phrase: Phrase) -> str:
        """The side of the text that this phrase is compared with."""
        return self.exact_run if phrase.exact else self.run


def hear(text: str) -> Heard:
    """Make a text ready for comparing with any number of phrases."""
    folded = words(text)
    run = run_of(folded)
    return Heard(text, folded, run, run if text.isascii() else run_of(words(text, accents=True)))


def make_phrase(text: str, *, exact: bool = False) -> Phrase:
    """A phrase as it is compared."""
    return Phrase(text, run_of(words(text, accents=exact)), exact)


def run_of(folded: tuple[str, ...]) -> str:
    """Words as a run: a space before, between and after them."""
    return f" {' '.join(folded)} "


def occurs(phrase: Phrase, heard: Heard) -> bool:
    """Whether the phrase stands in the text, as whole words."""
    return phrase.run in heard.run_for(phrase)


def begins(phrase: Phrase, heard: Heard) -> bool:
    """Whether the text begins with the phrase."""
    return heard.run_for(phrase).startswith(phrase.run)


def is_all(phrase: Phrase, heard: Heard) -> bool:
    """Whether the text is the phrase and nothing else."""
    return heard.run_for(phrase) == phrase.run
