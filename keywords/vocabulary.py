"""All language files merged into the tables that reading a text looks words up in."""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Literal

from keywords.language_file import LanguageFile, LanguageFileError, read_languages
from keywords.normalize import words
from keywords.phrases import PhraseError, Sets, alternation, compile_phrase
from keywords.reading import Meaning

Answer = Literal["yes", "no"]
Words = tuple[str, ...]
_NEVER = re.compile(r"(?!)")
_SINGLE_WORDS = ("typos", "not_typos", "firm_in_capitals", "goes_on", "leads_up")


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


@dataclass(frozen=True, slots=True)
class Phrase:
    """A phrase that counts anywhere in a text; `pattern` matches words each followed by a space."""

    pattern: re.Pattern[str]
    meaning: Meaning
    language: str
    at_start: bool
    at_end: str


@dataclass(frozen=True, slots=True)
class Guards:
    """What takes a phrase of one language back: just before it, just after it, or beside it.

    `channels`: names of other ways to reach a person, which make an opt-out ambiguous.
    """

    before: re.Pattern[str]
    after: re.Pattern[str]
    beside: re.Pattern[str]
    channels: re.Pattern[str]


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """Every language's words, by the word that they begin with (the longest run first)."""

    lone: Mapping[str, tuple[LoneWord, ...]]
    phrases: Mapping[str, tuple[Phrase, ...]]
    guards: Mapping[str, Guards]
    own_words: frozenset[Words]
    tapbacks: frozenset[Words]
    signatures: tuple[Words, ...]
    typos: tuple[str, ...]
    not_typos: frozenset[str]
    firm_in_capitals: frozenset[str]
    goes_on: frozenset[str]
    leads_up: frozenset[str]


@lru_cache(maxsize=1)
def vocabulary() -> Vocabulary:
    """Return the vocabulary of the package's own language files, read at the first call."""
    return merge(read_languages())


def merge(files: Iterable[LanguageFile]) -> Vocabulary:
    """Return one vocabulary of `files`; raise LanguageFileError where they contradict."""
    files = tuple(files)
    listed = {
        key: frozenset(words(entry) for file in files for entry in file.lists[key])
        for key in ("own_words", "tapbacks", "signatures", *_SINGLE_WORDS)
    }
    return Vocabulary(
        lone=_by_first(_lone_words(files)),
        phrases=_phrases(files),
        guards={file.language: _guards(file) for file in files},
        own_words=listed["own_words"],
        tapbacks=listed["tapbacks"],
        signatures=tuple(sorted(listed["signatures"])),
        typos=tuple(sorted(_single(listed["typos"]))),
        not_typos=_single(listed["not_typos"]),
        firm_in_capitals=_single(listed["firm_in_capitals"]),
        goes_on=_single(listed["goes_on"]),
        leads_up=_single(listed["leads_up"]),
    )


def _single(entries: Iterable[Words]) -> frozenset[str]:
    return frozenset("".join(entry) for entry in entries)


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


def _lone_words(files: Iterable[LanguageFile]) -> dict[Words, LoneWord]:
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


def _phrases(files: Iterable[LanguageFile]) -> dict[str, tuple[Phrase, ...]]:
    found: dict[str, list[Phrase]] = {}
    for file in files:
        for name, written in file.anywhere.items():
            for phrase in written:
                _add_phrase(found, file, Meaning(name), phrase)
    return {first: tuple(entries) for first, entries in found.items()}


def _add_phrase(
    found: dict[str, list[Phrase]], file: LanguageFile, meaning: Meaning, written: str
) -> None:
    try:
        shape = compile_phrase(written, file.sets)
    except PhraseError as fault:
        raise LanguageFileError(f"{file.language}.yaml: anywhere: {meaning}: {fault}") from fault
    pattern = re.compile(shape.source)
    phrase = Phrase(pattern, meaning, file.language, shape.at_start, shape.at_end)
    for first in shape.firsts:
        found.setdefault(first, []).append(phrase)


def _guards(file: LanguageFile) -> Guards:
    try:
        return Guards(
            before=_pattern(r"(?:^|(?<= ))(?:{})$", file.taken_back.get("before", ()), file.sets),
            after=_pattern("(?:{})", file.taken_back.get("after", ()), file.sets),
            beside=_pattern(r"(?:^|(?<= ))(?:{})", file.taken_back.get("beside", ()), file.sets),
            channels=_pattern(r"(?:^|(?<= ))(?:{})", file.lists["channels"], file.sets),
        )
    except PhraseError as fault:
        raise LanguageFileError(f"{file.language}.yaml: taken_back or channels: {fault}") from fault


def _pattern(frame: str, phrases: Iterable[str], sets: Sets) -> re.Pattern[str]:
    source = alternation(phrases, sets)
    return re.compile(frame.replace("{}", source, 1)) if source else _NEVER
