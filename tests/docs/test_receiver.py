"""The receiver of webhooks that the operations page shows does what it says."""

import time
from collections.abc import Callable
from typing import Any

import pytest

from router.couriers.webhook import sign
from tests.docs.pages import ROOT, Page

SECRET, BODY = "a secret of the tests", '{"body": "¿más toallas?"}'.encode()


@pytest.fixture
def is_from_bellhop() -> Callable[..., bool]:
    """The function as the page shows it."""
    (code,) = Page(ROOT / "docs" / "operations.md").code("python receiver")
    names: dict[str, Any] = {}
    exec(code, names)
    function: Callable[..., bool] = names["is_from_bellhop"]
    return function


def headers(stamp: int, secret: str = SECRET) -> dict[str, str]:
    return {
        "Bellhop-Timestamp": str(stamp),
        "Bellhop-Signature": sign(secret, str(stamp), BODY),
    }


def test_it_believes_us_and_nobody_else(is_from_bellhop: Callable[..., bool]) -> None:
    now = int(time.time())
    assert is_from_bellhop(SECRET, headers(now), BODY)
    assert not is_from_bellhop(SECRET, headers(now), BODY + b" ")
    assert not is_from_bellhop(SECRET, headers(now, "another secret"), BODY)
    assert not is_from_bellhop(SECRET, headers(now - 3600), BODY)
    assert not is_from_bellhop(SECRET, headers(now - 3600) | {"Bellhop-Timestamp": str(now)}, BODY)
