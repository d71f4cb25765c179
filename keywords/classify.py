"""What a text means for consent and privacy: the one entry to this package.

The order: a tapback says nothing; then bare words, in any dressing; then the phrases of a sentence.
"""

import re
from collections import Counter
from collections.abc import Mapping
from functools import lru_cache
from types import MappingProxyType

from keywords.alone import Bare, read_bare
from keywords.language_file import LanguageFile, read_languages
from keywords.normalize import fold, split, words
from keywords.reading import Meaning, Reading
from keywords.segments import sentences
from keywords.sentences import Finding, find_firm, find_wishes
from keywords.shouted import find_shouted
from keywords.vocabulary import LoneWord, Vocabulary, lone_entries, vocabulary
from keywords.wrapping import is_tapback, own_part

_READ_AT_MOST = 4_000  # characters; a text has 1,600
_LOOKED_AT = 5 * _READ_AT_MOST  # of a longer one, before what shows nothing is taken out
_REPEATED = re.compile(r"(.)\1{3,}", re.DOTALL)
_NON_STOP = re.compile(r"\bnon[-\N{HYPHEN}]stop\b")  # one word, and no STOP
_SHORTEST_TELLING_WORD = 4  # letters; shorter words stand in many languages


def classify(text: str) -> Reading:
    """Return what `text` means for consent and privacy. Pure; never raises, whatever the text.

    >>> classify("Stop. Thank you").meaning.value, classify("stop by at 5?").meaning.value
    ('opt_out', 'none')
    >>> classify("yes").answer
    'yes'
    """
    return read(text, vocabulary())


def read(text: str, known: Vocabulary) -> Reading:
    """Return the reading of `text` under any vocabulary."""
    if len(text) > _READ_AT_MOST:
        text = _shortened(text)
    if is_tapback(text, known):
        return Reading(Meaning.NONE, reason="a reaction to an earlier text")
    own = own_part(text, known)
    folded = _NON_STOP.sub("nonstop", fold(own))
    bare = read_bare(folded, split(folded), known)
    if bare is not None:
        return _reading_of_bare(bare)
    cut = tuple(sentences(folded))
    found = find_wishes(cut, known)
    firm = find_firm(cut, known) or find_shouted(own, known)
    return _reading_of_findings([firm, *found] if firm else found)


@lru_cache(maxsize=1)
def compliance_words() -> Mapping[str, frozenset[str]]:
    """Return, by language, the folded words of its lone phrases that tell it from the others.

    Short words, yes and no, and words that are everyday words elsewhere are left out.
    """
    telling = {file.language: _telling_words(file) for file in read_languages()}
    return MappingProxyType(telling)


def _telling_words(file: LanguageFile) -> frozenset[str]:
    everyday = {word for entry in file.lists["not_telling"] for word in words(entry)}
    return frozenset(
        word
        for entry in lone_entries(file)
        for word in entry.words
        if entry.meaning and len(word) >= _SHORTEST_TELLING_WORD and word not in everyday
    )


def _shortened(text: str) -> str:
    """Return the beginning of a long text, without what shows nothing or only repeats itself."""
    seen = _REPEATED.sub(r"\1\1\1", text)[:_LOOKED_AT]
    return fold(seen, accents=True)[:_READ_AT_MOST]


def _reading_of_bare(bare: Bare) -> Reading:
    language = _language(bare)
    if not bare.classed:
        return Reading(Meaning.NONE, language=language, answer=bare.answer, reason=_quote(bare))
    meanings = list(dict.fromkeys(word.meaning for word in bare.classed if word.meaning))
    if _answers_rather(bare):
        return Reading(Meaning.AMBIGUOUS, language=language, reason=_quote(bare))
    return _ranked(meanings, language, _quote(bare))


def _answers_rather(bare: Bare) -> bool:
    """Whether "yes, cancel" more likely answers a question than ends the texts."""
    weak = all(word.meaning is Meaning.OPT_OUT and not word.firm for word in bare.classed)
    return weak and bare.answer is not None


def _reading_of_findings(found: list[Finding]) -> Reading:
    if not found:
        return Reading(Meaning.NONE)
    meanings = list(dict.fromkeys(finding.meaning for finding in found))
    leading = _ranked(meanings, None, "").meaning
    deciding = next(finding for finding in found if finding.meaning is leading)
    reason = "; ".join(f"{finding.meaning}: “{finding.quote}”" for finding in found)
    return _ranked(meanings, deciding.language, reason)


def _ranked(meanings: list[Meaning], language: str | None, reason: str) -> Reading:
    """Return a reading in which an opt-out leads, and doubt counts only where nothing is clear."""
    clear = [meaning for meaning in meanings if meaning is not Meaning.AMBIGUOUS] or meanings
    clear.sort(key=lambda meaning: meaning is not Meaning.OPT_OUT)
    return Reading(clear[0], tuple(clear[1:]), language, reason)


def _language(bare: Bare) -> str | None:
    """Return the language with the most of the words; in a tie, that of the words with a class."""
    telling = bare.classed or tuple(word for word in bare.found if word.answer)
    for found in (bare.found, telling):
        counts = Counter(code for word in found for code in word.languages for _ in word.words)
        (best, most), *others = counts.most_common()
        if not others or others[0][1] < most:
            return best
    return None


def _quote(bare: Bare) -> str:
    telling: tuple[LoneWord, ...] = bare.classed or bare.found
    kind = "answer" if not bare.classed else ", ".join(str(word.meaning) for word in telling)
    said = " ".join(" ".join(word.words) for word in telling)
    return f"{kind}: the whole text is “{said}”" + (f", {bare.how}" if bare.how else "")
