"""Wishes inside sentences: the phrases of the language files, and what takes them back."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from keywords.alone import bare_words
from keywords.reading import Meaning
from keywords.segments import Sentence
from keywords.vocabulary import Phrase, Vocabulary


@dataclass(frozen=True, slots=True)
class Finding:
    """A wish that a text holds, the words that it rests on, and their language."""

    meaning: Meaning
    quote: str
    language: str


def find_wishes(sentences: Iterable[Sentence], vocabulary: Vocabulary) -> list[Finding]:
    """Return the wishes that `sentences` hold, in the order of the text."""
    sentences = tuple(sentences)
    found = [
        finding
        for sentence in sentences
        for at in range(len(sentence))
        for finding in _in_segment(sentence, at, vocabulary)
    ]
    return _weighed(found, sentences, vocabulary) if found else found


def find_firm(sentences: Iterable[Sentence], vocabulary: Vocabulary) -> Finding | None:
    """Return a STOP that is a sentence of its own, or ends one after a comma.

    "STOP. I never asked" and "I never asked, stop"; but not "Stop, the water is rising".
    """
    for sentence in sentences:
        for first in range(len(sentence)):
            rest = tuple(word for run in sentence[first:] for word in run)
            bare = bare_words(rest, vocabulary)
            for word in bare.classed if bare else ():
                if word.firm:
                    return Finding(Meaning.OPT_OUT, " ".join(word.words), word.languages[0])
    return None


def _in_segment(sentence: Sentence, at: int, vocabulary: Vocabulary) -> Iterator[Finding]:
    """Yield the wishes of one segment from left to right, none inside another."""
    run = sentence[at]
    line = " ".join(run) + " "
    start = 0
    free_from = 0
    for word in run:
        phrases = vocabulary.phrases.get(word, ()) if start >= free_from else ()
        best = _longest(phrases, line, start, sentence[at + 1 :], vocabulary) if phrases else None
        if best is not None:
            phrase, end = best
            free_from = end
            if not _is_taken_back(phrase, line, start, end, vocabulary):
                yield Finding(phrase.meaning, line[start:end].strip(), phrase.language)
        start += len(word) + 1


def _longest(
    phrases: Iterable[Phrase], line: str, start: int, later: Sentence, vocabulary: Vocabulary
) -> tuple[Phrase, int] | None:
    best: tuple[Phrase, int] | None = None
    for phrase in phrases:
        match = phrase.pattern.match(line, start)
        if match is None or (best is not None and match.end() <= best[1]):
            continue
        if _fits_edges(phrase, line, (start, match.end()), later, vocabulary):
            best = phrase, match.end()
    return best


def _fits_edges(
    phrase: Phrase, line: str, span: tuple[int, int], later: Sentence, vocabulary: Vocabulary
) -> bool:
    if phrase.at_start and not _is_dressing(line[: span[0]].split(), vocabulary):
        return False
    if not phrase.at_end:
        return True
    if not _is_dressing(line[span[1] :].split(), vocabulary):
        return False
    return phrase.at_end == "," or all(_is_dressing(run, vocabulary) for run in later)


def _is_dressing(run: Iterable[str], vocabulary: Vocabulary) -> bool:
    bare = bare_words(tuple(run), vocabulary)
    return bare is not None and not bare.classed


def _is_taken_back(phrase: Phrase, line: str, start: int, end: int, vocabulary: Vocabulary) -> bool:
    guards = vocabulary.guards[phrase.language]
    return bool(guards.before.search(line[:start]) or guards.after.match(line, end))


def _weighed(
    found: list[Finding], sentences: tuple[Sentence, ...], vocabulary: Vocabulary
) -> list[Finding]:
    """Return `found` in the light of the rest: "text is fine" takes an opt-out back, another
    channel ("email me instead") makes it ambiguous, another number of the person's does not.
    """
    line = " ".join(word for sentence in sentences for run in sentence for word in run) + " "
    corrects = any(finding.meaning is Meaning.CORRECT for finding in found)
    return [
        weighed
        for finding in found
        for weighed in _weigh(finding, line, corrects, vocabulary)
    ]  # fmt: skip


def _weigh(finding: Finding, line: str, corrects: bool, vocabulary: Vocabulary) -> list[Finding]:
    if finding.meaning is not Meaning.OPT_OUT:
        return [finding]
    guards = vocabulary.guards[finding.language]
    if guards.beside.search(line):
        return []
    channel = guards.channels.search(line)
    if channel is None or corrects:
        return [finding]
    quote = f"{finding.quote} … {channel[0].strip()}"
    return [Finding(Meaning.AMBIGUOUS, quote, finding.language)]
