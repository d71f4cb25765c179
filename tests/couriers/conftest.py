"""Fixtures: settings that need no database, certificates."""

from collections.abc import Callable

import pytest

from router.settings import Settings
from tests.couriers.certificate import Certificate, make_certificate

HOST = "pms.example.com"


@pytest.fixture
def settings(make_settings: Callable[..., Settings]) -> Settings:
    return make_settings(public_url="https://sms.hotel.example")


@pytest.fixture(scope="session")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Certificate:
    """That of the business's own server."""
    return make_certificate(tmp_path_factory.mktemp("certificates"), HOST)
