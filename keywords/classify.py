"""What a text means for consent and privacy: the one entry to this package.

The order: a tapback says nothing; then bare words, in any dressing; then the phrases of a sentence.
"""

import re
from collections.abc import Mapping
from functools import lru_cache
from types import MappingProxyType

from keywords.alone import read_bare
from keywords.automatic import holds_opt_out, stock_wording
from keywords.confining import confined
from keywords.disguise import undisguised
from keywords.language_file import LanguageFile, read_languages
from keywords.lone import lone_entries
from keywords.normalize import fold, split, words
from keywords.ranking import reading_of_bare, reading_of_findings
from keywords.reading import Meaning, Reading
from keywords.segments import run_together, sentences
from keywords.sentences import Finding, find_firm, find_wishes
from keywords.shouted import find_shouted, find_stop_and_more
from keywords.topic_words import names_no_topic as names_none
from keywords.topics import NO_TOPICS, Topics
from keywords.vocabulary import Vocabulary, vocabulary
from keywords.wrapping import is_bare_tapback, is_tapback, own_part

_READ_AT_MOST = 4_000  # characters; a text has 1,600
_LOOKED_AT = 5 * _READ_AT_MOST  # of a longer one, before what shows nothing is taken out
_REPEATED = re.compile(r"(.)\1{3,}", re.DOTALL)
_NON_STOP = re.compile(r"\bnon[- \N{HYPHEN}]stop\b")  # one word, and no STOP
_NUMBER_SIGN = re.compile(r"(?<=\s)#(?!\w)")  # "take my # off"
_SHORTEST_TELLING_WORD = 4  # letters; shorter words stand in many languages


def classify(text: str, topics: Topics = NO_TOPICS) -> Reading:
    """Return what `text` means for consent and privacy. Pure; never raises, whatever the text.

    An opt-out whose whole object is one of the rulebook's `topics` is confined to it.

    >>> classify("Stop. Thank you").meaning.value, classify("stop by at 5?").meaning.value
    ('opt_out', 'none')
    >>> classify("yes").answer
    'yes'
    """
    return read(text, vocabulary(), topics)


def read(text: str, known: Vocabulary, topics: Topics = NO_TOPICS) -> Reading:
    """Return the reading of `text` under any vocabulary."""
    if len(text) > _READ_AT_MOST:
        text = _shortened(text)
    own = own_part(text, known)
    folded = _NON_STOP.sub("nonstop", fold(own))
    plain = split(folded)
    if is_tapback(text, known) or is_bare_tapback(plain, known):
        return Reading(Meaning.NONE, reason="a reaction to an earlier text", automatic="tapback")
    if stock := stock_wording(plain, known):
        reason = f"an automatic reply: “{stock}”"
        doubt = Meaning.AMBIGUOUS if holds_opt_out(folded, known) else Meaning.NONE
        return Reading(doubt, reason=reason, automatic="auto_reply")
    bare = read_bare(folded, plain, known)
    reading = reading_of_bare(bare) if bare else reading_of_findings(_find(folded, own, known))
    marked = topics.mark(folded, lambda said: _names_none(said, known))
    if marked:
        reading = confined(reading, marked, own, known)
    if _says_nothing(reading) and (in_doubt := find_stop_and_more(own, known)):
        return reading_of_findings([in_doubt])
    return reading


def _says_nothing(reading: Reading) -> bool:
    return reading.meaning is Meaning.NONE and not reading.answer


def _find(folded: str, own: str, known: Vocabulary) -> list[Finding]:
    found = _find_plain(folded, own, known)
    if not found and (plainer := undisguised(folded)) != folded:
        return _find_plain(plainer, own, known)
    return found


def _find_plain(folded: str, own: str, known: Vocabulary) -> list[Finding]:
    cut = tuple(sentences(_NUMBER_SIGN.sub("number", folded) if "#" in folded else folded))
    found = find_wishes(cut, known) or find_wishes(run_together(cut), known)
    firm = find_firm(cut, known) or find_shouted(own, known)
    return [firm, *found] if firm else found


def names_no_topic(text: str) -> bool:
    """Whether `text` cannot be called a topic: a STOP beside it means every text.

    Its words are polite, count alone, or stand for every text, in any language.

    >>> names_no_topic("all messages"), names_no_topic("weekly menu")
    (True, False)
    """
    known = vocabulary()
    return _names_none(fold(text), known)


def _names_none(folded: str, known: Vocabulary) -> bool:
    return names_none(split(folded), known.lone, known.topic_words)


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
