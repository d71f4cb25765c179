"""What weakens a phrase: the words before, after and beside it, another channel, a topic."""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from keywords.language_file import LanguageFile, LanguageFileError
from keywords.normalize import words
from keywords.phrases import Notation
from keywords.reading import Meaning
from keywords.tokens import PhraseError
from keywords.topics import MARKS, SIGN

_NEVER = "(?!)"
_STARTS = r"(?:^|(?<= ))"  # where a word begins


@dataclass(frozen=True, slots=True)
class Guards:
    """What takes a phrase of one language back: just before it, just after it, or beside it.

    `channels`: names of other ways to reach a person, which make an opt-out ambiguous.
    `topics`: the marks of topics that confine an opt-out before them. `clauses`: the words that
    begin another clause; `openers`: those after which a phrase stands as at a beginning.
    """

    before: Mapping[Meaning, re.Pattern[str]]
    after: Mapping[Meaning, re.Pattern[str]]
    beside: re.Pattern[str]
    channels: re.Pattern[str]
    topics: re.Pattern[str]
    clauses: frozenset[str]
    openers: frozenset[str]


def guards_of(file: LanguageFile) -> Guards:
    """Return the guards of one language; raise LanguageFileError where the notation is broken."""
    notation = Notation(file.sets)
    try:
        return Guards(
            before={
                meaning: re.compile(f"{_STARTS}{source}$")
                for meaning, source in _by_class(notation, file, "before")
            },
            after={
                meaning: re.compile(source)
                for meaning, source in _by_class(notation, file, "after")
            },
            beside=re.compile(_STARTS + _any_of(notation, file.taken_back.get("beside", ()))),
            channels=re.compile(_STARTS + _any_of(notation, file.lists["channels"])),
            topics=_topics(notation, file),
            clauses=frozenset(" ".join(words(entry)) for entry in file.lists["clauses"]),
            openers=frozenset(" ".join(words(entry)) for entry in file.lists["openers"]),
        )
    except PhraseError as fault:
        raise LanguageFileError(f"{file.language}.yaml: taken_back or channels: {fault}") from fault


def _by_class(notation: Notation, file: LanguageFile, where: str) -> Iterator[tuple[Meaning, str]]:
    """Yield what takes back the phrases of each class: what takes back all, and its own."""
    for meaning in Meaning:
        listed = (file.taken_back.get(key, ()) for key in (where, f"{where} {meaning}"))
        yield meaning, _any_of(notation, [phrase for phrases in listed for phrase in phrases])


def _topics(notation: Notation, file: LanguageFile) -> re.Pattern[str]:
    leads = _any_of(notation, file.lists["before_topics"])
    joins = _any_of(notation, file.lists["joining"])
    mark = f"(?:{'|'.join(MARKS)}) "
    more = f"(?:{joins}?{leads}{{0,3}}{mark}){{0,3}}"
    return re.compile(f"{leads}{{0,4}}{mark}{more}|(?<=(?:{SIGN}[a-d] )){more}")


def _any_of(notation: Notation, phrases: Iterable[str]) -> str:
    return f"(?:{notation.alternation(phrases) or _NEVER})"
