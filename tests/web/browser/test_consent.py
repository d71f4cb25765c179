"""Consent in a browser: decided with one tap, recorded in the panel, chosen in the composer."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.web.browser.sizes import DESKTOP, PHONE
from tests.web.visitor import Carrier

SIZES = pytest.mark.parametrize("size", [DESKTOP, PHONE], ids=["desktop", "phone"])
Inbox = Callable[..., Page]


def _unfold(page: Page, action: str) -> None:
    page.locator(".consent > summary").click()
    page.locator(".act", has_text=action).locator("summary").click()


@SIZES
def test_a_text_in_doubt_is_opted_out_with_one_tap(
    inbox: Inbox, carrier: Carrier, size: dict[str, int]
) -> None:
    carrier.text("wrong number")
    page = inbox(size)
    expect(page.locator(".line")).to_contain_text("Opt-out?")
    page.locator(".line").click()
    expect(page.get_by_text("“wrong number” may be an opt-out")).to_be_visible()
    page.get_by_role("button", name="Opt them out").click()
    expect(page.get_by_text("This person has opted out")).to_be_visible()
    expect(page.get_by_role("button", name="Opt them out")).to_have_count(0)
    expect(page.locator("#thread h2")).to_be_focused()
    expect(page.locator(".line")).to_contain_text("Opted out")
    assert page.evaluate("document.documentElement.scrollWidth") <= size["width"]


def test_a_draft_outlives_the_decision_about_a_text_in_doubt(
    inbox: Inbox, carrier: Carrier
) -> None:
    carrier.text("wrong number")
    page = inbox()
    page.locator(".line").click()
    page.get_by_label("Reply to").fill("Sorry for the")
    page.get_by_role("button", name="Not an opt-out").click()
    expect(page.locator(".ask")).to_have_count(0)
    expect(page.get_by_label("Reply to")).to_have_value("Sorry for the")


@SIZES
def test_a_mistaken_opt_out_is_corrected_in_the_panel(
    inbox: Inbox, carrier: Carrier, size: dict[str, int]
) -> None:
    carrier.text("SUMMIT26")
    carrier.text("YES")
    carrier.text("please stop texting me")
    carrier.text("hello")
    page = inbox(size)
    page.locator(".line").click()
    _unfold(page, "The opt-out was recorded by mistake")
    page.get_by_label("What went wrong?").fill("they meant the alarm")
    page.get_by_role("button", name="Correct it").click()
    expect(page.locator(".event").first).to_contain_text("Opt-out taken back")
    expect(page.locator(".event").first).to_contain_text("they meant the alarm")
    assert page.locator(".thread").evaluate("it => it.scrollWidth - it.parentNode.clientWidth") <= 0
    page.locator(".consent > summary").click()
    expect(page.get_by_label("Reply to")).to_be_visible()


def test_a_sender_is_blocked_and_unblocked(inbox: Inbox, carrier: Carrier) -> None:
    carrier.text("what time is breakfast?")
    page = inbox()
    page.locator(".line").click()
    _unfold(page, "Block this sender")
    page.get_by_role("button", name="Block", exact=True).click()
    expect(page.locator(".event")).to_have_count(0)  # the browser asks for the reason
    page.get_by_label("Why?").fill("abuse")
    page.get_by_role("button", name="Block", exact=True).click()
    expect(page.get_by_text("unblock them to write to them")).to_be_visible()
    page.get_by_role("button", name="Unblock this sender").click()
    expect(page.get_by_label("Reply to")).to_be_visible()


def test_a_typed_reason_outlives_news_and_ends_with_its_form(
    inbox: Inbox, carrier: Carrier
) -> None:
    carrier.text("what time is breakfast?")
    page = inbox()
    page.locator(".line").click()
    _unfold(page, "They agreed to service texts")
    page.locator(".act[open]").get_by_label("How did they agree?").fill("asked")
    carrier.text("and where is it?")
    expect(page.locator(".bubble")).to_have_count(2)
    expect(page.locator(".act[open]").get_by_label("How did they agree?")).to_have_value("asked")
    page.get_by_role("button", name="Record it").click()
    expect(page.locator(".event")).to_contain_text("Agreed to service texts")
    expect(page.locator(".act[open]")).to_have_count(0)
    page.locator(".act", has_text="They agreed to marketing").locator("summary").click()
    expect(page.get_by_label("How did they agree?")).to_have_value("")


def test_marketing_is_chosen_with_a_warning_and_refused_with_the_text_kept(
    inbox: Inbox, carrier: Carrier
) -> None:
    carrier.text("what time is breakfast?")
    page = inbox()
    page.locator(".line").click()
    warning = page.get_by_text("Nobody has recorded that they agreed to marketing.", exact=True)
    expect(warning).to_be_hidden()
    page.get_by_label("Kind of text").select_option("Marketing")
    expect(warning).to_be_visible()
    page.get_by_label("Reply to").fill("Half price!")
    carrier.text("hello?")
    expect(page.locator(".text--in")).to_have_count(2)
    expect(page.get_by_label("Kind of text")).to_have_value("marketing")
    page.keyboard.press("Control+Enter")
    expect(page.locator(".notice--bad")).to_contain_text("Not sent.")
    expect(page.get_by_label("Reply to")).to_have_value("Half price!")
    page.get_by_label("Kind of text").select_option("Answer")
    page.get_by_role("button", name="Send").click()
    expect(page.locator(".text--staff .bubble")).to_have_text("Half price!")
    expect(page.get_by_label("Kind of text")).to_have_value("answer")


def test_after_a_day_consent_is_recorded_where_the_reply_is_written(
    inbox: Inbox, carrier: Carrier, advance: Callable[..., None]
) -> None:
    carrier.text("what time is breakfast?")
    advance(hours=25)
    page = inbox()
    page.locator(".line").click()
    page.get_by_label("Reply to").fill("Your coat is here.")
    page.get_by_text("Their last text is more than a day old").click()
    page.locator(".composer").get_by_label("How did they agree?").fill("asked at check-in")
    page.get_by_role("button", name="They agreed").click()
    expect(page.get_by_text("Their last text is more than a day old")).to_have_count(0)
    expect(page.get_by_label("Reply to")).to_have_value("Your coat is here.")
    page.get_by_role("button", name="Send").click()
    expect(page.locator(".text--staff")).to_contain_text("alice · Service text")
