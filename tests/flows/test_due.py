"""When a privacy request is due: by law, or sooner where the rulebook promises so."""

from datetime import UTC, datetime

import pytest

from router.flows.privacy.request import answer_by
from tests.flows.conftest import BOOK
from tests.rules.conftest import load_book

FRIDAY = datetime(2026, 11, 20, 18, tzinfo=UTC)


@pytest.mark.parametrize(
    ("promise", "due"),
    [
        ("", datetime(2026, 12, 18, 18, tzinfo=UTC)),
        ("respond_within: 10 business days", datetime(2026, 12, 4, 18, tzinfo=UTC)),
        ("respond_within: 1 business day", datetime(2026, 11, 23, 18, tzinfo=UTC)),
        ("respond_within: 7d", datetime(2026, 11, 27, 18, tzinfo=UTC)),
        ("respond_within: 30 business days", datetime(2026, 12, 18, 18, tzinfo=UTC)),
        ("respond_within: 42d", datetime(2026, 12, 18, 18, tzinfo=UTC)),
    ],
)
def test_a_promise_can_only_shorten_the_legal_date(promise: str, due: datetime) -> None:
    assert answer_by(FRIDAY, load_book(f"{BOOK}\nprivacy: {{{promise}}}\n")) == due


def test_midnight_is_where_the_business_is() -> None:
    evening = datetime(2026, 11, 21, 3, tzinfo=UTC)  # still Friday in Chicago
    book = load_book(f"{BOOK}\nprivacy: {{respond_within: 1 business day}}\n")
    assert answer_by(evening, book) == datetime(2026, 11, 24, 3, tzinfo=UTC)
