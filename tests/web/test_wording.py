"""How times and names read."""

from datetime import UTC, datetime, timedelta

import pytest

from router.web.wording import ago, initials

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)


@pytest.mark.parametrize(
    ("passed", "words"),
    [
        (timedelta(seconds=-5), "now"),
        (timedelta(seconds=59), "now"),
        (timedelta(minutes=1), "1 min"),
        (timedelta(minutes=59), "59 min"),
        (timedelta(hours=23), "23 h"),
        (timedelta(days=6), "6 d"),
        (timedelta(days=10), "12 Nov"),
        (timedelta(days=400), "18 Oct 2025"),
    ],
)
def test_times_are_told_as_short_as_can_be(passed: timedelta, words: str) -> None:
    assert ago(NOW - passed, NOW) == words


@pytest.mark.parametrize(
    ("name", "letters"),
    [
        ("Maria Lopez", "ML"),
        ("maria de la cruz lopez", "ML"),
        ("Maria", "M"),
        ("+1612", "#"),
        ("", "#"),
    ],
)
def test_people_are_drawn_as_their_initials(name: str, letters: str) -> None:
    assert initials(name) == letters
