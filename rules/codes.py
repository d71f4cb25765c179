"""Enrollment codes as people type them: spelled out, politely, or nearly."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache

from keywords.normalize import words
from keywords.vocabulary import vocabulary
from rules.file.spelling import differs_by_one_edit

Codes = Mapping[str, str]
"""Codes as people type them, folded -> codes as written (`Rulebook.codes`)."""

_SHORTEST_NEAR = 5  # letters and digits; of shorter texts too many are one edit from a code
_SHORTEST_LOOKALIKE = 4


@dataclass(frozen=True, slots=True)
class Typed:
    """A whole text as a code may be typed: its words joined, with and without polite ones."""

    whole: str
    plain: str
    parts: int  # words of `plain`


def fold_code(text: str) -> str:
    """A code without case, spaces, dashes and other punctuation: `Summit-26` is `summit26`."""
    return "".join(words(text))


def type_out(said: tuple[str, ...]) -> Typed:
    """The folded words of a text as a code may be typed."""
    plain = _without_courtesy(said)
    return Typed("".join(said), "".join(plain), len(plain))


def named_code(codes: Codes, typed: Typed) -> str | None:
    """The code (as written) that the whole text is, polite words around it aside."""
    return codes.get(typed.whole) or codes.get(typed.plain)


def near_codes(codes: Codes, typed: Typed) -> tuple[str, ...]:
    """The codes (as written) that the whole text is one edit away from, polite words aside."""
    if len(typed.plain) < _SHORTEST_NEAR:
        return ()
    return tuple(code for folded, code in codes.items() if differs_by_one_edit(typed.plain, folded))


def looks_like_code(typed: Typed, text: str) -> bool:
    """Whether the whole text is one token of letters and digits mixed, polite words aside."""
    if len(typed.plain) < _SHORTEST_LOOKALIKE or not any(map(str.isdigit, typed.plain)):
        return False
    return any(map(str.isalpha, typed.plain)) and _is_one_token(typed, text)


def _is_one_token(typed: Typed, text: str) -> bool:
    """Whether the words stand without spaces between them: `summit-26`."""
    return any(fold_code(piece) == typed.plain for piece in text.split())


def _without_courtesy(said: tuple[str, ...]) -> tuple[str, ...]:
    """The words without the polite ones before and after, unless nothing else would be left."""
    polite, longest = _courtesies()
    start, end = 0, len(said)
    sizes = range(longest, 0, -1)
    while size := next((n for n in sizes if said[start : start + n] in polite), 0):
        start += size
    while size := next((n for n in sizes if said[max(start, end - n) : end] in polite), 0):
        end = max(start, end - size)
    return said[start:end] or said


@lru_cache(maxsize=1)
def _courtesies() -> tuple[frozenset[tuple[str, ...]], int]:
    """The polite phrases of every language, and the words of the longest."""
    found = frozenset(
        lone.words
        for entries in vocabulary().lone.values()
        for lone in entries
        if lone.meaning is None and lone.answer is None
    )
    return found, max(map(len, found), default=0)
