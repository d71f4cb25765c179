"""The day that a text says: 2026-12-24, 24.12., Dec 24, 24 de diciembre, tomorrow."""

import re
from collections.abc import Iterator
from datetime import date, timedelta
from functools import lru_cache

from keywords.normalize import words
from rules.texts.builtin_texts import wordings

_ISO = re.compile(r"(?<!\d)(\d{4})-(\d{1,2})-(\d{1,2})(?!\d)", re.ASCII)
_NUMERIC = re.compile(
    r"(?<![\d./-])(\d{1,2})\s?([./-])\s?(\d{1,2})(?:\s?\2\s?(\d{4}|\d{2}))?\.?(?![\d/-])", re.ASCII
)
_ORDINAL = re.compile(r"(\d{1,2})(?:st|nd|rd|th|er|a|o)?\Z", re.ASCII)
_YEAR = re.compile(r"20\d\d\Z", re.ASCII)
_AGO = timedelta(days=45)  # a day without a year that is longer ago is one of next year


def find_date(text: str, today: date, *, month_first: bool) -> date | None:
    """The one day that a text says; None where there is none, or more than one.

    `month_first`: 12/10 is in December. A day without a year is the next of its name, or one that
    has just been.

    >>> find_date("Dec 24th please", date(2026, 11, 10), month_first=True)
    datetime.date(2026, 12, 24)
    """
    found = {day for day in _days(text, today, month_first) if day is not None}
    return found.pop() if len(found) == 1 else None


def _days(text: str, today: date, month_first: bool) -> Iterator[date | None]:
    for year, month, day in _ISO.findall(text):
        yield _date(int(year), int(month), int(day))
    for one, sign, other, year in _NUMERIC.findall(_ISO.sub(" ", text)):
        turned = month_first and sign != "."
        month, day = (int(one), int(other)) if turned else (int(other), int(one))
        if month > 12 >= day:  # noqa: PLR2004 - there is only one way to read it
            month, day = day, month
        yield _nearest(month, day, year, today)
    said = words(text)
    yield from _by_name(said, today)
    for phrase, offset in _relative():
        if any(said[at : at + len(phrase)] == phrase for at in range(len(said))):
            yield today + timedelta(days=offset)


def _by_name(said: tuple[str, ...], today: date) -> Iterator[date | None]:
    """Days with the month's name: the number before or after it, `de` and the like aside."""
    plain = [word for word in said if word not in ("de", "of", "the", "le", "del", "dem", "den")]
    for at, word in enumerate(plain):
        month = _months().get(word)
        if month is None:
            continue
        around = plain[max(0, at - 1) : at] + plain[at + 1 : at + 2]
        day = next((int(found[1]) for found in map(_ORDINAL.match, around) if found), None)
        year = next((each for each in plain[at + 1 : at + 3] if _YEAR.match(each)), "")
        if day is not None:
            yield _nearest(month, day, year, today)


def _nearest(month: int, day: int, year: str, today: date) -> date | None:
    if year:
        return _date(int(year) + (2000 if len(year) == 2 else 0), month, day)  # noqa: PLR2004 - 26
    found = _date(today.year, month, day)
    if found is None or found < today - _AGO:
        return _date(today.year + 1, month, day) or _date(today.year + 2, month, day)
    return found


def _date(year: int, month: int, day: int) -> date | None:
    try:
        return date(year, month, day)
    except ValueError:
        return None


@lru_cache(maxsize=1)
def _months() -> dict[str, int]:
    """The names of months in every language, folded."""
    return {
        entry[0]: number
        for wording in wordings().values()
        for number, names in enumerate(wording.months, 1)
        for entry in names
    }


@lru_cache(maxsize=1)
def _relative() -> tuple[tuple[tuple[str, ...], int], ...]:
    """Words for days as seen from today, and how many days later they are."""
    return tuple(
        (phrase, offset)
        for wording in wordings().values()
        for offset, phrases in enumerate((wording.today, wording.tomorrow))
        for phrase in phrases
    )
