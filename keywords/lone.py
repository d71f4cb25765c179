"""The words of the language files that count where they are a whole text."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Literal

from keywords.language_file import LanguageFile, LanguageFileError
from keywords.normalize import words
from keywords.reading import Meaning
from keywords.topics import EVERY, MARKS

Answer = Literal["yes", "no"]
Words = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class LoneWord:
    """Words that count where they are a whole text. Neither meaning nor answer: mere dressing.

    `firm`: an opt-out that also counts as a sentence of its own beside other sentences.
    """

    words: Words
    meaning: Meaning | None
    answer: Answer | None
    firm: bool
    languages: tuple[str, ...]

    @property
    def is_mark(self) -> bool:
        """Whether it stands for a topic of the rulebook."""
        return self.words[0] in MARKS


def lone_words(files: Iterable[LanguageFile]) -> dict[str, tuple[LoneWord, ...]]:
    """Return the words of all files by the word that they begin with, the longest run first.

    The mark of a topic is dressing. Raise LanguageFileError where the files contradict.
    """
    merged: dict[Words, LoneWord] = {
        (mark,): LoneWord((mark,), None, None, False, ()) for mark in (*MARKS, EVERY)
    }
    return _by_first({**merged, **_merged(files)})


def lone_entries(file: LanguageFile) -> Iterator[LoneWord]:
    """Yield the words of one file that count alone, its dressing first."""
    of = (file.language,)
    firm = {words(entry) for entry in file.lists["firm"]}
    for entry in file.lists["dressing"]:
        yield LoneWord(words(entry), None, None, False, of)
    for entry in file.lists["yes"]:
        yield LoneWord(words(entry), None, "yes", False, of)
    for entry in file.lists["no"]:
        yield LoneWord(words(entry), None, "no", False, of)
    for name, entries in file.alone.items():
        for run in map(words, entries):
            yield LoneWord(run, Meaning(name), None, run in firm, of)


def _merged(files: Iterable[LanguageFile]) -> dict[Words, LoneWord]:
    merged: dict[Words, LoneWord] = {}
    for file in files:
        for word in lone_entries(file):
            if not word.words:
                raise LanguageFileError(f"{file.language}.yaml: a word alone has no letters")
            known = merged.get(word.words)
            merged[word.words] = _joined(known, word) if known else word
    return merged


def _joined(known: LoneWord, word: LoneWord) -> LoneWord:
    """Return the two as one; dressing in one language gives way to a class in another."""
    if _is_dressing(word) and not _is_dressing(known):
        return known
    if _is_dressing(known) and not _is_dressing(word):
        return word
    if (known.meaning, known.answer) != (word.meaning, word.answer):
        raise LanguageFileError(
            f"{' '.join(word.words)!r} alone has two classes: in {known.languages[0]}.yaml "
            f"and in {word.languages[0]}.yaml; keep one of them"
        )
    languages = tuple(sorted({*known.languages, *word.languages}))
    firm = known.firm or word.firm
    return LoneWord(word.words, word.meaning, word.answer, firm, languages)


def _is_dressing(word: LoneWord) -> bool:
    return word.meaning is None and word.answer is None


def _by_first(merged: Mapping[Words, LoneWord]) -> dict[str, tuple[LoneWord, ...]]:
    found: dict[str, list[LoneWord]] = {}
    for run, word in sorted(merged.items(), key=lambda item: (-len(item[0]), item[0])):
        found.setdefault(run[0], []).append(word)
    return {first: tuple(entries) for first, entries in found.items()}


def typos_of(known: Iterable[str]) -> dict[str, tuple[str, ...]]:
    """Return, from what is left of a word without one letter, the words that one slip may mean."""
    found: dict[str, list[str]] = {}
    for word in known:
        for less in less_by_one(word):
            found.setdefault(less, []).append(word)
    return {less: tuple(meant) for less, meant in found.items()}


def less_by_one(word: str) -> set[str]:
    """Return `word`, and what is left of it without one of its letters.

    Two words that one slip parts share one of these.
    """
    return {word, *(word[:at] + word[at + 1 :] for at in range(len(word)))}
