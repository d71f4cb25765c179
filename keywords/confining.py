"""Opt-outs in texts that name topics: which are confined to them, and which end every text.

In doubt an opt-out ends every text. A topic makes an opt-out of what is none without it only
behind a bare STOP, or in a whole sentence that leaves no other reading.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from keywords.alone import Bare, bare_words, read_bare
from keywords.lone import LoneWord
from keywords.normalize import split
from keywords.ranking import reading_of_bare, reading_of_findings
from keywords.reading import Meaning, Reading
from keywords.segments import Sentence, sentences
from keywords.sentences import Finding, find_firm, find_wishes
from keywords.shouted import find_shouted
from keywords.topics import EVERY, Marked, marks_in
from keywords.vocabulary import Vocabulary

Objects = tuple[str, ...]  # the marks that one opt-out is about; none: every text


def confined(plain: Reading, marked: Marked, own: str, known: Vocabulary) -> Reading:
    """Return the reading of a text that names topics, `plain` being the one without them."""
    rows = [_row(sentence, known) for sentence in sentences(marked.folded)]
    whole = tuple(row for row in rows if row)
    if len(whole) < len(rows):
        disguised = read_bare(marked.folded, split(marked.folded), known)
        whole = (disguised,) if disguised else ()
    reading = _read_rows(plain, whole, marked, known) if whole else None
    return reading or _read_sentences(plain, marked, own, known)


def _row(sentence: Sentence, known: Vocabulary) -> Bare | None:
    simple = (known.topic_words.simplified(run) for run in sentence)
    return bare_words(tuple(word for run in simple for word in run), known)


def _read_rows(
    plain: Reading, rows: Sequence[Bare], marked: Marked, known: Vocabulary
) -> Reading | None:
    """Return the reading of a whole text of bare words and topics; None where it ends nothing."""
    if not any(_ends(row, known, plain) for row in rows):
        return None
    if plain.meaning is Meaning.OPT_OUT:
        reading = plain
    elif "?" in marked.folded and _is_led(marked, known):
        return None
    else:
        reading = reading_of_bare(Bare(tuple(word for row in rows for word in row.found)))
    return _with_topics(reading, [about for row in rows for about in _objects(row)], marked)


def _is_led(marked: Marked, known: Vocabulary) -> bool:
    """Whether more than topics and words that count alone stand there: "stop for the spa"."""
    return bare_words(split(marked.folded), known) is None


def _ends(row: Bare, known: Vocabulary, plain: Reading) -> bool:
    """Whether a row holds an opt-out that ends texts and nothing else."""
    weak = known.topic_words.weak_words if plain.meaning is not Meaning.OPT_OUT else ()
    return any(
        word.meaning is Meaning.OPT_OUT and " ".join(word.words) not in weak for word in row.found
    )


def _objects(row: Bare) -> list[Objects]:
    """Return what each opt-out of a row is about: the topics behind it, else those before it."""
    if any(word.answer or word.words == (EVERY,) for word in row.found):
        return [()]
    found: list[Objects] = []
    before: list[str] = []
    for clause in _clauses(row.found):
        stop, marks = clause
        if stop is None:
            before = marks
        elif stop.meaning is Meaning.OPT_OUT:
            found.append(tuple(marks or before))
            before = []
        else:
            before = []
    return found


def _clauses(found: Iterable[LoneWord]) -> list[tuple[LoneWord | None, list[str]]]:
    """Return each word with a class and the marks up to the next; a word said twice is one."""
    clauses: list[tuple[LoneWord | None, list[str]]] = [(None, [])]
    for word in found:
        last, marks = clauses[-1]
        if word.is_mark:
            marks.append(word.words[0])
        elif word.meaning and (marks or last is None or last.words != word.words):
            clauses.append((word, []))
    return clauses


@dataclass(frozen=True, slots=True)
class _Told:
    """What the sentences of a text hold: the wishes found, and what each opt-out is about."""

    found: list[Finding]
    objects: list[Objects]
    is_sure: bool


def _read_sentences(plain: Reading, marked: Marked, own: str, known: Vocabulary) -> Reading:
    """Return the reading of a text with more in it than bare words and topics."""
    told = [_tell(sentence, plain, marked, known) for sentence in sentences(marked.folded)]
    objects = [about for one in told for about in one.objects]
    found = [finding for one in told for finding in one.found]
    if not objects or all(finding.meaning is not Meaning.OPT_OUT for finding in found):
        return plain
    if plain.meaning is Meaning.OPT_OUT:
        shouted = find_shouted(own, known) is not None
        return _with_topics(plain, [*objects, *([()] if shouted else [])], marked)
    if not any(one.is_sure for one in told):
        return plain
    return _with_topics(reading_of_findings(found), objects, marked)


def _tell(sentence: Sentence, plain: Reading, marked: Marked, known: Vocabulary) -> _Told:
    row = _row(sentence, known)
    if row and _ends(row, known, plain):
        firm = [word for word in row.classed if word.firm]
        found = [Finding(Meaning.OPT_OUT, " ".join(word.words), word.languages[0]) for word in firm]
        return _Told(found, _objects(row), is_sure=bool(firm))
    return _tell_phrases(marked.without_codes(sentence), marked, known)


def _tell_phrases(sentence: Sentence, marked: Marked, known: Vocabulary) -> _Told:
    found = find_wishes((sentence,), known)
    firm = find_firm((sentence,), known)
    found = [firm, *found] if firm else found
    quotes = [finding.quote for finding in found if finding.meaning is Meaning.OPT_OUT]
    simple = [known.topic_words.simplified(run) for run in sentence]
    all_texts = any(EVERY in run for run in simple)
    objects: list[Objects] = [() if all_texts else marks_in(quote) for quote in quotes]
    sure = bool(quotes) and _is_sure(sentence, quotes, marked, known)
    return _Told(found, objects, is_sure=sure)


def _is_sure(sentence: Sentence, quotes: Iterable[str], marked: Marked, known: Vocabulary) -> bool:
    """Whether opt-outs that a topic makes are the whole of a sentence, and no question."""
    line = " ".join(word for run in sentence for word in run) + " "
    if "?" in marked.folded or known.topic_words.weak.search(line):
        return False
    for quote in quotes:
        if not _stands_alone(quote, known):
            return False
        line = line.replace(f"{quote} ", "", 1)
    rest = bare_words(tuple(line.split()), known)
    return rest is not None and not rest.classed


def _stands_alone(quote: str, known: Vocabulary) -> bool:
    """Whether an opt-out is one without its topic: "stop sending me (the menu)"."""
    simple = known.topic_words.simplified(tuple(quote.split()))
    head = tuple(word for word in simple if not marks_in(word))
    found = find_wishes(((head,),), known) if head else []
    return any(finding.meaning is Meaning.OPT_OUT for finding in found)


def _with_topics(reading: Reading, objects: Iterable[Objects], marked: Marked) -> Reading:
    return replace(
        reading, reason=marked.unmarked(reading.reason), topics=marked.named_by(tuple(objects))
    )
