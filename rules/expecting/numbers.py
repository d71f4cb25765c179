"""The number that a text says, in digits or in words."""

import re
from functools import lru_cache

from keywords.normalize import words
from rules.texts.builtin_texts import wordings

_NUMBER = re.compile(r"(?<![\w.,])[+-]?\d{1,12}(?:[.,]\d{1,6})?(?![\w]|[.,]\d)", re.ASCII)
_THOUSANDS = re.compile(r"[+-]?\d{1,3}(?:,\d{3})+\Z", re.ASCII)


def find_number(text: str) -> str | None:
    """The one number of a text as 4 or 2.5; None where there is none, or more than one.

    >>> find_number("four of us"), find_number("about 2,5"), find_number("2 or 3")
    ('4', '2.5', None)
    """
    in_digits = {_plain(found) for found in _NUMBER.findall(text)}
    if in_digits:
        return in_digits.pop() if len(in_digits) == 1 else None
    if any(map(str.isdecimal, text)):
        return None
    said = {_words()[word] for word in words(text) if word in _words()}
    return said.pop() if len(said) == 1 else None


def _plain(number: str) -> str:
    """A number as it is kept: a point before its decimals, nothing that adds nothing."""
    if _THOUSANDS.match(number):
        return number.replace(",", "").lstrip("+")
    whole, point, decimals = number.replace(",", ".").lstrip("+").partition(".")
    sign = "-" if whole.startswith("-") else ""
    kept = decimals.rstrip("0")
    return sign + (whole.lstrip("-").lstrip("0") or "0") + (point + kept if kept else "")


@lru_cache(maxsize=1)
def _words() -> dict[str, str]:
    """The words for small numbers in every language, folded."""
    return {
        word: str(number)
        for wording in wordings().values()
        for number, entry in enumerate(wording.numbers)
        for word in entry
    }
