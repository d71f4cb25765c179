"""How times, names, fates of messages and events of consent read."""

from datetime import UTC, datetime, timedelta

import pytest

from router.flows.consent.events import Event, Evidence, How, What
from router.web.consent_words import event_words, way_words
from router.web.fates import OBJECTED, STATES, TONES, fate_words, purpose_words
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


@pytest.mark.parametrize(
    ("fate", "words"),
    [
        (("delivered", None), "Delivered"),
        (("queued", "quiet_hours"), "Waiting to be sent"),
        (("held", "quiet_hours"), "Waits out the quiet hours where they are"),
        (("held", "doubt"), "Waits: a text of theirs may be an opt-out"),
        (("suppressed", "opted_out"), "Not sent: this person has opted out"),
        (("suppressed", "opted_out", "marketing"), OBJECTED),
        (
            ("suppressed", "opted_out", "service", "spa"),
            "Not sent: they want no texts of this kind",
        ),
        (("canceled", "superseded"), "Not sent: it was overtaken before it left"),
        (("unknown", "lease ran out"), "Being checked with the carrier"),
    ],
)
def test_what_became_of_a_message_is_told_with_its_reason(
    fate: tuple[str, ...], words: str
) -> None:
    assert fate_words(*fate) == words


def test_every_state_has_a_tone() -> None:
    assert set(TONES) == set(STATES)


def test_what_is_more_than_an_answer_says_what_it_is() -> None:
    assert purpose_words("answer", None) == purpose_words(None, None) == ""
    assert purpose_words("marketing", None) == "Marketing"
    assert purpose_words("service", "spa") == "About spa"


@pytest.mark.parametrize(
    ("what", "scope", "words"),
    [
        ("opt_out", "all", "Opted out of all texts"),
        ("opt_out", "number:+16125550100", "Opted out of texts from +16125550100"),
        ("opt_out", "topic:ads", "Wants no texts about ads"),
        ("opt_out", "topic:marketing", "Wants no marketing"),
        ("opt_in", "enrollment:SUMMIT26", "Enrolled with SUMMIT26"),
        ("opt_in", "something:else", "Agreed to texts"),
        ("blocked", "all", "Sender blocked"),
        ("wants_back", "all", "Wants texts again; the carrier still blocks them"),
    ],
)
def test_an_event_says_what_happened_and_how_far_it_reaches(
    what: What, scope: str, words: str
) -> None:
    assert event_words(Event(what, scope, NOW, Evidence("keyword"))) == words


@pytest.mark.parametrize(
    ("how", "author", "words"),
    [
        ("staff", "alice", "recorded by alice"),
        ("staff", None, "recorded by staff"),
        ("silence", None, "by silence: asked, and no answer for a day"),
        ("import", "alice", "from an imported list"),
    ],
)
def test_an_event_says_how_it_was_learned(how: How, author: str | None, words: str) -> None:
    assert way_words(Evidence(how, author=author)) == words
