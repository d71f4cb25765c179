"""The browsers in which staff wants notices."""

from collections.abc import Callable
from dataclasses import replace

import pytest
from sqlalchemy import select

from router.flows.dispatches.devices import add_device, has_device, remove_device
from router.flows.staff import end_sessions
from router.flows.world import World
from router.store.tables import PushDevice
from tests.couriers.browser import PushBrowser
from tests.flows.conftest import TENANT
from tests.scan import places_of

ENDPOINT = "https://push.example.net/send/abc"
GIVEN = PushBrowser(ENDPOINT).subscription

Hire = Callable[..., str]


def owners(world: World) -> list[str]:
    with world.store.read() as connection:
        return [row.staff_id for row in connection.execute(select(PushDevice)).all()]


def test_a_browser_belongs_to_whoever_switched_it_on_last(hotel: World, hire: Hire) -> None:
    dave, erin = hire("dave"), hire("erin")
    for staff_id in (dave, dave, erin):
        assert add_device(hotel, TENANT, staff_id, GIVEN) is None
    assert owners(hotel) == [erin]
    assert has_device(hotel, TENANT, erin, ENDPOINT)
    assert not has_device(hotel, TENANT, dave, ENDPOINT)
    remove_device(hotel, TENANT, dave, ENDPOINT)
    assert owners(hotel) == [erin]
    remove_device(hotel, TENANT, erin, ENDPOINT)
    assert owners(hotel) == []


def test_it_is_sealed_and_ends_with_the_sessions_of_its_owner(hotel: World, hire: Hire) -> None:
    dave, erin = hire("dave"), hire("erin")
    add_device(hotel, TENANT, dave, GIVEN)
    assert places_of(hotel, hotel.settings.data_dir, ENDPOINT) == ["push_device.subscription"]
    add_device(hotel, TENANT, erin, replace(GIVEN, endpoint=ENDPOINT + "2"))
    end_sessions(hotel, TENANT, dave)
    assert owners(hotel) == [erin]


def test_only_the_newest_ten_browsers_of_somebody_have_notices(hotel: World, hire: Hire) -> None:
    dave = hire("dave")
    for number in range(12):
        add_device(hotel, TENANT, dave, replace(GIVEN, endpoint=f"{ENDPOINT}{number}"))
    known = [has_device(hotel, TENANT, dave, f"{ENDPOINT}{number}") for number in range(12)]
    assert known == [False, False] + [True] * 10


@pytest.mark.parametrize("database", ["sqlite"])
def test_what_cannot_be_a_subscription_is_refused(hotel: World, hire: Hire) -> None:
    dave = hire("dave")
    endpoints = [
        "", "http://push.example.net/1", "https://10.0.0.1/1", "https://169.254.169.254/latest",
        "https://localhost/1", "https://redis/1", "javascript:alert(1)", "https://x.example/" * 200,
    ]  # fmt: skip
    wrong = [replace(GIVEN, endpoint=endpoint) for endpoint in endpoints]
    wrong += [replace(GIVEN, p256dh="AAAA"), replace(GIVEN, auth=""), replace(GIVEN, auth="ü" * 22)]
    assert all(add_device(hotel, TENANT, dave, each) for each in wrong)
    assert owners(hotel) == []
