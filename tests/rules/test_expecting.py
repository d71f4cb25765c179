"""What the steps of a dialog take as their answers."""

from datetime import date, timedelta

import pytest

from rules.decision import DialogState, SaveAttribute, ThreadState
from rules.expecting.dates import find_date
from rules.expecting.numbers import find_number
from tests.rules.conftest import MORNING, decide_text
from tests.rules.shop import SHOP, load_book

TODAY = date(2026, 11, 10)


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("4", "4"), ("we are 4.", "4"), ("four of us", "4"), ("cuatro", "4"), ("2.50", "2.5"),
        ("2,5", "2.5"), ("1,200", "1200"), ("-3", "-3"), ("007", "7"), ("0", "0"), ("vier", "4"),
        ("none", None), ("2 or 3", None), ("two or three", None), ("4pm", None), ("", None),
        ("1.2.3", None), ("room 4B", None),
    ],
)  # fmt: skip
def test_a_number_is_heard_in_digits_and_in_words(text: str, number: str | None) -> None:
    assert find_number(text) == number


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("2026-12-24", "2026-12-24"), ("12/24/2026", "2026-12-24"), ("12/24", "2026-12-24"),
        ("24.12.", "2026-12-24"), ("24.12.26", "2026-12-24"), ("Dec 24th please", "2026-12-24"),
        ("the 24th of December", "2026-12-24"), ("24 de diciembre", "2026-12-24"),
        ("le 1er janvier", "2027-01-01"), ("3. Mai 2027", "2027-05-03"), ("today", "2026-11-10"),
        ("Tomorrow!", "2026-11-11"), ("mañana", "2026-11-11"), ("Jan 5", "2027-01-05"),
        ("10/12", "2026-10-12"), ("31/12", "2026-12-31"), ("November 2", "2026-11-02"),
        ("may I come", None), ("Dec 24 or Dec 26", None), ("soon", None), ("13/13", None),
        ("Feb 30", None), ("2026-13-01", None), ("24", None), ("", None),
    ],
)  # fmt: skip
def test_a_day_is_heard_however_it_is_written(text: str, day: str | None) -> None:
    found = find_date(text, TODAY, month_first=True)
    assert (found and found.isoformat()) == day


def test_the_day_comes_first_outside_the_americas() -> None:
    assert find_date("10/12", TODAY, month_first=False) == date(2026, 12, 10)


def test_the_29th_of_february_is_that_of_the_next_leap_year() -> None:
    assert find_date("Feb 29", date(2026, 11, 10), month_first=True) == date(2028, 2, 29)


@pytest.mark.parametrize(
    ("expect", "text", "media", "saved"),
    [
        ("email", "it is Ana.B+1@Mail.example.org, thanks", (), "Ana.B+1@Mail.example.org"),
        ("email", "ana at example", (), None),
        ("email", "a@b.org or c@d.org", (), None),
        ("number", "three", (), "3"),
        ("date", "Dec 24", (), "2026-12-24"),
        ("media", "", ("image/jpeg", "audio/mp3"), "image/jpeg, audio/mp3"),
        ("media", "I have none", (), None),
    ],
)
def test_a_step_saves_what_answers_it(
    expect: str, text: str, media: tuple[str, ...], saved: str | None
) -> None:
    book = load_book(SHOP.format(rules="").replace("expect: date", f"expect: {expect}"))
    thread = ThreadState("open", dialog=DialogState("order", "day", MORNING + timedelta(hours=1)))
    decision = decide_text(book, text, thread=thread, media=media)
    values = [e.value for e in decision.effects if isinstance(e, SaveAttribute)]
    assert values == ([saved] if saved else [])
