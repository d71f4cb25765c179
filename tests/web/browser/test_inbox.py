"""The inbox in a browser: live, by keyboard, on a phone."""

from collections.abc import Callable

from flask import Flask
from playwright.sync_api import Page, expect
from sqlalchemy import update
from sqlmodel import col

from router.flows.ripples import Ripples
from router.flows.world import World
from router.jobs.live import ANY
from router.store.tables import Message
from router.web.parts import Parts
from tests.web.browser.sizes import PHONE
from tests.web.visitor import Carrier


def test_a_text_appears_in_the_list_and_the_thread_without_reloading(
    inbox: Callable[..., Page], carrier: Carrier
) -> None:
    page = inbox()
    expect(page.get_by_text("Quiet for now")).to_be_visible()
    carrier.text("what time is breakfast?")
    page.locator(".line", has_text="what time is breakfast?").click()
    expect(page.locator(".bubble")).to_have_text("what time is breakfast?")
    page.get_by_label("Reply to").fill("half a reply")
    carrier.text("and where is it?")
    expect(page.locator(".bubble")).to_have_count(2)
    expect(page.get_by_label("Reply to")).to_have_value("half a reply")


def test_a_reply_is_sent_with_the_keyboard_and_shown_at_once(
    inbox: Callable[..., Page], carrier: Carrier
) -> None:
    carrier.text("what time is breakfast?")
    page = inbox()
    page.locator(".line").click()
    page.get_by_label("Reply to").fill("From 7 to 10 – €12")
    expect(page.locator("output")).to_have_text("18 characters · 1 text (special characters)")
    page.keyboard.press("Control+Enter")
    expect(page.locator(".text--staff .bubble")).to_have_text("From 7 to 10 – €12")
    expect(page.get_by_label("Reply to")).to_have_value("")
    expect(page.get_by_label("Reply to")).to_be_focused()


def test_stop_locks_the_composer_of_an_open_page(
    inbox: Callable[..., Page], carrier: Carrier
) -> None:
    carrier.text("what time is breakfast?")
    page = inbox()
    page.locator(".line").click()
    carrier.text("STOP")
    expect(page.get_by_text("This person has opted out")).to_be_visible()
    expect(page.get_by_label("Reply to")).to_have_count(0)


def test_the_reason_of_a_text_unfolds_and_stays_open_while_news_comes_in(
    inbox: Callable[..., Page], carrier: Carrier
) -> None:
    carrier.text("The shower is broken")
    page = inbox()
    page.locator(".line").click()
    page.get_by_text("Why here: maintenance").click()
    expect(page.get_by_text("grand-hotel.yaml:")).to_be_visible()
    carrier.text("please hurry")
    expect(page.locator(".text--in")).to_have_count(2)
    expect(page.get_by_text("grand-hotel.yaml:").first).to_be_visible()


def test_on_a_phone_list_and_thread_take_turns(
    inbox: Callable[..., Page], carrier: Carrier
) -> None:
    carrier.text("what time is breakfast?")
    page = inbox(PHONE)
    page.locator(".line").click()
    expect(page.locator(".bubble")).to_be_visible()
    expect(page.locator(".threads")).to_be_hidden()
    page.get_by_label("Back to the list").click()
    expect(page.locator(".line")).to_be_visible()
    width = page.evaluate("document.documentElement.scrollWidth")
    assert width <= PHONE["width"]


def test_what_may_have_been_sent_is_decided_with_one_tap_and_everyone_sees_it_go(
    inbox: Callable[..., Page], carrier: Carrier, businesses: World, app: Flask
) -> None:
    carrier.text("towels")
    page, other = inbox(), inbox(PHONE)
    expect(page.get_by_role("link", name="Maybe sent")).to_have_count(0)
    with businesses.store.write() as connection:
        replies = update(Message).where(col(Message.direction) == "out")
        connection.execute(replies.values(state="review", attempt=1))
    parts: Parts = app.extensions["bellhop"]
    parts.bell.ring(Ripples(threads=frozenset({("grand-hotel", ANY)})))
    other.get_by_role("link", name="Maybe sent 1").click()
    expect(other.locator(".review")).to_contain_text("Towels are on the way.")
    page.get_by_role("link", name="Maybe sent 1").click()
    page.locator(".review__who").click()
    page.locator("#thread").get_by_role("button", name="Send it again").click()
    expect(page.locator(".state--waiting")).to_contain_text("Waiting to be sent again")
    for each in (page, other):
        expect(each.get_by_text("Nothing left to decide")).to_be_visible()
    assert other.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]
