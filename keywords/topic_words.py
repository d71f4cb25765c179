"""The words around a topic: those that lead to it, that mean every text, and that name none."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from keywords.language_file import LanguageFile, LanguageFileError
from keywords.lone import LoneWord, Words
from keywords.normalize import words
from keywords.phrases import Notation
from keywords.tokens import PhraseError
from keywords.topics import EVERY, MARKS

_STARTS = r"(?:^|(?<= ))"  # where a word begins
_MARK = f"(?:{'|'.join(MARKS)}) "


@dataclass(frozen=True, slots=True)
class TopicWords:
    """What stands around the marks of topics, in any language.

    `about`: a mark with what leads to it, and with a kind of texts that it tells apart ("texts
    about ads", "ad texts"). `joins`: what joins two marks. `every`: what means every text.
    `weak`: a word that ends other things than texts, and what it ends. `fillings`: single words
    that name no topic.
    """

    about: re.Pattern[str]
    joins: re.Pattern[str]
    every: re.Pattern[str]
    weak: re.Pattern[str]
    weak_words: frozenset[str]
    fillings: frozenset[str]

    def simplified(self, segment: Words) -> Words:
        """Return a segment with each mark on its own, and one word for what means every text."""
        line = " ".join(segment) + " "
        line = self.about.sub(r"\g<mark>", line)
        line = self.every.sub(f"{EVERY} ", line)
        return tuple(self.joins.sub("", line).split())


def topic_words_of(files: Iterable[LanguageFile]) -> TopicWords:
    """Return the words around topics in all languages; raise LanguageFileError on a broken one."""
    files = tuple(files)
    leads, joins = _any_of(files, "before_topics"), _any_of(files, "joining")
    texts, everything = _any_of(files, "all_texts"), _any_of(files, "everything")
    weak = _any_of(files, "weak")
    return TopicWords(
        about=re.compile(
            f"{_STARTS}(?:{texts}{leads}{{0,4}})?{leads}{{0,4}}(?P<mark>{_MARK})(?:{texts})?"
        ),
        joins=re.compile(f"(?<={_MARK}){joins}+(?={_MARK})|(?<={EVERY} ){joins}+(?={_MARK})"),
        every=re.compile(f"{_STARTS}(?:{everything}|(?:{joins}|{leads}){{0,4}}{texts})"),
        weak=re.compile(f"{_STARTS}{weak}{leads}{{0,3}}{_MARK}"),
        weak_words=frozenset(_runs(files, "weak")),
        fillings=frozenset(
            run
            for key in ("all_texts", "no_topics", "before_topics", "joining")
            for run in _runs(files, key)
            if " " not in run
        ),
    )


def names_no_topic(run: Words, lone: Mapping[str, tuple[LoneWord, ...]], of: TopicWords) -> bool:
    """Whether every word of `run` stands for every text, is polite, or is one that counts alone."""
    at = 0
    while at < len(run):
        size = _size_of_lone(run, at, lone)
        if not size and run[at] not in of.fillings:
            return False
        at += size or 1
    return True


def _size_of_lone(run: Words, at: int, lone: Mapping[str, tuple[LoneWord, ...]]) -> int:
    entries = (word.words for word in lone.get(run[at], ()))
    return next((len(entry) for entry in entries if run[at : at + len(entry)] == entry), 0)


def _any_of(files: Iterable[LanguageFile], key: str) -> str:
    sources = [_alternation(file, key) for file in files]
    return f"(?:{'|'.join(source for source in sources if source) or '(?!)'})"


def _alternation(file: LanguageFile, key: str) -> str:
    try:
        return Notation(file.sets).alternation(file.lists[key])
    except PhraseError as fault:
        raise LanguageFileError(f"{file.language}.yaml: {key}: {fault}") from fault


def _runs(files: Iterable[LanguageFile], key: str) -> Iterable[str]:
    return (" ".join(words(entry)) for file in files for entry in file.lists[key])
