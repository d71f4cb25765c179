"""A STOP in capitals, run together with the small letters of the rest: "STOP who is this"."""

import re
from collections.abc import Sequence

from keywords.lone import LoneWord
from keywords.normalize import words
from keywords.reading import Meaning
from keywords.sentences import Finding
from keywords.vocabulary import Vocabulary

_LONGEST = 160  # characters: in a longer text capitals rather stress a word
_CAPITALS = re.compile("[A-ZÀ-Þ]{4}")  # letters; shorter words in capitals are abbreviations
_STOP_AND_MORE = 2  # words
_SHORTEST = 4  # letters of a STOP
_ENDS = (".", "!", "?", "…")


def find_shouted(own: str, vocabulary: Vocabulary) -> Finding | None:
    """Return a STOP that stands in capitals at the beginning or the end of a short text.

    What follows it must not be its object ("STOP the water"), and what leads up to it must not
    be what stops ("the bus STOP"): the language files list the words that may.
    """
    if len(own) > _LONGEST or own.isupper() or not _CAPITALS.search(own):
        return None
    pieces = own.split()
    first = _skip(pieces, vocabulary)
    last = len(pieces) - 1 - _skip(pieces[::-1], vocabulary)
    if first >= last:
        return None
    after, before = pieces[first + 1], pieces[last - 1]
    found = None
    if pieces[first].endswith(_ENDS) or _is_in(after, vocabulary.goes_on):
        found = _shout(pieces[first], vocabulary)
    if found is None and (before.endswith(_ENDS) or _is_in(before, vocabulary.leads_up)):
        found = _shout(pieces[last], vocabulary)
    return found


def find_stop_and_more(own: str, vocabulary: Vocabulary) -> Finding | None:
    """Return the doubt of a text in capitals of a STOP and one unknown word: "STOP SUMIT26".

    The two may be run together: "STOPADS".
    """
    pieces = own.split()
    if not pieces or len(pieces) > _STOP_AND_MORE or not own.isupper():
        return None
    stop = _lone(pieces[0], vocabulary) if len(pieces) > 1 else _run_together(own, vocabulary)
    if stop is None or not stop.firm or "," in own:
        return None
    return Finding(Meaning.AMBIGUOUS, " ".join(words(own)), stop.languages[0])


def _run_together(piece: str, vocabulary: Vocabulary) -> LoneWord | None:
    """Return the STOP that a word begins with, if the rest is a word of this package's own."""
    typed = "".join(words(piece))
    for size in range(_SHORTEST, len(typed)):
        stop, rest = _lone(typed[:size], vocabulary), typed[size:]
        if stop and stop.firm and _is_known(rest, vocabulary):
            return stop
    return None


def _is_known(rest: str, vocabulary: Vocabulary) -> bool:
    is_text = rest in vocabulary.text_words or rest in vocabulary.lone
    return len(rest) > 1 and (is_text or not rest.isalpha())


def _skip(pieces: Sequence[str], vocabulary: Vocabulary) -> int:
    """Return how many pieces at the beginning are polite words."""
    at = 0
    while at < len(pieces) and _is_polite(pieces[at], vocabulary):
        at += 1
    return at


def _is_polite(piece: str, vocabulary: Vocabulary) -> bool:
    word = _lone(piece, vocabulary)
    return word is not None and not word.meaning and not word.answer


def _is_in(piece: str, listed: frozenset[str]) -> bool:
    return any(word in listed for word in words(piece)[:1])


def _shout(piece: str, vocabulary: Vocabulary) -> Finding | None:
    word = _lone(piece, vocabulary)
    if word is None or not _CAPITALS.search(piece) or not piece.isupper():
        return None
    if not word.firm and word.words[0] not in vocabulary.firm_in_capitals:
        return None
    return Finding(Meaning.OPT_OUT, f"{word.words[0]} in capitals", word.languages[0])


def _lone(piece: str, vocabulary: Vocabulary) -> LoneWord | None:
    run = words(piece)
    entries = vocabulary.lone.get(run[0], ()) if run else ()
    return next((word for word in entries if word.words == run), None)
