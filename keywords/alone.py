"""Words that are a whole text: STOP, "stop please", "Stop. Thank you", "help?", "sí"."""

from dataclasses import dataclass
from itertools import takewhile

from keywords.disguise import disguises
from keywords.lone import Answer, LoneWord, Words
from keywords.vocabulary import Vocabulary

_LONG_NUMBER = 5  # digits: a short code or a phone number, while "stop 12" is one of a bus


@dataclass(frozen=True, slots=True)
class Bare:
    """A text made of words that count alone, and of dressing. `how` names a disguise."""

    found: tuple[LoneWord, ...]
    how: str = ""

    @property
    def classed(self) -> tuple[LoneWord, ...]:
        """The words that have a class, in order."""
        return tuple(word for word in self.found if word.meaning)

    @property
    def answer(self) -> Answer | None:
        """The one answer that the words give, if they give one."""
        answers = {word.answer for word in self.found if word.answer}
        return answers.pop() if len(answers) == 1 else None


def read_bare(folded: str, plain: Words, vocabulary: Vocabulary) -> Bare | None:
    """Return how a folded text, whose words are `plain`, reads as bare words; None if it does not.

    A disguised text must hold a word with a class: no disguise makes a yes.
    """
    bare = bare_words(_without_number(plain, vocabulary), vocabulary)
    if bare is not None and (bare.classed or bare.answer):
        return bare
    for words, how in disguises(folded, plain, vocabulary):
        disguised = bare_words(words, vocabulary) if words != plain else None
        if disguised is not None and disguised.classed:
            return Bare(disguised.found, how)
    return None


def _without_number(plain: Words, vocabulary: Vocabulary) -> Words:
    """Return `plain` without the long number that follows a bare STOP: "STOP 123456"."""
    if not plain or not plain[-1].isdecimal():
        return plain
    said = tuple(takewhile(lambda word: not word.isdecimal(), plain))
    number = plain[len(said) :]
    is_long = len("".join(number)) >= _LONG_NUMBER and all(map(str.isdecimal, number))
    bare = bare_words(said, vocabulary) if is_long else None
    return said if bare and any(word.firm for word in bare.classed) else plain


def bare_words(plain: Words, vocabulary: Vocabulary) -> Bare | None:
    """Return `plain` as a row of words that count alone and of dressing, None if it is more."""
    found: list[LoneWord] = []
    at = 0
    while at < len(plain):
        word = _lone_at(plain, at, vocabulary)
        if word is None:
            return None
        found.append(word)
        at += len(word.words)
    return Bare(tuple(found))


def _lone_at(plain: Words, at: int, vocabulary: Vocabulary) -> LoneWord | None:
    for word in vocabulary.lone.get(plain[at], ()):
        if plain[at : at + len(word.words)] == word.words:
            return word
    return None
