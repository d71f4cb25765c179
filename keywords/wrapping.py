"""What stands around a person's own words: tapbacks, quotations, signatures, earlier texts."""

import re

from keywords.alone import bare_words
from keywords.normalize import words
from keywords.vocabulary import Vocabulary

_QUOTED = re.compile(r"[\"“”„«‹＂]([^\"“”„«»‹›＂]*)[\"“”»›＂]")
_OPENING = re.compile(r"[\"“”„«‹＂]")
_CLOSING = '"“”»›＂'
_SIGNED_AT_MOST = 100  # characters
_EARLIER = re.compile(r"^\s*(?:>|-{2,}\s*$|_{3,}\s*$|-+\s*original message)", re.IGNORECASE)

# "Stop, John", "STOP -Jane Doe, thanks": a comma or dash, then a name with its first letter large.
_SIGNED = re.compile(r"(.{3,40}?)\s*[,–—-]+\s*[A-Z][a-z]+(?: [A-Z][a-z]*)?(|[^\w-].{0,30})")


def is_tapback(text: str, vocabulary: Vocabulary) -> bool:
    """Whether `text` is a phone's way of saying that someone reacted to an earlier text."""
    opening = _OPENING.search(text)
    if opening is None:
        return False
    if words(text[: opening.start()]) not in vocabulary.tapbacks:
        return False
    if not text[opening.end() :].strip(_CLOSING + " "):
        return False  # nothing is quoted: `para"` is a STOP with a slip of the finger
    closing = max(text.rfind(sign) for sign in _CLOSING)
    return closing == opening.start() or not words(text[closing + 1 :])


def is_bare_tapback(plain: tuple[str, ...], vocabulary: Vocabulary) -> bool:
    """Whether a whole text is a reaction to what cannot be quoted: "Liked an image"."""
    return len(plain) > 2 and plain in vocabulary.tapbacks  # noqa: PLR2004 - "liked" alone may be a person's word


def own_part(text: str, vocabulary: Vocabulary) -> str:
    """Return what is left of `text` without signature, earlier texts and long quotations."""
    if "\n" in text or "\r" in text:
        text = _without_tail(text, vocabulary)
    if _OPENING.search(text):
        text = _without_quotations(text, vocabulary)
    return _without_name(text, vocabulary)


def _without_name(text: str, vocabulary: Vocabulary) -> str:
    signed = _SIGNED.fullmatch(text) if len(text) <= _SIGNED_AT_MOST else None
    unsigned = " ".join(signed.groups()) if signed else text
    return unsigned if signed and _is_firm(unsigned, vocabulary) else text


def _is_firm(said: str, vocabulary: Vocabulary) -> bool:
    """Whether `said` is a bare STOP, polite words aside."""
    bare = bare_words(words(said), vocabulary)
    return bare is not None and any(word.firm for word in bare.classed)


def _without_tail(text: str, vocabulary: Vocabulary) -> str:
    kept: list[str] = []
    for line in text.splitlines():
        if any(map(str.strip, kept)) and _ends_own_part(line, vocabulary):
            break
        kept.append(line)
    return "\n".join(kept)


def _ends_own_part(line: str, vocabulary: Vocabulary) -> bool:
    if _EARLIER.match(line):
        return True
    run = words(line[:100])
    return any(run[: len(start)] == start for start in vocabulary.signatures)


def _without_quotations(text: str, vocabulary: Vocabulary) -> str:
    """Drop each quotation of several words, unless the person quotes himself or says no more."""
    pieces: list[str] = []
    end = 0
    for quoted in _QUOTED.finditer(text):
        before = text[end : quoted.start()]
        end = quoted.end()
        keeps = len(words(quoted[1])) < 2 or _is_own(words(before), vocabulary)  # noqa: PLR2004 - scare quotes hold one word
        pieces += [before, quoted[1] if keeps else "\n"]
    remaining = "".join([*pieces, text[end:]])
    return remaining if words(remaining) else text


def _is_own(before: tuple[str, ...], vocabulary: Vocabulary) -> bool:
    return any(before[-size:] in vocabulary.own_words for size in range(1, 5))
