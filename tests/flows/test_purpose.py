"""Purposes: answers need no consent; service texts and marketing need one, and keep quiet hours."""

from collections.abc import Callable
from datetime import UTC, timedelta
from zoneinfo import ZoneInfo

import pytest

from router.flows.consent.desk import record_consent
from router.flows.consent.places import places_of
from router.flows.letter import NO_CONSENT, OBJECTED, Letter, reply
from router.flows.release import release_due
from router.flows.staff import StaffIdentity
from router.flows.world import World
from router.now import MovableNow
from tests.flows.conftest import Line, Person

CHICAGO = ZoneInfo("America/Chicago")
Advance = Callable[..., None]


@pytest.fixture
def database() -> str:
    """What is tested here knows no database of its own."""
    return "sqlite"


def wait_until(now: MovableNow, hour: int) -> None:
    """Move the world to the next time that it is `hour` o'clock in Chicago."""
    local = now().astimezone(CHICAGO)
    target = local.replace(hour=hour, minute=0, second=0, microsecond=0)
    if target <= local:
        target += timedelta(days=1)
    now.advance(target.astimezone(UTC) - local.astimezone(UTC))


def write(person: Person, clerk: StaffIdentity, text: str, **kind: str) -> str | None:
    return reply(person.world, clerk, person.thread["id"], Letter(text, **kind)).refusal  # type: ignore[arg-type]  # by name


@pytest.fixture
def guest(alice: Person, clerk: StaffIdentity) -> Person:
    """Somebody who wrote more than a day ago."""
    alice.texts("hello")
    return alice


def test_an_answer_needs_no_consent_for_a_day(
    guest: Person, clerk: StaffIdentity, advance: Advance
) -> None:
    advance(hours=23)
    assert write(guest, clerk, "Here you are.") is None
    assert guest.messages[-1]["purpose"] == "answer"
    advance(hours=2)
    assert write(guest, clerk, "Anything else?") == NO_CONSENT["service"]


def test_a_service_text_needs_a_consent_that_covers_it(
    guest: Person, clerk: StaffIdentity, advance: Advance
) -> None:
    advance(hours=25)
    record_consent(guest.world, clerk, guest.thread["id"], "service", "asked at the desk")
    assert write(guest, clerk, "Your room is ready.") is None
    assert guest.messages[-1]["purpose"] == "service"
    refusal = write(guest, clerk, "Half price on Sunday!", purpose="marketing")
    assert refusal == NO_CONSENT["marketing"]


@pytest.mark.parametrize("word", ["START", "sign me up for texts please"])
def test_who_asks_for_texts_may_be_sent_any(
    guest: Person, clerk: StaffIdentity, advance: Advance, word: str
) -> None:
    guest.texts(word)
    advance(hours=25)
    assert write(guest, clerk, "Half price on Sunday!", purpose="marketing") is None


def test_an_objection_to_marketing_leaves_the_rest(
    guest: Person, clerk: StaffIdentity, advance: Advance
) -> None:
    guest.texts("START")
    guest.texts("STOP ads")
    assert write(guest, clerk, "Half price!", purpose="marketing") == OBJECTED
    assert write(guest, clerk, "Your room is ready.") is None
    guest.texts("START")
    assert write(guest, clerk, "Half price!", purpose="marketing") is None


def test_a_text_that_nobody_asked_for_waits_for_the_morning_where_they_are(
    guest: Person, clerk: StaffIdentity, line: Line, now: MovableNow
) -> None:
    guest.texts("START")
    wait_until(now, 23)
    assert write(guest, clerk, "Half price!", purpose="marketing") is None
    line.drain()
    waiting = guest.messages[-1]
    assert (waiting["state"], waiting["reason"]) == ("held", "quiet_hours")
    wait_until(now, 7)
    assert release_due(guest.world).senders == frozenset()
    wait_until(now, 8)
    assert release_due(guest.world).senders
    line.drain()
    assert "Half price!" in line.log(guest)


def test_what_waits_for_the_morning_holds_up_no_answer(
    guest: Person, clerk: StaffIdentity, line: Line, now: MovableNow
) -> None:
    guest.texts("START")
    wait_until(now, 23)
    write(guest, clerk, "Half price!", purpose="marketing")
    line.drain()
    guest.texts("two towels please")
    line.drain()
    assert line.log(guest)[-1].startswith("Towels are on the way")
    wait_until(now, 9)
    release_due(guest.world)
    assert guest.messages[-1]["body"] == "Half price!", "it takes its place at the end"


def test_consent_that_ends_while_a_text_waits_is_seen(
    guest: Person, clerk: StaffIdentity, line: Line, now: MovableNow
) -> None:
    guest.texts("START")
    wait_until(now, 23)
    write(guest, clerk, "Half price!", purpose="marketing")
    line.drain()
    guest.texts("please stop texting me")
    wait_until(now, 9)
    release_due(guest.world)
    line.drain()
    assert [m["state"] for m in guest.messages if m["body"] == "Half price!"] == ["canceled"]


def test_an_answer_that_was_delayed_past_its_day_is_none_any_more(
    guest: Person, line: Line, advance: Advance
) -> None:
    guest.texts("two towels please")
    advance(hours=30)
    line.drain()
    (towels,) = [m for m in guest.messages if m["template"] == "towels-coming"]
    assert (towels["state"], towels["reason"]) == ("suppressed", "no_consent")


@pytest.mark.parametrize(
    ("address", "zone", "region"),
    [
        ("+16125550100", "America/Chicago", "US-MN"),
        ("whatsapp:+12145550100", "America/Chicago", "US-TX"),
        ("+442079460000", "Europe/London", "GB"),
        ("messenger:4711", "America/Chicago", None),
    ],
)
def test_a_person_is_where_their_number_is(address: str, zone: str, region: str | None) -> None:
    (place,) = places_of(address, CHICAGO)
    assert (place.zone.key, place.region) == (zone, region)


def test_a_number_of_several_zones_is_in_all_of_them() -> None:
    assert len(places_of("+18005550100", CHICAGO)) > 1


def test_a_late_confirmation_is_not_sent(alice: Person, line: Line, advance: Advance) -> None:
    alice.texts("please stop texting me")
    advance(minutes=6)
    line.drain()
    (confirmation,) = [m for m in alice.messages if m["template"] == "opt-out"]
    assert (confirmation["state"], confirmation["reason"]) == ("canceled", "too_late")
    assert line.log(alice) == []


def test_night_falls_where_they_are_not_where_the_hotel_is(
    hotel: World, clerk: StaffIdentity, line: Line, now: MovableNow
) -> None:
    honolulu = Person(hotel, "+18085550101")
    honolulu.texts("START")
    wait_until(now, 9)  # five in the morning there
    write(honolulu, clerk, "Half price!", purpose="marketing")
    line.drain()
    assert honolulu.messages[-1]["reason"] == "quiet_hours"
