"""Each condition, by texts and surroundings that it holds for and that it does not."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from rules.decision import ThreadState
from tests.rules.conftest import MORNING, decide_text
from tests.rules.shop import routes

AN_HOUR_AGO = MORNING - timedelta(hours=1)
OPEN = ThreadState("open", last_activity_at=AN_HOUR_AGO, last_assignee="carol")
TAGGED = ThreadState("open", tags=frozenset({"vip"}))
GOLD = {"tier": "gold", "city": "St. Paul"}
FRIDAY_NIGHT = datetime(2026, 11, 14, 7, 30, tzinfo=UTC)  # Saturday 01:30 in Chicago


def matches(match: str, text: str, **facts: Any) -> bool:
    """Whether a rule with this `match` acts on a text."""
    book = routes(f"{{id: it, match: {match}, do: [{{assign: kitchen}}]}}")
    return [rule.id for rule in decide_text(book, text, **facts).rules] == ["it"]


@pytest.mark.parametrize(
    ("match", "text"),
    [
        ("{message_is: tea please}", "TEA, please!"),
        ("{message_starts: [coffee, tea]}", "tea for two"),
        ("{message_has: $tea}", "un té por favor"),
        ("{message_has: {exact: té}}", "un té por favor"),
        ("{message_regex: 'table\\s*#?\\d+'}", "at TABLE #12"),
        ("{message_regex: ['^x$', 'é']}", "un té"),
        ("{message_regex: 'file'}", "ﬁle"),
        ("{message_has: 毛巾}", "我要毛巾"),
        ("{message_has: สวัสดี}", "สวัสดีครับ"),
        ("{message_has: 수건}", "수건 주세요"),
        ("{not: {message_has: tea}}", "coffee"),
        ("{any: [{message_has: tea}, {message_has: coffee}]}", "coffee"),
        ("{message_has: tea, not: {message_has: cold, language: es}}", "cold tea"),
    ],
)
def test_words_match(match: str, text: str) -> None:
    assert matches(match, text)


@pytest.mark.parametrize(
    ("match", "text"),
    [
        ("{message_is: tea}", "tea please"),
        ("{message_starts: tea}", "some tea"),
        ("{message_has: tea}", "teapot"),
        ("{message_has: {exact: té}}", "te amo"),
        ("{message_regex: '^table'}", "my table"),
        ("{message_has: tea, to: events}", "tea"),
    ],
)
def test_other_words_do_not(match: str, text: str) -> None:
    assert not matches(match, text)


@pytest.mark.parametrize(
    ("match", "facts"),
    [
        ("{channel: [whatsapp, rcs]}", {"channel": "whatsapp"}),
        ("{to: events}", {"to": "events"}),
        ("{during: [day, late]}", {}),
        ("{during: late}", {"at": FRIDAY_NIGHT}),
        ("{outside: [day, late]}", {"at": FRIDAY_NIGHT + timedelta(hours=1)}),
        ("{outside: day}", {"at": datetime(2026, 11, 26, 16, tzinfo=UTC)}),  # Thanksgiving
        ("{group: [club, staff]}", {"groups": frozenset({"club"})}),
        ("{tag: vip}", {"thread": TAGGED}),
        ("{sender: {tier: [gold, Platinum]}}", {"attributes": {"tier": "PLATINUM "}}),
        ("{sender: {tier: gold, city: st paul}}", {"attributes": GOLD}),
        ("{thread: [open, closed]}", {"thread": OPEN}),
        ("{last_assignee: any}", {"thread": OPEN}),
        ("{last_assignee: [bob, carol]}", {"thread": OPEN}),
        ("{within: 1h, thread: open}", {"thread": OPEN}),
        ("{first_contact: true}", {}),
        ("{first_contact: false}", {"first_contact": False}),
        ("{media: any}", {"media": ("image/jpeg",)}),
        ("{media: [video, image]}", {"media": ("application/pdf", "image/png")}),
        ("{media: file}", {"media": ("application/pdf",)}),
        ("{media: file}", {"media": ("text/vcard",)}),
        ("{media: none}", {}),
        ("{media: [none, image]}", {}),
        ("{not: {within: 30m}}", {"thread": OPEN}),
    ],
)  # fmt: skip
def test_surroundings_match(match: str, facts: dict[str, Any]) -> None:
    assert matches(match, "good evening", **facts)


@pytest.mark.parametrize(
    ("match", "facts"),
    [
        ("{channel: whatsapp}", {}),
        ("{during: late}", {}),
        ("{during: day}", {"at": datetime(2026, 11, 26, 16, tzinfo=UTC)}),
        ("{group: club}", {"groups": frozenset({"staff"})}),
        ("{tag: vip}", {}),
        ("{sender: {tier: gold}}", {"attributes": {"tier": "golden"}}),
        ("{sender: {tier: gold, city: paris}}", {"attributes": {"tier": "gold"}}),
        ("{last_assignee: any}", {}),
        ("{last_assignee: bob}", {"thread": OPEN}),
        ("{within: 59m, thread: open}", {"thread": OPEN}),
        ("{within: 59m, first_contact: true}", {}),
        ("{media: any}", {}),
        ("{media: none}", {"media": ("image/jpeg",)}),
        ("{media: audio}", {"media": ("image/jpeg",)}),
    ],
)
def test_other_surroundings_do_not(match: str, facts: dict[str, Any]) -> None:
    assert not matches(match, "good evening", **facts)


def test_days_are_elapsed_time_over_a_change_of_clocks() -> None:
    before = datetime(2026, 10, 31, 17, tzinfo=UTC)  # noon in Chicago, the day before
    thread = ThreadState("open", last_activity_at=before)
    a_day_on = {"thread": thread, "at": before + timedelta(days=1)}
    assert matches("{within: 24h, thread: open}", "hi", **a_day_on)
    same_wall_clock = {"thread": thread, "at": before + timedelta(days=1, hours=1)}
    assert not matches("{within: 24h, thread: open}", "hi", **same_wall_clock)
