"""Wishes inside sentences: the phrases of the language files, and what takes them back."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from keywords.alone import bare_words
from keywords.edges import ends, fits_edges
from keywords.index import Phrase
from keywords.lone import LoneWord
from keywords.reading import Meaning
from keywords.segments import Sentence
from keywords.vocabulary import Vocabulary


@dataclass(frozen=True, slots=True)
class Finding:
    """A wish that a text holds, the words that it rests on, and their language."""

    meaning: Meaning
    quote: str
    language: str


def find_wishes(sentences: Iterable[Sentence], vocabulary: Vocabulary) -> list[Finding]:
    """Return the wishes that `sentences` hold, in the order of the text."""
    sentences = tuple(sentences)
    line = " ".join(word for sentence in sentences for run in sentence for word in run) + " "
    found = [
        finding
        for sentence in sentences
        for at in range(len(sentence))
        for finding in _in_segment(sentence, at, line, vocabulary)
    ]
    return _weighed(found, line, vocabulary) if found else found


def find_firm(sentences: Iterable[Sentence], vocabulary: Vocabulary) -> Finding | None:
    """Return a STOP that is a sentence of its own, or ends one after a comma.

    "STOP. I never asked" and "I never asked, stop"; but not "Stop, the water is rising", nor
    "the sign says: STOP".
    """
    for sentence in sentences:
        for first in range(len(sentence)):
            rest = tuple(word for run in sentence[first:] for word in run)
            bare = bare_words(rest, vocabulary)
            if bare is None:
                continue
            for word in bare.classed:
                if word.firm and not _is_quoted(sentence[:first], word, vocabulary):
                    marks = [entry.words[0] for entry in bare.found if entry.is_mark]
                    quote = " ".join([*word.words, *marks])
                    return Finding(Meaning.OPT_OUT, quote, word.languages[0])
    return None


def _is_quoted(preceding: Sentence, word: LoneWord, vocabulary: Vocabulary) -> bool:
    """Whether what precedes a STOP in its sentence takes it back: "she said, stop"."""
    before = "".join(f"{said} " for run in preceding for said in run)
    guards = (vocabulary.guards[language] for language in word.languages)
    return bool(before) and any(guard.before[Meaning.OPT_OUT].search(before) for guard in guards)


def _in_segment(
    sentence: Sentence, at: int, whole: str, vocabulary: Vocabulary
) -> Iterator[Finding]:
    """Yield the wishes of one segment from left to right, none inside another.

    A phrase of the class none is no wish; it keeps others from beginning inside it. One that is
    ambiguous keeps out what ends inside it too, but gives way to a wish that reaches further.
    """
    line = " ".join(sentence[at]) + " "
    for phrase, start, end in _phrases_of(sentence, at, whole, vocabulary):
        if phrase.meaning is Meaning.NONE or _is_taken_back(phrase, line, start, end, vocabulary):
            continue
        topic = vocabulary.guards[phrase.language].topics.match(line, end)
        upto = topic.end() if topic else end
        yield Finding(phrase.meaning, line[start:upto].strip(), phrase.language)


def _phrases_of(
    sentence: Sentence, at: int, whole: str, vocabulary: Vocabulary
) -> Iterator[tuple[Phrase, int, int]]:
    """Yield the phrases of one segment, each with where it begins and ends."""
    run = sentence[at]
    phrases = vocabulary.phrases.candidates(run)
    line = " ".join(run) + " "
    start = -1
    free_from = doubtful_to = 0
    for word in run if phrases else ():
        start = line.index(" ", start) + 1 if start >= 0 else 0
        beginning = [phrase for phrase in phrases if word in phrase.shape.firsts]
        if start < free_from or not beginning:
            continue
        phrase, end = _longest(beginning, line, start, (sentence[at + 1 :], whole), vocabulary)
        if phrase is None or end <= doubtful_to:
            continue
        if phrase.meaning is Meaning.AMBIGUOUS:
            doubtful_to = end
        else:
            free_from = end
        yield phrase, start, end


def _longest(
    phrases: Iterable[Phrase],
    line: str,
    start: int,
    beyond: tuple[Sentence, str],
    vocabulary: Vocabulary,
) -> tuple[Phrase | None, int]:
    """Return the phrase that reaches furthest, without a gap if two reach as far; and its end.

    `beyond` the segment: the rest of its sentence, and the words of the whole text.
    """
    later, whole = beyond
    best: Phrase | None = None
    furthest = start
    for phrase in phrases:
        match = phrase.pattern.match(line, start)
        if match is None or (best and _is_beaten(match.end(), furthest, best)):
            continue
        fitting = (
            end
            for end in ends(phrase, line, match)
            if fits_edges(phrase, line, (start, end), later, vocabulary)
        )
        end = next(fitting, start)
        if end > start and phrase.counts_in(whole):
            best, furthest = phrase, end
    return best, furthest


def _is_beaten(end: int, furthest: int, best: Phrase) -> bool:
    return end < furthest or (end == furthest and not best.shape.is_loose)


def _is_taken_back(phrase: Phrase, line: str, start: int, end: int, vocabulary: Vocabulary) -> bool:
    guards = vocabulary.guards[phrase.language]
    before, after = guards.before[phrase.meaning], guards.after[phrase.meaning]
    return bool(before.search(line[:start]) or after.match(line, end))


def _weighed(found: list[Finding], line: str, vocabulary: Vocabulary) -> list[Finding]:
    """Return `found` in the light of the rest: "text is fine" takes an opt-out back, another
    channel ("email me instead") makes it ambiguous, another number of the person's does not.
    """
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
