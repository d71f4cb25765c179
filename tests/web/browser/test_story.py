"""The story of a text in a browser: opened from the thread, read on a phone, left again."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.web.browser.sizes import DESKTOP, PHONE
from tests.web.visitor import Carrier

SIZES = pytest.mark.parametrize("size", [DESKTOP, PHONE], ids=["desktop", "phone"])


@SIZES
def test_the_story_opens_from_the_text_and_leads_back_to_it(
    inbox: Callable[..., Page], carrier: Carrier, size: dict[str, int]
) -> None:
    carrier.text("The shower is broken, and we need towels")
    page = inbox(size)
    page.locator(".line").click()
    page.get_by_text("Why here: maintenance").click()
    page.get_by_role("link", name="The whole story").click()
    expect(page.get_by_role("heading", name="Why here")).to_be_focused()
    acted = page.locator(".rule--done")
    expect(acted).to_contain_text("maintenance")
    acted.get_by_text("As written in grand-hotel.yaml").click()
    expect(acted.get_by_text("match: {message_has: $broken}")).to_be_visible()
    hidden = page.locator(".rule", has_text="emergency")
    expect(hidden).to_be_hidden()
    page.get_by_text("1 did not match: emergency").click()
    expect(hidden).to_be_visible()
    assert page.evaluate("document.documentElement.scrollWidth") <= size["width"]
    assert page.locator(".story__inner").evaluate("it => it.scrollWidth - it.clientWidth") <= 0
    if size == DESKTOP:
        expect(page.locator(".line")).to_have_attribute("aria-current", "true")
    page.get_by_label("Back to the texts").click()
    expect(page.locator(".bubble").first).to_be_visible()


def test_the_story_stays_while_news_comes_in(inbox: Callable[..., Page], carrier: Carrier) -> None:
    carrier.text("The shower is broken")
    page = inbox()
    page.locator(".line").click()
    page.get_by_text("Why here: maintenance").click()
    page.get_by_role("link", name="The whole story").click()
    expect(page.locator(".rule--done")).to_be_visible()
    carrier.text("please hurry")
    expect(page.locator(".line__preview")).to_contain_text("please hurry")
    expect(page.locator(".rule--done")).to_contain_text("maintenance")
    page.reload()
    expect(page.locator(".rule--done")).to_contain_text("maintenance")
