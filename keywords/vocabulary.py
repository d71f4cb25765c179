"""All language files merged into the tables that reading a text looks words up in."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache

from keywords.guards import Guards, guards_of
from keywords.index import Index, Phrase, index
from keywords.language_file import LanguageFile, LanguageFileError, read_languages
from keywords.lone import LoneWord, Words, lone_words, typos_of
from keywords.normalize import words
from keywords.phrases import Notation, Sets, Shape
from keywords.reading import Meaning
from keywords.tokens import PhraseError
from keywords.topic_words import TopicWords, topic_words_of
from keywords.topics import MARKS

_SINGLE_WORDS = ("typos", "not_typos", "firm_in_capitals", "goes_on", "leads_up", "everyday")


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """Every language's words; `lone` by the word that they begin with (the longest run first)."""

    lone: Mapping[str, tuple[LoneWord, ...]]
    phrases: Index
    auto_replies: Index
    guards: Mapping[str, Guards]
    topic_words: TopicWords
    text_words: frozenset[str]
    own_words: frozenset[Words]
    tapbacks: frozenset[Words]
    signatures: tuple[Words, ...]
    typos: Mapping[str, tuple[str, ...]]
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
    everyday = _single(listed["everyday"])
    return Vocabulary(
        lone=lone_words(files),
        phrases=index(_phrases(files), everyday),
        auto_replies=index(_auto_replies(files), everyday),
        topic_words=topic_words_of(files),
        text_words=frozenset(_text_words(files)),
        guards={file.language: guards_of(file) for file in files},
        own_words=listed["own_words"],
        tapbacks=listed["tapbacks"],
        signatures=tuple(sorted(listed["signatures"])),
        typos=typos_of(_single(listed["typos"])),
        not_typos=_single(listed["not_typos"]),
        firm_in_capitals=_single(listed["firm_in_capitals"]),
        goes_on=_single(listed["goes_on"]),
        leads_up=_single(listed["leads_up"]),
    )


def _single(entries: Iterable[Words]) -> frozenset[str]:
    return frozenset("".join(entry) for entry in entries)


def _phrases(files: Iterable[LanguageFile]) -> Iterator[Phrase]:
    for file in files:
        notation = Notation(_with_marks(file.sets))
        for phrase in file.lists["our_words"]:
            yield Phrase(_shape(phrase, file, notation, "our_words"), Meaning.NONE, file.language)
        for name, written in file.anywhere.items():
            for phrase in written:
                shape = _shape(phrase, file, notation, f"anywhere: {name}")
                yield Phrase(shape, Meaning(name), file.language)


def _auto_replies(files: Iterable[LanguageFile]) -> Iterator[Phrase]:
    for file in files:
        notation = Notation(file.sets)
        for written in file.lists["auto_replies"]:
            shape = _shape(written, file, notation, "auto_replies")
            yield Phrase(shape, Meaning.HELP, file.language)


def _text_words(files: Iterable[LanguageFile]) -> Iterator[str]:
    """Yield the plain words of the sets that name kinds of texts: those that hold `sms`."""
    for file in files:
        for entries in file.sets.values():
            if "sms" in entries:
                yield from ("".join(words(entry)) for entry in entries)


def _with_marks(sets: Sets) -> Sets:
    """Return `sets` with the marks of topics among the kinds of texts: where `sms` is, they are."""
    return {
        name: (*entries, *MARKS) if "sms" in entries else entries
        for name, entries in sets.items()
    }  # fmt: skip


def _shape(written: str, file: LanguageFile, notation: Notation, key: str) -> Shape:
    try:
        return notation.compile(written)
    except PhraseError as fault:
        raise LanguageFileError(f"{file.language}.yaml: {key}: {fault}") from fault
