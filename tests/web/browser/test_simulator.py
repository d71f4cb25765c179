"""The simulator's page in a browser."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from router.now import MovableNow
from tests.web.browser.sizes import DESKTOP, PHONE
from tests.web.visitor import GUEST, HOTEL


@pytest.mark.parametrize("size", [DESKTOP, PHONE], ids=["desktop", "phone"])
def test_the_simulator_shows_the_text_and_what_the_router_did(
    open_page: Callable[..., Page], size: dict[str, int]
) -> None:
    page = open_page("/simulator", size)
    page.get_by_label("Phone").fill(GUEST)
    page.get_by_label("Write to").select_option(HOTEL)
    page.get_by_role("button", name="The shower is broken").click()
    expect(page.locator(".sms--mine")).to_contain_text("The shower is broken")
    expect(page.locator(".step")).to_contain_text("maintenance")
    expect(page.locator(".now")).to_contain_text("engineering")
    assert page.evaluate("document.documentElement.scrollWidth") <= size["width"]


def test_the_simulator_moves_the_time(open_page: Callable[..., Page], now: MovableNow) -> None:
    page = open_page("/simulator")
    with page.expect_response(lambda answer: answer.request.method == "POST"):
        page.get_by_role("button", name="+ 10 minutes").click()
    assert now.offset().total_seconds() == 600
