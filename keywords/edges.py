"""Where a phrase may begin and end in its sentence: `^`, `,`, `;` and `.` of the notation."""

import re
from collections.abc import Iterable, Iterator
from itertools import islice

from keywords.alone import bare_words
from keywords.index import Phrase
from keywords.segments import Sentence
from keywords.vocabulary import Vocabulary

_MORE_WORDS = 12  # what two gaps may hold


def ends(phrase: Phrase, line: str, match: re.Match[str]) -> Iterator[int]:
    """Yield where `phrase` may end: a gap takes few words, and more where its edge asks for it."""
    yield match.end()
    if phrase.shape.at_end and phrase.shape.is_loose:
        for space in islice(re.finditer(" ", line[match.end() :]), _MORE_WORDS):
            end = match.end() + space.end()
            if phrase.pattern.fullmatch(line, match.start(), end):
                yield end


def fits_edges(
    phrase: Phrase, line: str, span: tuple[int, int], later: Sentence, vocabulary: Vocabulary
) -> bool:
    """Whether `phrase` may stand at `span` of `line`, whose sentence goes on with `later`."""
    if phrase.shape.at_start and not _opens(line[: span[0]].split(), phrase.language, vocabulary):
        return False
    if not phrase.shape.at_end:
        return True
    rest = line[span[1] :].split()
    if phrase.shape.at_end == ";" and _begins_clause(rest, phrase.language, vocabulary):
        return True
    if not _is_dressing(rest, vocabulary):
        return False
    return phrase.shape.at_end != "." or all(_is_dressing(run, vocabulary) for run in later)


def _opens(run: list[str], language: str, vocabulary: Vocabulary) -> bool:
    """Whether what comes after `run` stands as at a beginning: "I moved, so please …"."""
    openers = vocabulary.guards[language].openers
    return bool(run and run[-1] in openers) or _is_dressing(run, vocabulary)


def _begins_clause(run: Iterable[str], language: str, vocabulary: Vocabulary) -> bool:
    """Whether another clause begins here, polite words aside: "… and", "… because", "… i"."""
    clauses = vocabulary.guards[language].clauses
    for word in run:
        if word in clauses:
            return True
        if not _is_dressing([word], vocabulary):
            return False
    return False


def _is_dressing(run: Iterable[str], vocabulary: Vocabulary) -> bool:
    bare = bare_words(tuple(run), vocabulary)
    return bare is not None and not bare.classed
