"""Which of the tenant's languages a text is in, told by the words of the rulebook in it."""

from collections.abc import Iterable, Mapping

from keywords.classify import compliance_words
from keywords.reading import Reading
from rules.heard import Heard, Phrase
from rules.model import Rulebook, Vocabulary

_Phrases = tuple[tuple[str, ...], ...]


def choose_language(book: Rulebook, reading: Reading, heard: Heard, stored: str | None) -> str:
    """The language with the most words in the text; in a tie, or with none, the stored one.

    Where neither tells, the default: the rulebook's first. `reading.language` counts as a word.
    """
    counts = {name: _count(book.vocabulary.get(name, {}), heard.words) for name in book.languages}
    for name, count in counts.items():
        if reading.language and root_of(name) == root_of(reading.language):
            counts[name] = max(count, 1)
    most = max(counts.values())
    best = [name for name in book.languages if most and counts[name] == most]
    if len(best) == 1:
        return best[0]
    tied = best or list(book.languages)
    return stored if stored in tied else tied[0]


def root_of(language: str) -> str:
    """A language without its region: `fr` of `fr-CA`."""
    return language.split("-", maxsplit=1)[0]


def _count(phrases: Mapping[str, _Phrases], words: tuple[str, ...]) -> int:
    """How many words of the text belong to phrases of one language."""
    covered: set[int] = set()
    for start, word in enumerate(words):
        for phrase in phrases.get(word, ()):
            if words[start : start + len(phrase)] == phrase:
                covered.update(range(start, start + len(phrase)))
    return len(covered)


def build_vocabulary(languages: Iterable[str], spoken: Iterable[tuple[str, Phrase]]) -> Vocabulary:
    """The words that tell each language: compliance words, keywords and choices."""
    known = compliance_words()
    found: dict[str, set[tuple[str, ...]]] = {
        name: {(word,) for word in known.get(root_of(name), frozenset())} for name in languages
    }
    for name, phrase in spoken:
        words = tuple(phrase.run.split())
        if words and name in found:
            found[name].add(words)
    return {name: _by_first_word(phrases) for name, phrases in found.items()}


def _by_first_word(phrases: Iterable[tuple[str, ...]]) -> dict[str, _Phrases]:
    index: dict[str, list[tuple[str, ...]]] = {}
    for phrase in sorted(phrases):
        index.setdefault(phrase[0], []).append(phrase)
    return {word: tuple(found) for word, found in index.items()}
